package torture_test

import (
	"cmp"
	"fmt"
	"strings"
)

// endOf tells how an operation ended. What is not known stands in the last entry of its log; of a group message each
// recipient has an entry, and one that was reached makes the failure one of a part. One that cannot be told from an
// equal one says so long before it ends.
func endOf(op object) end {
	var last string
	parts := false
	logs, _ := op["logs"].([]any)
	for _, l := range logs {
		entry, _ := l.(map[string]any)
		last = object(entry).text("error_details")
		parts = parts || op.text("resource") == "group_message" && object(entry).text("status") == "success"
	}
	status := op.text("status")
	switch {
	case status == "success":
		return succeeded
	case parts, status == "failed" && strings.Contains(last, "outcome unknown"):
		return unknown
	case strings.Contains(last, "nothing tells them apart"):
		return unknown
	case status == "pending":
		return isPending
	}
	return failed
}

// saidOf is what the log of an operation says.
func saidOf(op object) string {
	var said []string
	logs, _ := op["logs"].([]any)
	for _, l := range logs {
		entry, _ := l.(map[string]any)
		said = append(said, object(entry).text("status")+" "+object(entry).text("error_details"))
	}
	return strings.Join(said, " / ")
}

// wroteOf reads an operation.
func wroteOf(op object) wrote {
	w := wrote{id: op.text("id"), tsp: op.text("source_name"), end: endOf(op), made: op.text("source_id"),
		said: saidOf(op), live: op.text("status") == "pending",
		text: cmp.Or(op.text("payload", "message_text"), op.text("payload", "vehicle_name"),
			op.text("payload", "trailer_name")), from: op.text("payload", "sender_id")}
	switch {
	case op.text("operation_type") == "update":
		w.what, w.record = anUpdate, op.text("source_id")
	case op.text("resource") == "message":
		w.what, w.to = aMessage, []string{op.text("payload", "source_recipient_id")}
	case op.text("resource") == "group_message":
		w.what = aGroupMessage
		ids, _ := op.in("payload", "source_recipient_ids").([]any)
		for _, id := range ids {
			w.to = append(w.to, fmt.Sprint(id))
		}
	default:
		w.what = aCreate
	}
	return w
}

// behindUnknown makes unknown what waits behind a message that cannot be told from an equal one: its chain rests until
// that has used up its attempts, for which no test waits.
func behindUnknown(writes []wrote) []wrote {
	type chain struct{ tsp, from, to string }
	rests := map[chain]bool{}
	for i, w := range writes {
		if w.what != aMessage || !w.live {
			continue
		}
		of := chain{w.tsp, w.from, w.to[0]}
		if w.end == isPending && rests[of] {
			writes[i].end = unknown
		}
		rests[of] = rests[of] || w.end == unknown
	}
	return writes
}
