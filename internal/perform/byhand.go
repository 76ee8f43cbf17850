package perform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// What people know of an operation that ended with its outcome unknown is taken from them here. It is the last that is
// heard of it, so it is held against what can be known otherwise (decision 48).

// ResolveByHand ends what is not known of an operation as somebody has told it.
func (w *Writes) ResolveByHand(ctx context.Context, c connection.Connection, op operation.Operation, r operation.Resolution) (
	operation.Operation, error) {
	spec, _ := w.spec(c)
	t := w.task(op, c, spec)
	ctx = w.keeping(ctx, t)
	// A write that is settled while the record is read knows better than the reading.
	asOf := stored(w.c.Now())
	defer w.claims.release(op.ID)
	var err error
	if r.Outcome == operation.NotApplied {
		err = w.mayBeLate(t)
	} else {
		err = w.adopt(ctx, t, &r)
	}
	if err != nil {
		return op, err
	}
	s, err := w.resolution(ctx, t, r, asOf)
	if err == nil {
		err = w.c.Resolutions.Resolve(ctx, s)
	}
	var busy *operation.Busy
	switch {
	case errors.Is(err, operation.ErrAdopted):
		err = foreign(r.SourceID, "is the result of another operation")
	case errors.As(err, &busy):
		err = &problem.Error{Code: problem.Conflict, RetryAfter: max(busy.Until.Sub(w.c.Now()), askAgain), Detail: fmt.Sprintf(
			"operation %s cannot be resolved yet: an update of the %s %s is unfinished; wait for it", op.ID, op.Kind, r.SourceID)}
	}
	if err != nil {
		return op, err
	}
	w.c.Log.Info("an operation was resolved by hand", "operation_id", op.ID, "connection_id", op.Connection, "tsp", op.TSP,
		"resource", op.Kind, "verb", op.Verb, "outcome", r.Outcome, "checked", r.Checked)
	return s.Operation, nil
}

// mayBeLate refuses to believe that a write was not applied while its TSP may be at work on it.
func (w *Writes) mayBeLate(t *task) error {
	until, now := w.settledAt(t), w.c.Now()
	if !now.Before(until) {
		return nil
	}
	return &problem.Error{Code: problem.Conflict, RetryAfter: until.Sub(now), Detail: fmt.Sprintf("operation %s cannot be "+
		"resolved as not_applied yet: the TSP may be at work on it until %s; look there after that", t.op.ID,
		until.UTC().Format(time.RFC3339))}
}

// resolution is everything that changes when an operation is resolved; asOf is when it was looked at the TSP.
func (w *Writes) resolution(ctx context.Context, t *task, r operation.Resolution, asOf time.Time) (operation.Settlement, error) {
	now := stored(w.c.Now())
	op, entry := t.op.Resolved(r, now)
	s := operation.Settlement{From: t.op.Tries, Attempts: []operation.Attempt{entry}}
	s.Kept = w.kept(t, s.Attempts)
	var err error
	if r.Outcome == operation.Applied {
		if s.Record, err = w.left(ctx, &op, t, asOf); err != nil {
			return s, err
		}
		if s.Events, err = op.Tells(now); err != nil {
			return s, err
		}
	}
	s.Operation = op
	return s, nil
}

// left is the record that a write has left as it is known by a time; nil where others know better. What was not read
// changes nothing of a record that imports bring, nor does an update of one that was written since.
func (w *Writes) left(ctx context.Context, op *operation.Operation, t *task, asOf time.Time) (*record.Record, error) {
	if op.Damaged != nil {
		op.SourceID, op.Collection = t.answer.written.SourceID, t.answer.written.Collection
		return nil, nil
	}
	unread := t.answer.written.Record == nil
	if op.Verb == resource.Create && unread {
		known, err := w.c.Records.KnownRecords(ctx, []uuid.UUID{t.recordOf().ID})
		if err != nil {
			return nil, fmt.Errorf("looking up the record that an operation has made: %w", err)
		}
		if len(known) > 0 && known[0].Imported {
			op.Resource, op.SourceID, op.Collection = known[0].ID, known[0].SourceID, known[0].Collection
			return nil, nil
		}
	}
	at := asOf
	// An event without a time of its own happened when it was sent.
	if op.Kind.Facts().Log {
		at = t.op.CutAt
	}
	if op.Verb == resource.Update {
		known, err := w.c.Records.Record(ctx, op.Connection, op.Resource)
		if errors.Is(err, record.ErrNotFound) {
			return nil, nil
		}
		if err != nil || known.SeenAt.After(t.op.CutAt) || unread && known.Imported {
			return nil, err
		}
		if unread {
			at = t.op.CutAt
		}
	}
	as := *op
	as.UpdatedAt = at
	r, err := w.recorded(ctx, &as, t)
	op.Resource, op.SourceID, op.Collection = as.Resource, as.SourceID, as.Collection
	if r != nil {
		r.UpdatedAt = op.UpdatedAt
	}
	return r, err
}
