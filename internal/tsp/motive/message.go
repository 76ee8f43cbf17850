package motive

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
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
		"recipient_ids": tsp.Sent().Into(users),
		"message_text":  tsp.Required(),
		"priority":      tsp.Dropped("its messages have no priority"),
	}
}

func createMessage() rest.Write { return sending(resource.KindMessage, messageUses(), messageFrom) }

func createGroupMessage() rest.Write {
	return sending(resource.KindGroupMessage, groupMessageUses(), groupMessageFrom)
}

// sending is a write that sends the message that body makes of a payload.
func sending[P resource.Payload](kind resource.Kind, uses tsp.Uses, body func(P, tsp.Write) (messageBody, error)) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: kind, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses:       uses,
		Method:     http.MethodPost,
		Path:       sendPath,
		Encode:     rest.Body(func(p P, w tsp.Write) (any, error) { return body(p, w) }),
		Decode:     decodeMessage,
		Find:       find(body),
	}
}

// sent is a message as Motive tells it. Ids of messages are texts, unlike all others.
type sent struct {
	ID          string `json:"id"`
	SenderID    int64  `json:"sender_id"`
	RecipientID int64  `json:"recipient_id"`
	Body        string `json:"body"`
}

func decodeMessage(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
	made, err := rest.Decode[struct {
		Message sent `json:"message"`
	}](a)
	if err == nil && made.Message.ID == "" {
		err = a.Unconfirmed("Motive's answer holds no id of a message", nil)
	}
	return tsp.Written{SourceID: resource.SourceID(made.Message.ID), Collection: messages}, err
}

// clockSlack is how far Motive's clock and ours may differ.
const clockSlack = time.Minute

// find looks for a message of that sender to those recipients with that text, sent since
// shortly before the attempt. Two equal ones within that time cannot be told apart. Motive
// lists a message once for each recipient.
func find[P resource.Payload](body func(P, tsp.Write) (messageBody, error)) func(context.Context, rest.Send, tsp.Write) (tsp.Written, bool, error) {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		p, _ := w.Payload.(P)
		want, err := body(p, w)
		if err != nil {
			return tsp.Written{}, false, err
		}
		// Messages are listed for one user, whom the header names.
		of := rest.Call{Path: messagesPath, Query: url.Values{"min_updated_at": {w.SentAt.Add(-clockSlack).UTC().Format(time.RFC3339)}},
			Header: http.Header{"X-User-Id": {strconv.FormatInt(want.SenderID, 10)}}}
		out, reached := tsp.Written{Collection: messages}, map[int64]bool{}
		err = pages(ctx, send, of, func(page struct {
			Messages []struct {
				Message sent `json:"message"`
			} `json:"messages"`
		}) int {
			for _, one := range page.Messages {
				if m := one.Message; m.SenderID == want.SenderID && strings.TrimSpace(m.Body) == strings.TrimSpace(want.Body) {
					reached[m.RecipientID] = true
					out.SourceID = resource.SourceID(m.ID)
				}
			}
			return len(page.Messages)
		})
		found := !slices.ContainsFunc(want.ReceiverIDs, func(id int64) bool { return !reached[id] })
		return out, err == nil && found, err
	}
}
