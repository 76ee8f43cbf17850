package perform

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// readBackTime bounds how long the end of a write waits for its record to be read.
const readBackTime = 3 * time.Second

// readBack reads the record that a write has left, where the TSP's answer did not show it, or is not to be believed, and
// the limits leave room for a call. The write is done whatever comes of it: without the record, what was
// sent stands for it until the next import (decision 14).
func (w *Writes) readBack(ctx context.Context, t *task) {
	made := &t.answer.written
	one := t.left()
	imported := slices.Contains(t.spec.Importable(), t.op.Kind)
	if t.answer.err != nil || made.Record != nil && !t.op.Verify || one.SourceID == "" || !imported {
		return
	}
	one.Pace = spare{w.c.Limits.pacer(t.spec, t.conn, t.share()), w.c.Limits.of(t.spec, t.conn)}
	t.look = w.readOne(ctx, t, one, readBackTime)
	if t.look.end == nil && !t.op.Verify {
		made.Record = &t.look.read
	}
}

// left names the record that a write has left.
func (t *task) left() tsp.Single {
	made := t.answer.written
	one := tsp.Single{Kind: t.op.Kind, Collection: made.Collection, SourceID: made.SourceID}
	if t.op.Verb == resource.Update {
		one.Collection, one.SourceID = t.op.Collection, t.op.SourceID
	}
	return one
}

// look is what reading one record has told.
type look struct {
	// at is when it was asked for; zero if it was not.
	at   time.Time
	read tsp.Record
	// end is why there is no record; nil if there is.
	end *tsp.Error
}

// readOne reads a record within a time. Limits that the TSP says are used up are closed.
func (w *Writes) readOne(ctx context.Context, t *task, one tsp.Single, within time.Duration) look {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	pace := &noting{Pacer: one.Pace}
	one.Pace = pace
	l := look{at: stored(w.c.Now())}
	l.read, l.end = w.c.TSPs.Read(ctx, w.c.Links.Target(t.conn), one)
	if l.end == nil && l.read.SourceID != "" && l.read.SourceID != one.SourceID {
		l.end = &tsp.Error{Class: tsp.Broken, Message: "another record was read than was asked for: " +
			string(l.read.SourceID)}
	}
	if l.end == nil {
		l.read.SourceID, l.read.Collection = one.SourceID, cmp.Or(l.read.Collection, one.Collection)
		return l
	}
	if l.end.Class == tsp.Throttled {
		w.c.Limits.throttled(t.conn, pace, l.end.RetryAfter)
	}
	w.c.Log.Debug("a written record could not be read back", "operation_id", t.op.ID, "connection_id", t.conn.ID,
		"tsp", t.conn.TSP, "resource", t.op.Kind, "class", l.end.Class, "error", l.end)
	return l
}

// spare paces calls that nobody needs: they are made while their limits allow them at once, and wait
// for none.
type spare struct {
	*dispatch.Pacer
	limits named
}

// Wait charges a call to its limits, or refuses it.
func (s spare) Wait(_ context.Context, keys ...string) error {
	if wait, _ := s.Budget.Take(s.Share, s.limits.paced(keys)); wait > 0 {
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
