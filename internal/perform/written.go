package perform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// recorded is written, but for a panic: the write took effect, which must be told even where our own
// bug keeps its record from being made.
func (w *Writes) recorded(ctx context.Context, op *operation.Operation, t *task) (r *record.Record, err error) {
	defer func() {
		if v := recover(); v != nil {
			w.c.Log.Error("recording a write panicked; it is settled without its record", "operation_id", op.ID,
				"tsp", op.TSP, "panic", v, "stack", string(debug.Stack()))
			r, err = nil, nil
			op.SourceID = cmp.Or(op.SourceID, t.answer.written.SourceID)
		}
	}()
	return w.written(ctx, op, t)
}

// written completes an operation that took effect and returns the record as it is known now, so
// that it can be read and referenced as soon as its write has ended.
func (w *Writes) written(ctx context.Context, op *operation.Operation, t *task) (*record.Record, error) {
	made := t.answer.written
	r := t.recordOf()
	var before *record.Record
	if !r.Synthetic {
		// Even one that was just made may have been imported before its write is settled.
		known, err := w.c.Records.Record(ctx, op.Connection, r.ID)
		switch {
		case err == nil:
			if known.Kind != r.Kind {
				w.c.Log.Warn("the TSP's answer names a record that is known as of another kind, which it stays",
					"operation_id", op.ID, "tsp", op.TSP, "resource", op.Kind, "record_id", known.ID)
			}
			// One that was known before has chains of its own.
			if known.CreatedAt.Before(op.CreatedAt) {
				r.MadeBy = uuid.Nil
			}
			r.Fields, r.Extras, r.Source, r.Synthetic = known.Fields, known.Extras, known.Source, known.Synthetic
			before = &known
		case !errors.Is(err, record.ErrNotFound):
			return nil, fmt.Errorf("looking up the written record: %w", err)
		}
	}
	given := record.Write{Payload: op.Payload, Record: made.Record, Before: t.before, At: op.UpdatedAt}
	var err error
	if given.Dropped, err = w.dropped(t); err != nil {
		return nil, err
	}
	if given.Peers, err = record.PeersOf(lately(ctx, w.c.Now()), w.c.Records, r.Named(given)); err != nil {
		return nil, err
	}
	if r, err = r.Written(given); err != nil {
		return nil, err
	}
	if op.Verb == resource.Update && before != nil {
		if t.image, err = r.Image(*before, given); err != nil {
			return nil, err
		}
	}
	r = r.Identify()
	op.Resource, op.SourceID, op.Collection = r.ID, r.SourceID, r.Collection
	return &r, nil
}

// recordOf is the record that a write has made or changed, as far as its answer tells which it is.
func (t *task) recordOf() record.Record {
	op, made := t.op, t.answer.written
	r := record.Record{Kind: op.Kind, Fleet: op.Fleet, TSP: op.TSP, Account: t.conn.Account, Connection: op.Connection,
		Collection: op.Collection, SourceID: op.SourceID, Source: []byte("{}"), Fields: []byte("{}"),
		Extras: []byte("{}")}
	if op.Verb == resource.Create {
		// An update keeps both: it found its record by them.
		r.Collection, r.SourceID = made.Collection, made.SourceID
		r.MadeBy = op.ID
		if r.SourceID == "" {
			r.SourceID, r.Synthetic = record.Synthetic(op.ID), true
		}
		if r.Collection == "" {
			r.Collection = string(op.Kind)
		}
	}
	return r.Identify()
}

// dropped names the fields that did not reach the TSP, by the settings that the attempt was made
// under.
func (w *Writes) dropped(t *task) ([]string, error) {
	write, err := w.read(t)
	if err != nil {
		return nil, fmt.Errorf("reading what was written: %w", err)
	}
	settings := t.spec.Effective(t.conn.Settings)
	return t.action.Under(settings).Apply(t.spec.DisplayName, write.Schema, write.Payload, settings).Dropped(), nil
}
