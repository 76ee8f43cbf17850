package perform

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// rivalling tells whether writes of a kind bear no mark of their operation at some TSP.
func rivalling(k resource.Kind) bool {
	return k == resource.KindMessage || k == resource.KindGroupMessage
}

// rivals returns how a look-up learns of the other operations that may have left the same; nil for
// kinds that have none.
func (w *Writes) rivals(op operation.Operation) tsp.Rivals {
	if !rivalling(op.Kind) {
		return nil
	}
	return func(ctx context.Context, since time.Time) ([]tsp.Rival, error) {
		ops, err := w.c.Progress.Rivals(ctx, op.Connection, since)
		if err != nil {
			return nil, &tsp.Error{Class: tsp.Unavailable, Message: "equal writes could not be looked up", Err: err}
		}
		var all []tsp.Rival
		for _, other := range ops {
			if other.ID == op.ID {
				continue
			}
			// One that cannot be read cannot be compared either, and would make the count wrong.
			r, err := w.rival(other)
			if err != nil {
				return nil, &tsp.Error{Class: tsp.Broken, Message: "an equal write could not be read", Err: err}
			}
			all = append(all, r)
		}
		return all, nil
	}
}

// rival is another operation as an adapter compares it. Where its end is open, what it made may
// come until now.
func (w *Writes) rival(op operation.Operation) (tsp.Rival, error) {
	write, err := w.read(&task{op: op})
	r := tsp.Rival{Capability: write.Capability, Payload: write.Payload, Refs: write.Refs, SourceID: op.SourceID,
		Collection: op.Collection, SentAt: op.SentAt, EndedAt: op.UpdatedAt, Certain: op.State == operation.Succeeded}
	if !op.State.Ended() {
		r.EndedAt = w.c.Now()
	}
	// An id of our own making is none that the TSP could show.
	if r.SourceID == record.Synthetic(op.ID) {
		r.SourceID = ""
	}
	return r, err
}
