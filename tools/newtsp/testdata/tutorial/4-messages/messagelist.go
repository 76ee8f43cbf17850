package catenasimulator

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// clockSlack is how far the beginning of a list may be off.
const clockSlack = time.Minute

// letter is a text to a driver as a look-up knows it. list asks for the messages since a time.
type letter struct {
	to   resource.SourceID
	text string
	list func(ctx context.Context, send rest.Send, since string) (rest.Answer, error)
}

// find looks for the letter among the messages since the first attempt: one that no other operation
// has, or may have, sent.
func (l letter) find(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	var a rest.Answer
	var found []resource.SourceID
	alike, err := w.Alike(ctx, tsp.Look{Same: l.equals, Slack: clockSlack, Now: time.Now,
		List: func(ctx context.Context, since time.Time) error {
			clock := rest.Clock{Now: time.Now}
			return clock.Ask(func() (err error) {
				if a, err = l.list(ctx, clock.Over(send), clock.At(since).UTC().Format(time.RFC3339)); err == nil {
					found, err = l.in(a)
				}
				return err
			})
		}})
	if err != nil {
		return tsp.Written{}, false, err
	}
	free, rivals := alike.Unclaimed(found)
	ours, err := rivals.Ours(len(free))
	if err != nil || !ours {
		return tsp.Written{}, false, err
	}
	return tsp.Written{SourceID: free[0], Collection: messages, Status: a.Status, Headers: a.Headers}, true, nil
}

// equals tells whether another operation sent the same.
func (l letter) equals(r tsp.Rival) bool {
	to := slices.Concat(r.Refs["recipient_id"], r.Refs["recipient_ids"])
	return tsp.SameText(r.Text(), l.text) && slices.Contains(to, l.to)
}

// in returns the ids of the messages in a list that have the text.
func (l letter) in(a rest.Answer) ([]resource.SourceID, error) {
	list, err := rest.Decode[struct {
		Messages []struct {
			ID   resource.SourceID `json:"id"`
			Text string            `json:"text"`
		} `json:"messages"`
	}](a)
	var ids []resource.SourceID
	for _, one := range list.Messages {
		if tsp.SameText(one.Text, l.text) {
			ids = append(ids, one.ID)
		}
	}
	return ids, err
}
