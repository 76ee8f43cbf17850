package catenasimulator

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const messagesPath = "/messages"

type messageBody struct {
	To   resource.SourceID `json:"to"`
	Text string            `json:"text"`
}

// createMessage sends a message. The TSP takes no key of ours, so a message whose sending brought
// no answer is looked up before it is sent again.
func createMessage() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses: tsp.Uses{
			"sender_id":           tsp.Dropped("its messages come from the account"),
			"recipient_id":        tsp.Sent().Into(drivers),
			"message_text":        tsp.Required().Length(1, 160),
			"priority":            tsp.Dropped("its messages have no priority"),
			"reply_to_message_id": tsp.Dropped("its messages are not answers"),
		},
		Method: http.MethodPost,
		Path:   messagesPath,
		Encode: rest.Body(func(m *resource.Message, w tsp.Write) (any, error) { return messageFrom(m, w), nil }),
		Decode: func(_ tsp.Write, a rest.Answer) (tsp.Written, error) { return made(a, messages) },
		Find:   findMessage,
	}
}

func messageFrom(m *resource.Message, w tsp.Write) messageBody {
	to, _ := w.Refs.One("recipient_id")
	return messageBody{To: to, Text: m.MessageText.Or("")}
}

// clockSlack is how far the TSP's clock and ours may differ.
const clockSlack = time.Minute

// findMessage looks among the recipient's messages since the first attempt for the same text.
func findMessage(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	m, ok := w.Payload.(*resource.Message)
	if !ok {
		return tsp.Written{}, false, nil
	}
	sent := messageFrom(m, w)
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: messagesPath, Query: url.Values{
		"to": {string(sent.To)}, "since": {w.SentAt.Add(-clockSlack).UTC().Format(time.RFC3339)}}})
	if err != nil {
		return tsp.Written{}, false, err
	}
	list, err := rest.Decode[struct {
		Messages []struct {
			ID   resource.SourceID `json:"id"`
			Text string            `json:"text"`
		} `json:"messages"`
	}](a)
	for _, one := range list.Messages {
		if one.Text == sent.Text {
			return tsp.Written{SourceID: one.ID, Collection: messages}, true, nil
		}
	}
	return tsp.Written{}, false, err
}
