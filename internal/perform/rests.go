package perform

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// chain is one of a connection.
type chain struct {
	connection uuid.UUID
	key        string
}

// resting finds, of each operation that rests behind a hold, the one of its partner that has left it. Where none rests, as
// mostly, nobody is asked.
func (w *Writes) resting(ctx context.Context, ops []operation.Operation, all []operation.Ahead, now time.Time) error {
	since := map[uuid.UUID]time.Time{}
	for _, op := range ops {
		if from := w.leftSince(op); op.Rests(now) && (since[op.Partner].IsZero() || from.Before(since[op.Partner])) {
			since[op.Partner] = from
		}
	}
	for partner, from := range since {
		found, err := w.c.Lines.Unanswered(ctx, partner, from)
		if err != nil {
			return fmt.Errorf("looking up what may take effect yet: %w", err)
		}
		newest := map[chain]operation.Operation{}
		for _, of := range found {
			if c := (chain{of.Connection, of.OrderKey}); of.CutAt.After(newest[c].CutAt) {
				newest[c] = of
			}
		}
		for i, op := range ops {
			of, there := newest[chain{op.Connection, op.OrderKey}]
			if there && op.Partner == partner && op.Rests(now) && !of.CutAt.Before(w.leftSince(op)) {
				all[i].Left = of.ID
			}
		}
	}
	return nil
}

// leftSince is since when what has left the hold behind which an operation rests can have been cut off: all of a chain need
// the same time to settle.
func (w *Writes) leftSince(op operation.Operation) time.Time {
	return op.NextAt.Add(-w.c.Settling.Of(op))
}
