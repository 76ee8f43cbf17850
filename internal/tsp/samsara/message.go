package samsara

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const messagesPath = "/v1/fleet/messages"

// maxText is the length of a message in characters; it stands in the prose of the document.
const maxText = 2500

// createMessage sends a text to one driver. Samsara gives messages no id.
func createMessage(now func() time.Time) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses: tsp.Uses{
			"sender_id":           tsp.Dropped("every message through its API comes from dispatch"),
			"recipient_id":        tsp.Sent().Into(drivers),
			"message_text":        tsp.Required().Length(1, maxText),
			"priority":            tsp.Dropped("its messages have no priority"),
			"reply_to_message_id": tsp.Dropped("its messages have no id that a reply could name"),
		},
		Method:     http.MethodPost,
		Path:       messagesPath,
		Encode:     rest.Body(encodeMessage),
		Decode:     decodeMessage,
		Find:       findMessage(now),
		Unknowable: typed,
	}
}

type messageBody struct {
	DriverIDs []int64 `json:"driverIds"`
	Text      string  `json:"text"`
}

func encodeMessage(m *resource.Message, w tsp.Write) (any, error) {
	driver, err := recipient(w)
	return messageBody{DriverIDs: []int64{driver}, Text: m.MessageText.Or("")}, err
}

// recipient returns the driver's id as the number that the legacy endpoint demands.
func recipient(w tsp.Write) (int64, error) {
	id, _ := w.Refs.One("recipient_id")
	return driverNumber(id)
}

func driverNumber(id resource.SourceID) (int64, error) {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(id) {
		return 0, &tsp.Error{Class: tsp.Missing, Message: "the recipient's source id " + strconv.Quote(string(id)) + " is no Samsara driver id"}
	}
	return n, nil
}

// sentMessage is a message as Samsara shows it; the answer to a new one holds driver and text alone.
type sentMessage struct {
	DriverID int64  `json:"driverId"`
	Text     string `json:"text"`
	SentAt   int64  `json:"sentAtMs"`
	IsRead   bool   `json:"isRead"`
	Sender   struct {
		Name string `json:"name"`
		Type string `json:"type"`
	} `json:"sender"`
}

type messageList struct {
	Data []sentMessage `json:"data"`
}

func decodeMessage(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	made, err := rest.Decode[messageList](a)
	if err != nil {
		return tsp.Written{}, err
	}
	driver, err := recipient(w)
	if err != nil {
		return tsp.Written{}, err
	}
	for _, m := range made.Data {
		if m.DriverID == driver {
			return tsp.Written{Collection: messages}, nil
		}
	}
	return tsp.Written{}, a.Unconfirmed("Samsara's answer does not name the driver", nil)
}

// findMessage looks for the message among those sent since shortly before the first attempt.
func findMessage(now func() time.Time) rest.Find {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		m, ok := w.Payload.(*resource.Message)
		driver, err := recipient(w)
		if err != nil || !ok {
			return tsp.Written{}, false, err
		}
		l := letter{text: m.MessageText.Or(""), drivers: []int64{driver}, now: w.Clock(now)}
		found, err := l.search(ctx, send, w)
		if err != nil {
			return tsp.Written{}, false, err
		}
		ours, err := found.reached(driver)
		if err != nil || !ours {
			return tsp.Written{}, false, err
		}
		return tsp.Written{Collection: messages, Status: found.answer.Status, Headers: found.answer.Headers}, true, nil
	}
}
