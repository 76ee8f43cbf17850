package catenasimulator

import (
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// clockSlack is how far the TSP's clock and ours may differ.
const clockSlack = time.Minute

// since is a little before a write was sent, as the TSP reads times.
func since(w tsp.Write) string { return w.SentAt.Add(-clockSlack).UTC().Format(time.RFC3339) }

// messageIn looks for a text in a list of messages.
func messageIn(a rest.Answer, text string) (tsp.Written, bool, error) {
	list, err := rest.Decode[struct {
		Messages []struct {
			ID   resource.SourceID `json:"id"`
			Text string            `json:"text"`
		} `json:"messages"`
	}](a)
	for _, one := range list.Messages {
		if one.Text == text {
			return tsp.Written{SourceID: one.ID, Collection: messages, Status: a.Status, Headers: a.Headers}, true, nil
		}
	}
	return tsp.Written{}, false, err
}
