package traccar

import (
	"context"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const sendPath = "/api/commands/send"

// commandType is the command that shows a text on a device's screen.
const commandType = "message"

// unread is what no look-up can know.
const unread = "the server does not tell which commands were sent, so whether a message without an answer arrived " +
	"cannot be found out"

// command is what a device is told.
type command struct {
	DeviceID jsontext.Value `json:"deviceId"`
	Type     string         `json:"type"`
	// Description is shown nowhere. Without it the server answers null, which its document lacks.
	Description string            `json:"description"`
	Attributes  map[string]string `json:"attributes"`
}

// createMessage sends a message. Nobody can read which commands were sent, and they have no key
// of ours, so one whose outcome is unknown is never sent again.
func createMessage(k known) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create},
		Strength:   tsp.None,
		Unknowable: unread,
		Makes:      commands,
		Uses: tsp.Uses{
			"sender_id":           tsp.Dropped(unsigned),
			"recipient_id":        toDriver(),
			"message_text":        tsp.Required(),
			"priority":            tsp.Dropped(equal),
			"reply_to_message_id": tsp.Dropped("its messages answer no other"),
		},
		Method: http.MethodPost,
		Path:   sendPath,
		Compose: func(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
			m, _ := w.Payload.(*resource.Message)
			to, _ := w.Refs.One("recipient_id")
			return k.commandFor(ctx, send, to, m.MessageText.Or(""))
		},
		Decode: sent,
	}
}

// createGroupMessage sends a message to each recipient: the server's own groups are of devices.
func createGroupMessage(k known) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindGroupMessage, Verb: resource.Create},
		Strength:   tsp.None,
		Unknowable: unread,
		Makes:      commands,
		Uses: tsp.Uses{
			"sender_id":     tsp.Dropped(unsigned),
			"recipient_ids": toDriver(),
			"message_text":  tsp.Required(),
			"priority":      tsp.Dropped(equal),
		},
		Each: func(w tsp.Write) ([]rest.Step, error) {
			m, _ := w.Payload.(*resource.GroupMessage)
			var steps []rest.Step
			for _, to := range w.Refs["recipient_ids"] {
				key := "recipient " + string(to)
				if slices.ContainsFunc(steps, func(s rest.Step) bool { return s.Key == key }) {
					continue
				}
				steps = append(steps, rest.Step{Key: key, Part: key, Method: http.MethodPost, Path: sendPath, Harms: true, Decode: sent,
					Compose: func(ctx context.Context, send rest.Send, _ tsp.Write) (any, error) {
						return k.commandFor(ctx, send, to, m.MessageText.Or(""))
					}})
			}
			return steps, nil
		},
	}
}

// toDriver is the use of who gets a message.
func toDriver() tsp.FieldUse {
	return tsp.Sent().Into(drivers).Because("a driver who is signed in on a device that shows texts or is linked to one; " +
		"of several it goes to the one that reported last")
}

// The reasons that messages share.
const (
	unsigned = "its messages come from the server; " + shown
	equal    = "its messages have no priority"
)
