package motive

import (
	"net/http"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const (
	sendPath     = "/v2/messages"
	messagesPath = "/v1/messages"
)

// messageBody sends a text to one user or several.
type messageBody struct {
	SenderID    int64   `json:"sender_id"`
	ReceiverIDs []int64 `json:"receiver_ids"`
	Body        string  `json:"body"`
}

func messageFrom(m *resource.Message, w tsp.Write) (messageBody, error) {
	sender, err := reference(w, "sender_id")
	if err != nil {
		return messageBody{}, err
	}
	to, err := reference(w, "recipient_id")
	return messageBody{SenderID: sender, ReceiverIDs: []int64{to}, Body: m.MessageText.Or("")}, err
}

func groupMessageFrom(g *resource.GroupMessage, w tsp.Write) (messageBody, error) {
	sender, err := reference(w, "sender_id")
	if err != nil {
		return messageBody{}, err
	}
	b := messageBody{SenderID: sender, Body: g.MessageText.Or("")}
	for _, id := range w.Refs["recipient_ids"] {
		to, err := number(id)
		if err != nil {
			return b, err
		}
		if !slices.Contains(b.ReceiverIDs, to) {
			b.ReceiverIDs = append(b.ReceiverIDs, to)
		}
	}
	return b, nil
}

func messageUses() tsp.Uses {
	return tsp.Uses{
		"sender_id":           tsp.Sent().Into(users),
		"recipient_id":        tsp.Sent().Into(users),
		"message_text":        tsp.Required(),
		"priority":            tsp.Dropped("its messages have no priority"),
		"reply_to_message_id": tsp.Dropped("its messages answer no other"),
	}
}

func groupMessageUses() tsp.Uses {
	return tsp.Uses{
		"sender_id":     tsp.Sent().Into(users),
		"recipient_ids": tsp.Sent().Into(users).Because("two at least: what goes to one is a message at Motive"),
		"message_text":  tsp.Required(),
		"priority":      tsp.Dropped("its messages have no priority"),
	}
}

func createMessage(now func() time.Time) rest.Write {
	w := sending(resource.KindMessage, messageFrom, now)
	w.Uses = messageUses()
	return w
}

func createGroupMessage(now func() time.Time) rest.Write {
	w := sending(resource.KindGroupMessage, groupMessageFrom, now)
	w.Uses, w.Check = groupMessageUses(), tsp.Checked(checkGroupMessage)
	return w
}

// checkGroupMessage refuses a single recipient: what Motive lists with one is read as a message, so that the group
// message that was written would not be met again.
func checkGroupMessage(g *resource.GroupMessage, _ tsp.Settings) []resource.Problem {
	var wrong problems
	if len(g.RecipientIDs) == 1 {
		wrong.refuse("recipient_ids", g.RecipientIDs[0].String(), resource.CodeUnsupported,
			"must name at least two users at Motive, where what goes to one is a message; "+
				"write it as a message with recipient_id")
	}
	return wrong
}

// sending is a write that sends the message that body makes of a payload.
func sending[P resource.Payload](kind resource.Kind, body func(P, tsp.Write) (messageBody, error),
	now func() time.Time) rest.Write {
	k := letterClasses()[kind]
	return rest.Write{
		Capability: tsp.Capability{Kind: kind, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Method:     http.MethodPost,
		Path:       sendPath,
		Encode:     rest.Body(func(p P, w tsp.Write) (any, error) { return body(p, w) }),
		Decode:     k.decodeLetter,
		Show:       k.show,
		Find:       find(k.collection, body, now),
		Unknowable: typed,
	}
}

// sent is a message as Motive tells it. Ids of messages are texts, unlike all others. That lists have
// sent_at is not documented; the answer to a POST has.
type sent struct {
	ID          string `json:"id"`
	SenderID    int64  `json:"sender_id"`
	RecipientID int64  `json:"recipient_id"`
	Body        string `json:"body"`
	SentAt      string `json:"sent_at"`
}

func (k class) decodeLetter(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
	made, err := rest.Decode[struct {
		Message sent `json:"message"`
	}](a)
	if err == nil && made.Message.ID == "" {
		err = a.Unconfirmed("Motive's answer holds no id of a message", nil)
	}
	return tsp.Written{SourceID: resource.SourceID(made.Message.ID), Collection: k.collection}, err
}
