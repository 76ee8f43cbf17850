package catenasimulator

import (
	"context"
	"net/http"
	"net/url"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const messagesPath = "/messages"

type messageBody struct {
	To   resource.SourceID `json:"to"`
	Text string            `json:"text"`
}

// messageWrites are the writes that send messages.
func messageWrites() []rest.Write { return []rest.Write{createMessage()} }

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
		Decode: func(_ tsp.Write, a rest.Answer) (tsp.Written, error) { return made(a, messageRecord) },
		Find:   findMessage,
		Unknowable: "its messages bear no mark: one that somebody else sent, equal in driver and text to one whose answer " +
			"was lost, is taken for it",
	}
}

func messageFrom(m *resource.Message, w tsp.Write) messageBody {
	to, _ := w.Refs.One("recipient_id")
	return messageBody{To: to, Text: m.MessageText.Or("")}
}

// findMessage looks among the recipient's messages for the same text.
func findMessage(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	m, ok := w.Payload.(*resource.Message)
	if !ok {
		return tsp.Written{}, false, nil
	}
	sent := messageFrom(m, w)
	return letter{sent.To, sent.Text, func(ctx context.Context, send rest.Send, since string) (rest.Answer, error) {
		return send(ctx, rest.Call{Method: http.MethodGet, Path: messagesPath, Query: url.Values{
			"to": {string(sent.To)}, "since": {since}}})
	}}.find(ctx, send, w)
}
