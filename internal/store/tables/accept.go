package tables

import (
	"context"
	"errors"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// Accept stores an operation with its events (T1). A sync operation wakes nobody: its handler performs it.
func (db *DB) Accept(ctx context.Context, op operation.Operation, events []event.Event) (operation.Operation, error) {
	e, err := db.entry(operation.Entry{Operation: op, Events: events})
	if err != nil {
		return op, err
	}
	return giveAs(ctx, db, turn{kind: accepts, owner: op.Partner}, func(tx *tx) (operation.Operation, error) {
		op := e.Operation
		err := tx.accept(db, &e, &op)
		return op, err
	})
}

// AcceptAll stores operations in one transaction. It weighs as much as they do, so that those of others that wait
// share its commit, or come next.
func (db *DB) AcceptAll(ctx context.Context, all []operation.Entry) ([]operation.Accepted, error) {
	if len(all) == 0 {
		return nil, nil
	}
	entries := make([]entry, len(all))
	for i, one := range all {
		var err error
		if entries[i], err = db.entry(one); err != nil {
			return nil, err
		}
	}
	of := turn{kind: accepts, owner: all[0].Operation.Partner, heavy: len(all)}
	return giveAs(ctx, db, of, func(tx *tx) ([]operation.Accepted, error) {
		accepted := make([]operation.Accepted, len(entries))
		for i := range entries {
			e, made := &entries[i], &accepted[i]
			made.Operation = e.Operation
			err := tx.accept(db, e, &made.Operation)
			var r refusal
			if errors.As(err, &r) {
				err, made.Err = nil, r.error
			}
			if err != nil {
				return nil, err
			}
		}
		return accepted, nil
	})
}

// entry is an operation with its events, and those of its columns that are made beside the writer.
type entry struct {
	operation.Entry
	payload, warnings, awaits any
}

func (db *DB) entry(of operation.Entry) (e entry, err error) {
	op := of.Operation
	e.Entry = of
	if e.awaits, err = text(op.Awaits, len(op.Awaits) > 0); err != nil {
		return e, err
	}
	if e.warnings, err = text(op.Warnings, len(op.Warnings) > 0); err == nil {
		e.payload, err = db.writer.put(string(op.Payload), bound("payload", op.ID[:]))
	}
	return e, err
}

// accept stores an operation, that of an entry, as it then stands. What may refuse comes first, as everywhere; see refusal.
func (t *tx) accept(db *DB, e *entry, op *operation.Operation) error {
	if op.Sync {
		if err := t.free(op); err != nil {
			return err
		}
	}
	if err := t.behindHold(op); err != nil {
		return err
	}
	if err := t.retriable(op); err != nil {
		return err
	}
	if err := t.revertible(op); err != nil {
		return err
	}
	if err := t.unpassed(op); err != nil {
		return err
	}
	if err := t.claim(op); err != nil {
		return err
	}
	if err := t.retries(op); err != nil {
		return err
	}
	if err := t.reverts(op); err != nil {
		return err
	}
	err := t.insert(operationRows,
		op.ID[:], op.Partner[:], op.Connection[:], op.Fleet[:], op.FleetRef, string(op.TSP), string(op.Kind),
		string(op.Verb), op.OrderKey, e.payload, e.warnings, string(op.State), op.Sync, op.Tries, op.Counted,
		op.Streak, micros(waitsUntil(op)), micros(op.Deadline), micros(op.SentAt), micros(op.CutAt), id(op.Resource),
		string(op.SourceID), op.Collection, micros(op.CreatedAt), micros(op.UpdatedAt),
		moment(op.ExpiresAt), moment(op.StopAt), reason(op.Reason), id(op.RetryOf),
		id(op.RetriedBy), e.awaits, flag(op.Told), flag(op.Verify), id(op.RevertOf), id(op.RevertedBy),
		asOf(op), id(op.Handler))
	if err != nil {
		return err
	}
	t.came(db, op)
	if !op.Sync {
		t.wakeLane(db, fence.Connections, op.Connection)
	}
	return t.publish(db, e.Events)
}
