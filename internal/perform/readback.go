package perform

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// readBackTime bounds how long the end of a write waits for its record to be read.
const readBackTime = 3 * time.Second

// readBack reads the record that a write has left, where the TSP's answer did not show it and the
// limits leave room for a call. The write is done whatever comes of it: without the record, what was
// sent stands for it until the next import (decision 14).
func (w *Writes) readBack(ctx context.Context, t *task) {
	made := &t.answer.written
	one := tsp.Single{Kind: t.op.Kind, Collection: made.Collection, SourceID: made.SourceID}
	if t.op.Verb == resource.Update {
		one.Collection, one.SourceID = t.op.Collection, t.op.SourceID
	}
	imported := slices.Contains(t.spec.Importable(), t.op.Kind)
	if t.answer.err != nil || made.Record != nil || one.SourceID == "" || !imported {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readBackTime)
	defer cancel()
	read, end := w.readOne(ctx, t, one, spare{w.c.Limits.pacer(t.spec, t.conn, t.share()), w.c.Limits.of(t.spec, t.conn)})
	if end == nil {
		made.Record = &read
		return
	}
	w.c.Log.Debug("a written record could not be read back", "operation_id", t.op.ID, "connection_id", t.conn.ID,
		"tsp", t.conn.TSP, "resource", t.op.Kind, "class", end.Class, "error", end)
}

// readOne reads a record.
func (w *Writes) readOne(ctx context.Context, t *task, one tsp.Single, by tsp.Pacer) (tsp.Record, *tsp.Error) {
	pace := &noting{Pacer: by}
	one.Pace = pace
	read, end := w.c.TSPs.Read(ctx, w.c.Links.Target(t.conn), one)
	if end == nil && read.SourceID != "" && read.SourceID != one.SourceID {
		end = &tsp.Error{Class: tsp.Broken, Message: "another record was read than was asked for: " +
			string(read.SourceID)}
	}
	if end != nil && end.Class == tsp.Throttled {
		w.c.Limits.throttled(t.conn, pace, end.RetryAfter)
	}
	return read, end
}

// spare paces calls that nobody needs: they are made while their limits allow them at once, and wait
// for none.
type spare struct {
	*dispatch.Pacer
	limits named
}

// Wait charges a call to its limits, or refuses it.
func (s spare) Wait(_ context.Context, keys ...string) error {
	if wait, _ := s.Budget.Take(s.Share, s.limits.only(keys)); wait > 0 {
		return tsp.ErrNoBudget
	}
	return nil
}

// Enter lets a call begin where it has a place beside those in flight, or refuses it.
func (s spare) Enter(ctx context.Context, keys ...string) (leave func(), err error) {
	now, cancel := context.WithCancel(ctx)
	cancel()
	if leave, err = s.Pacer.Enter(now, keys...); err != nil {
		return nil, tsp.ErrNoBudget
	}
	return leave, nil
}
