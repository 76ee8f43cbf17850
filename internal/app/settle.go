package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

type recordStore = record.Store

// Settle writes the end of an attempt: attempt, state, record and event in one transaction.
func (w *writes) Settle(ctx context.Context, item dispatch.Item, end dispatch.End, v dispatch.Verdict) (dispatch.Item, error) {
	t := item.Value.(task)
	now := w.now().UTC().Truncate(time.Microsecond)
	s := operation.Settlement{From: t.op.Tries}
	op := t.op
	var err error
	if op.Attempts, err = w.attempts(ctx, op); err != nil {
		return item, err
	}
	v.Reason = because(t, end, v)
	s.Attempts = entries(&op, end, v)
	op.Tries, op.UpdatedAt, op.NextAt = op.Tries+1, now, v.At
	if v.Counts {
		op.Counted++
	}
	op.State = after(v.Fate)
	if t.op.State != operation.Unknown {
		op.SentAt = end.StartedAt
	}
	if v.Fate == dispatch.Succeeds {
		if s.Record, err = w.written(ctx, &op, t, end); err != nil {
			return item, err
		}
	}
	if s.Events, err = told(op, v, now); err != nil {
		return item, err
	}
	s.Operation = op
	if err := w.store.Settle(ctx, s); err != nil {
		return item, err
	}
	if v.Stop {
		d, _ := end.Value.(done)
		if err := w.service.Staled(ctx, t.conn, d.err); err != nil {
			return item, err
		}
	}
	t.op = op
	return w.item(t), nil
}

func after(f dispatch.Fate) operation.State {
	switch f {
	case dispatch.Succeeds:
		return operation.Succeeded
	case dispatch.Fails:
		return operation.Failed
	case dispatch.Asks:
		return operation.Unknown
	}
	return operation.Retry
}

func (w *writes) attempts(ctx context.Context, op operation.Operation) ([]operation.Attempt, error) {
	if op.Tries == 0 {
		return nil, nil
	}
	earlier, err := w.store.Attempts(ctx, op.ID)
	if err != nil {
		return nil, fmt.Errorf("reading earlier attempts: %w", err)
	}
	return earlier, nil
}

// entries appends what the attempt leaves in the log: one entry, or one for each part of a
// write that is made of several. Throttles in a row share one entry, which is updated. It
// returns the entries that are new or changed.
func entries(op *operation.Operation, end dispatch.End, v dispatch.Verdict) []operation.Attempt {
	d, _ := end.Value.(done)
	next := 1
	if n := len(op.Attempts); n > 0 {
		next = op.Attempts[n-1].N + 1
	}
	a := operation.Attempt{N: next, Class: end.Class, StartedAt: end.StartedAt, EndedAt: end.EndedAt}
	parts := d.written.Parts
	switch {
	case end.Expired:
		a.Class = lastClass(op.Attempts)
		a.Details = v.Reason
	case d.err != nil:
		a.Status, a.Headers, a.Details = d.err.Status, operation.SafeHeaders(d.err.Headers), d.err.Message
		parts = d.err.Parts
	default:
		a.Status, a.Headers, a.Details = d.written.Status, operation.SafeHeaders(d.written.Headers), d.written.Note
		if d.found {
			a.Details = "found at the TSP: an earlier attempt without an answer had taken effect"
		}
	}
	if v.Reason != "" && !end.Expired {
		a.Details = join(v.Reason, a.Details)
	}
	if n := len(op.Attempts); n > 0 && len(parts) == 0 && end.Class == tsp.Throttled && op.Attempts[n-1].Class == tsp.Throttled {
		a.ID, a.N, a.StartedAt = op.Attempts[n-1].ID, op.Attempts[n-1].N, op.Attempts[n-1].StartedAt
		op.Attempts[n-1] = a
		return []operation.Attempt{a}
	}
	made := []operation.Attempt{a}
	if len(parts) > 0 {
		made = nil
	}
	for i, p := range parts {
		made = append(made, operation.Attempt{N: next + i, Class: p.Class, Status: p.Status,
			Headers: operation.SafeHeaders(p.Headers), Details: strings.TrimSuffix(p.Name+": "+p.Message, ": "),
			StartedAt: end.StartedAt, EndedAt: end.EndedAt})
	}
	for i := range made {
		made[i].ID = uuid.Must(uuid.NewV7())
	}
	op.Attempts = append(op.Attempts, made...)
	return made
}

// lastClass is what an operation that ends without an attempt failed of.
func lastClass(attempts []operation.Attempt) tsp.Class {
	if n := len(attempts); n > 0 {
		return attempts[n-1].Class
	}
	return tsp.Unauthorized
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + " (" + b + ")"
}

// written completes an operation that took effect and returns the record as it is known now.
func (w *writes) written(ctx context.Context, op *operation.Operation, t task, end dispatch.End) (*record.Record, error) {
	d, _ := end.Value.(done)
	r := record.Record{Kind: op.Kind, Fleet: op.Fleet, TSP: op.TSP, Account: t.conn.Account, Connection: op.Connection,
		Collection: op.Collection, SourceID: op.SourceID, Source: []byte("{}"), Fields: []byte("{}"), Extras: []byte("{}")}
	if op.Verb == resource.Create {
		r.Collection, r.SourceID = d.written.Collection, d.written.SourceID
		if r.SourceID == "" {
			r.SourceID, r.Synthetic = record.Synthetic(op.ID), true
		}
		if r.Collection == "" {
			r.Collection = string(op.Kind)
		}
	}
	if !r.Synthetic {
		// Even one that was just made may have been imported before its write is settled.
		known, err := w.records.Record(ctx, op.Connection, r.Identify().ID)
		switch {
		case err == nil:
			r.Fields, r.Extras, r.Source, r.Synthetic = known.Fields, known.Extras, known.Source, known.Synthetic
		case !errors.Is(err, record.ErrNotFound):
			return nil, fmt.Errorf("looking up the written record: %w", err)
		}
	}
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
func told(op operation.Operation, v dispatch.Verdict, at time.Time) ([]event.Event, error) {
	name := map[dispatch.Fate]string{dispatch.Succeeds: event.OperationSucceeded, dispatch.Fails: event.OperationFailed}[v.Fate]
	if name == "" || op.Sync {
		return nil, nil
	}
	e, err := op.Event(name, at)
	return []event.Event{e}, err
}
