package sim

import (
	"fmt"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// message is the body of a message.
func message() simkit.Shape {
	return simkit.Shape{"to": simkit.String(1, 0), "text": simkit.String(1, 160)}
}

func postMessage(tx *simkit.Tx, c *simkit.Call) (any, error) {
	to := simkit.Text(c.Body, "to")
	if _, ok := tx.Get(drivers, to); !ok {
		return nil, simkit.Refused(http.StatusNotFound, "there is no driver %s", to)
	}
	id := fmt.Sprintf("m-%d", tx.NextSeq())
	o := simkit.Object{"id": id, "to": to, "text": c.Body["text"], "sent_at": tx.Now().UTC().Format(time.RFC3339)}
	return o, tx.Put(messages, id, o)
}

// seedMessage puts the nth message of the seed: the same text to each driver.
func seedMessage(tx *simkit.Tx, n int) error {
	id := fmt.Sprintf("m-%d", n)
	return tx.Put(messages, id, simkit.Object{"id": id, "to": fmt.Sprintf("d-%d", n), "text": "Call the office.", "sent_at": tx.Now().UTC().Format(time.RFC3339)})
}

// listMessages lists the messages since a time, all of them or a driver's.
func listMessages(tx *simkit.Tx, c *simkit.Call) (any, error) {
	since, err := time.Parse(time.RFC3339, c.Query.Get("since"))
	if err != nil {
		return nil, simkit.Invalid("since must be a time like 2026-11-25T10:00:00Z")
	}
	found := []any{}
	for _, i := range tx.Items(messages) {
		if to := c.Query.Get("to"); (to == "" || i.Object["to"] == to) && !i.At.Before(since) {
			found = append(found, i.Object)
		}
	}
	return simkit.Object{"messages": found}, nil
}
