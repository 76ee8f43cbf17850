package tables

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

// Unsent takes up the attempts that a dead process left in sending although nothing was sent: those of
// operations that marked has the steps of, none of which was begun without being done. A step of a sync
// one that is done was sent, and nobody goes on behind it.
func (db *DB) Unsent(ctx context.Context, at time.Time, of operation.Left, marked func(operation.Operation) bool) (
	int, error) {
	return give(ctx, db, func(tx *tx) (count int, err error) {
		if err := tx.hold(of.Claim); err != nil {
			return 0, err
		}
		cut, err := rows(tx, cutOperations+`
			AND NOT EXISTS (SELECT 1 FROM step WHERE step.operation = operation.id AND (step.done = 0
				OR operation.sync = 1))`, scanCut, string(operation.Sending),
			id(of.Claim.Lane.ID), of.Sync, id(of.Handler))
		if err != nil {
			return 0, err
		}
		for _, op := range cut {
			if !marked(op) {
				continue
			}
			if err := tx.unsent(db, op, at); err != nil {
				return 0, err
			}
			count++
		}
		return count, nil
	})
}

func (t *tx) unsent(db *DB, op operation.Operation, at time.Time) error {
	next, a, err := op.Unsent(at)
	if err != nil {
		return err
	}
	if err := t.saveAttempt(op.ID, a); err != nil {
		return err
	}
	if err := t.exec(`UPDATE operation SET state = ?2, tries = ?3, next_at = ?4, updated_at = ?5 WHERE id = ?1`,
		op.ID[:], string(next.State), next.Tries, micros(next.NextAt), micros(next.UpdatedAt)); err != nil {
		return err
	}
	return t.tellCut(db, next, at)
}
