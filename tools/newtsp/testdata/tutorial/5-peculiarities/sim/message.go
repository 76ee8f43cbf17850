package sim

import (
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// message is the form of a message.
func message() simkit.Shape {
	return simkit.Shape{"vehicle": simkit.String(1, 0), "text": simkit.String(1, 160)}
}

// search is the body of a search.
func search() simkit.Shape {
	return simkit.Shape{"vehicle": simkit.String(1, 0), "since": simkit.String(1, 0)}
}

// seedMessage puts the nth message of the seed: the same text to each vehicle.
func seedMessage(tx *simkit.Tx, n int) error {
	id := fmt.Sprintf("m-%d", n)
	return tx.Put(messages, id, simkit.Object{"id": id, "vehicle": fmt.Sprintf("v-%d", n), "text": "Call the office.", "sent_at": tx.Now().UTC().Format(time.RFC3339)})
}

func postMessage(tx *simkit.Tx, c *simkit.Call) (any, error) {
	vehicle := simkit.Text(c.Body, "vehicle")
	if _, err := tx.Find(vehicles, vehicle); err != nil || c.Path["org"] != "org-1" {
		return nil, simkit.Missing()
	}
	id := fmt.Sprintf("m-%d", tx.NextSeq())
	o := simkit.Object{"id": id, "vehicle": vehicle, "text": c.Body["text"], "sent_at": tx.Now().UTC().Format(time.RFC3339)}
	return o, tx.Put(messages, id, o)
}

// searchMessages lists a vehicle's messages since a time.
func searchMessages(tx *simkit.Tx, c *simkit.Call) (any, error) {
	since, err := time.Parse(time.RFC3339, simkit.Text(c.Body, "since"))
	if err != nil || c.Path["org"] != "org-1" {
		return nil, simkit.Invalid("since must be a time like 2026-11-25T10:00:00Z")
	}
	found := []any{}
	for _, i := range tx.Items(messages) {
		if i.Object["vehicle"] == c.Body["vehicle"] && !i.At.Before(since) {
			found = append(found, i.Object)
		}
	}
	return simkit.Object{"messages": found}, nil
}
