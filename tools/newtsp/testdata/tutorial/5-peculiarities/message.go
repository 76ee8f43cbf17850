package catenasimulator

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const messagesPath = "/orgs/{setting:organisation}/messages"

// The reasons that messages share.
const (
	unsigned = "its messages come from the account"
	equal    = "its messages have no priority"
)

func organised() []tsp.Need {
	return []tsp.Need{{Setting: settingOrganisation, Reason: "an organisation sends the messages"}}
}

// messageWrites are the writes that send messages.
func messageWrites() []rest.Write { return []rest.Write{createMessage(), createGroupMessage()} }

// createMessage sends a message. The TSP takes no key of ours, so a message whose sending brought
// no answer is looked up before it is sent again.
func createMessage() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Makes:      messages,
		Needs:      organised(),
		Uses: tsp.Uses{
			"sender_id":           tsp.Dropped(unsigned),
			"recipient_id":        tsp.Sent().Into(drivers),
			"message_text":        tsp.Required().Length(1, 160),
			"priority":            tsp.Dropped(equal),
			"reply_to_message_id": tsp.Dropped("its messages are not answers"),
		},
		Each: func(w tsp.Write) ([]rest.Step, error) {
			m, err := tsp.PayloadOf[*resource.Message](w)
			if err != nil {
				return nil, err
			}
			to, _ := w.Refs.One("recipient_id")
			return deliveries(m.MessageText.Or(""), to), nil
		},
	}
}

// createGroupMessage sends a message to each recipient, because the TSP has no groups.
func createGroupMessage() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindGroupMessage, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Makes:      messages,
		Needs:      organised(),
		Uses: tsp.Uses{
			"sender_id":     tsp.Dropped(unsigned),
			"recipient_ids": tsp.Sent().Into(drivers),
			"message_text":  tsp.Required().Length(1, 160),
			"priority":      tsp.Dropped(equal),
		},
		Each: func(w tsp.Write) ([]rest.Step, error) {
			g, err := tsp.PayloadOf[*resource.GroupMessage](w)
			if err != nil {
				return nil, err
			}
			return deliveries(g.MessageText.Or(""), w.Refs["recipient_ids"]...), nil
		},
	}
}

// deliveries are the calls that send a text, one for each driver.
func deliveries(text string, to ...resource.SourceID) []rest.Step {
	var steps []rest.Step
	for _, driver := range to {
		key := "driver " + string(driver)
		if slices.ContainsFunc(steps, func(s rest.Step) bool { return s.Key == key }) {
			continue
		}
		steps = append(steps, rest.Step{
			Key: key, Part: key, Method: http.MethodPost, Path: messagesPath, Harms: true, Collection: messages,
			Compose: func(ctx context.Context, send rest.Send, _ tsp.Write) (any, error) {
				vehicle, err := vehicleOf(ctx, send, driver)
				return url.Values{"vehicle": {vehicle}, "text": {text}}, err
			},
			Decode: func(_ tsp.Write, a rest.Answer) (tsp.Written, error) { return delivered(a) },
			Find: func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
				return findMessage(ctx, send, w, driver, text)
			},
		})
	}
	return steps
}

// delivered reads the answer to one delivery. What it holds is not kept: a message to several would be shown as the
// last of them.
func delivered(a rest.Answer) (tsp.Written, error) {
	one, err := rest.Decode[struct {
		ID resource.SourceID `json:"id"`
	}](a)
	if err == nil && one.ID == "" {
		err = a.Unconfirmed("the answer holds no id", nil)
	}
	return tsp.Written{SourceID: one.ID, Collection: messages}, err
}

// findMessage looks among the messages to a driver's vehicle for a text.
func findMessage(ctx context.Context, send rest.Send, w tsp.Write, driver resource.SourceID, text string) (tsp.Written, bool, error) {
	vehicle, err := vehicleOf(ctx, send, driver)
	if err != nil {
		return tsp.Written{}, false, err
	}
	return letter{driver, text, func(ctx context.Context, send rest.Send, since string) (rest.Answer, error) {
		return send(ctx, rest.Call{Method: http.MethodPost, Path: messagesPath + "/search", Reads: true, Body: map[string]string{
			"vehicle": vehicle, "since": since}})
	}}.find(ctx, send, w)
}
