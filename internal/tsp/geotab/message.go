package geotab

import (
	"context"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// textMessage is what is written of a TextMessage.
type textMessage struct {
	Recipient *ref `json:"recipient"`
	User      *ref `json:"user,omitzero"`
	Parent    *ref `json:"parentMessage,omitzero"`
	// ToVehicle is a boolean, but in a preview.
	ToVehicle any            `json:"isDirectionToVehicle"`
	Content   messageContent `json:"messageContent"`
	// ActiveFrom marks the operation that sent the message, so that two equal texts differ.
	ActiveFrom string `json:"activeFrom"`
}

type messageContent struct {
	ContentType string `json:"contentType"`
	Message     string `json:"message"`
	Urgent      bool   `json:"urgent"`
}

func textMessageFrom(m *resource.Message, w tsp.Write) textMessage {
	out := newText(m.MessageText, m.Priority, w)
	if to, ok := w.Refs.One("recipient_id"); ok {
		out.Recipient = refTo(to)
	}
	if parent, ok := w.Refs.One("reply_to_message_id"); ok {
		out.Parent = refTo(parent)
	}
	return out
}

func newText(text, priority resource.Opt[string], w tsp.Write) textMessage {
	out := textMessage{ActiveFrom: stamp(made(w.Operation)), Content: messageContent{
		ContentType: "Normal", Message: text.Or(""), Urgent: priority.Or("") == "high"}}
	if from, ok := w.Refs.One("sender_id"); ok {
		out.User = refTo(from)
	}
	return out
}

func messageUses() tsp.Uses {
	return tsp.Uses{
		"sender_id":           tsp.Sent().Into(users),
		"recipient_id":        tsp.Sent().Into(users),
		"message_text":        tsp.Required(),
		"priority":            tsp.Sent(),
		"reply_to_message_id": tsp.Sent().Into(messages),
	}
}

func groupMessageUses() tsp.Uses {
	return tsp.Uses{
		"sender_id":     tsp.Sent().Into(users),
		"recipient_ids": tsp.Sent().Into(users),
		"message_text":  tsp.Required(),
		"priority":      tsp.Sent(),
	}
}

// messageSteps sends one message.
func messageSteps(m *resource.Message, w tsp.Write) ([]step, error) {
	return []step{textStep("message", textMessageFrom(m, w))}, nil
}

// groupMessageSteps sends a message to each recipient, because Geotab has no call for several.
func groupMessageSteps(g *resource.GroupMessage, w tsp.Write) ([]step, error) {
	var steps []step
	for _, to := range unique(w.Refs["recipient_ids"]) {
		one := newText(g.MessageText, g.Priority, w)
		one.Recipient = refTo(to)
		s := textStep("recipient "+string(to), one)
		s.collection, s.part = groupMessages, s.key
		steps = append(steps, s)
	}
	return steps, nil
}

// unique leaves out repetitions.
func unique[T comparable](all []T) []T {
	var out []T
	for _, one := range all {
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

func textStep(key string, m textMessage) step {
	body := func(ctx context.Context, c *call, _ resource.SourceID) (any, error) {
		way, err := c.toVehicle(ctx, m)
		m.ToVehicle = way
		if awaited, previewed := tsp.Awaited("what-follows", err); previewed {
			m.ToVehicle, err = awaited, nil
		}
		return m, err
	}
	return step{key: key, method: add, entity: "TextMessage", collection: messages, body: body, find: findText(m)}
}
