package perform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Settle writes the end of an attempt: attempt, state, record and event in one transaction. What
// else follows from it has its own time: a failure of that does not make the settling be repeated.
func (w *Writes) Settle(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*task]) error {
	_, err := w.settle(ctx, claim, a)
	return err
}

// settle returns the operation as it is then. Its error leaves everything as it was; a lane's
// runner settles the same attempt again.
func (w *Writes) settle(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*task]) (operation.Operation, error) {
	t, v := a.Item.Value, a.Verdict
	now := stored(w.c.Now())
	op := t.op
	var err error
	// Heads leaves the log out, which most operations do not have yet.
	if op.Tries > 0 {
		if op.Attempts, err = w.c.Progress.Attempts(ctx, op.ID); err != nil {
			return op, fmt.Errorf("reading earlier attempts: %w", err)
		}
	}
	s := operation.Settlement{Claim: claim, From: op.Tries, Attempts: entries(&op, a)}
	// An open attempt keeps its time, back to which a look-up goes.
	if !t.course().unknown {
		op.SentAt = a.End.StartedAt
	}
	if op, err = op.To(after(v.Fate), now); err != nil {
		return op, err
	}
	op.Tries, op.NextAt = op.Tries+1, v.At
	if v.Counts {
		op.Counted++
	}
	if v.Fate == dispatch.Succeeds {
		if s.Record, err = w.written(ctx, &op, t); err != nil {
			return op, err
		}
	}
	if s.Events, err = told(op, now); err != nil {
		return op, err
	}
	s.Operation = op
	if err := w.c.Queue.Settle(ctx, s); err != nil {
		return op, err
	}
	w.follow(ctx, t, v)
	return op, nil
}

// follow does what an attempt that is settled means for others: for the limits of its TSP, for the
// connection, and for what is known of its records.
func (w *Writes) follow(ctx context.Context, t *task, v dispatch.Verdict) {
	if !v.Pause.IsZero() {
		w.c.Limits.shut(t, v.Pause.Sub(w.c.Now()))
	}
	if v.Stop {
		refused(ctx, w.c.Links, w.c.Log, t.conn, t.answer.err)
	}
	if t.answer.err != nil && t.answer.err.Class == tsp.Missing {
		w.c.Imports.Recheck(ctx, t.conn)
	}
}

// written completes an operation that took effect and returns the record as it is known now. The
// record is told from the operation's own fields, so that it can be read and referenced as soon as
// its write has ended.
func (w *Writes) written(ctx context.Context, op *operation.Operation, t *task) (*record.Record, error) {
	made := t.answer.written
	r := record.Record{Kind: op.Kind, Fleet: op.Fleet, TSP: op.TSP, Account: t.conn.Account, Connection: op.Connection,
		Collection: op.Collection, SourceID: op.SourceID, Source: []byte("{}"), Fields: []byte("{}"), Extras: []byte("{}")}
	if op.Verb == resource.Create {
		// An update keeps both: it found its record by them.
		r.Collection, r.SourceID = made.Collection, made.SourceID
		if r.SourceID == "" {
			r.SourceID, r.Synthetic = record.Synthetic(op.ID), true
		}
		if r.Collection == "" {
			r.Collection = string(op.Kind)
		}
	}
	if !r.Synthetic {
		// Even one that was just made may have been imported before its write is settled.
		known, err := w.c.Records.Record(ctx, op.Connection, r.Identify().ID)
		switch {
		case err == nil:
			r.Fields, r.Extras, r.Source, r.Synthetic = known.Fields, known.Extras, known.Source, known.Synthetic
		case !errors.Is(err, record.ErrNotFound):
			return nil, fmt.Errorf("looking up the written record: %w", err)
		}
	}
	// By the settings that the attempt was made under: what was dropped is none of the record.
	uses := t.action.Under(t.spec.Effective(t.conn.Settings)).Uses
	r, err := r.Written(record.Write{Payload: op.Payload, Uses: uses, At: op.UpdatedAt})
	if err != nil {
		return nil, err
	}
	r = r.Identify()
	op.Resource, op.SourceID, op.Collection = r.ID, r.SourceID, r.Collection
	return &r, nil
}

// told returns the events that an operation's end raises. Sync operations raise none: their
// caller has the answer.
func told(op operation.Operation, at time.Time) ([]event.Event, error) {
	if !op.State.Ended() || op.Sync {
		return nil, nil
	}
	name := event.OperationFailed
	if op.State == operation.Succeeded {
		name = event.OperationSucceeded
	}
	e, err := op.Event(name, at)
	return []event.Event{e}, err
}
