package samsara

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// createGroupMessage sends a text to several drivers in one call, of which Samsara makes one
// message each, without id. Drivers that an earlier attempt reached are marked as steps and left
// out of the next.
func createGroupMessage(now func() time.Time) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindGroupMessage, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses: tsp.Uses{
			"sender_id":     tsp.Dropped("every message through its API comes from dispatch"),
			"recipient_ids": tsp.Sent().Into(drivers),
			"message_text":  tsp.Required().Length(1, maxText),
			"priority":      tsp.Dropped("its messages have no priority"),
		},
		Method:     http.MethodPost,
		Path:       messagesPath,
		Encode:     rest.Body(encodeGroupMessage),
		Decode:     decodeGroupMessage,
		Find:       findGroupMessage(now),
		Unknowable: typed,
		Makes:      messages,
	}
}

// driverStep is the key under which a driver who was reached is marked.
func driverStep(driver int64) string { return "driver " + strconv.FormatInt(driver, 10) }

// unreached are the drivers that are left, each once.
func unreached(w tsp.Write) ([]int64, error) {
	var left []int64
	for _, id := range w.Refs["recipient_ids"] {
		driver, err := driverNumber(id)
		if err != nil {
			return nil, err
		}
		if step, _ := w.Step(driverStep(driver)); !step.Done && !slices.Contains(left, driver) {
			left = append(left, driver)
		}
	}
	return left, nil
}

func encodeGroupMessage(g *resource.GroupMessage, w tsp.Write) (any, error) {
	left, err := unreached(w)
	return messageBody{DriverIDs: left, Text: g.MessageText.Or("")}, err
}

func decodeGroupMessage(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	made, err := rest.Decode[messageList](a)
	if err != nil {
		return tsp.Written{}, err
	}
	left, err := unreached(w)
	if err != nil {
		return tsp.Written{}, err
	}
	out := tsp.Written{Collection: messages}
	for _, driver := range left {
		if !slices.ContainsFunc(made.Data, func(m sentMessage) bool { return m.DriverID == driver }) {
			return tsp.Written{}, a.Unconfirmed("Samsara's answer does not name the "+driverStep(driver), nil)
		}
		out.Parts = append(out.Parts, tsp.Part{Name: driverStep(driver), Class: tsp.Done, Status: a.Status, Headers: a.Headers})
	}
	return out, nil
}

// findGroupMessage marks the drivers that have the message, as findMessage finds it, and tells
// whether all have.
func findGroupMessage(now func() time.Time) rest.Find {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		g, ok := w.Payload.(*resource.GroupMessage)
		left, err := unreached(w)
		if err != nil || !ok {
			return tsp.Written{}, false, err
		}
		out := tsp.Written{Collection: messages}
		if len(left) == 0 {
			return out, true, nil
		}
		l := letter{text: g.MessageText.Or(""), drivers: left, now: w.Clock(now)}
		found, err := l.search(ctx, send, w)
		if err != nil {
			return tsp.Written{}, false, err
		}
		out.Status, out.Headers = found.answer.Status, found.answer.Headers
		var marked []int64
		var unsure error
		for _, driver := range left {
			ours, err := found.reached(driver)
			if unsure = cmp.Or(unsure, err); ours {
				marked = append(marked, driver)
			}
		}
		if len(marked) == len(left) {
			return out, true, nil
		}
		for _, driver := range marked {
			if err := w.Mark(ctx, tsp.Step{Key: driverStep(driver), Done: true}); err != nil {
				return tsp.Written{}, false, err
			}
		}
		return tsp.Written{}, false, unsure
	}
}
