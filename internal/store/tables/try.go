package tables

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// TryAt has the next attempt of an operation begin at a time. It changes nothing of an attempt that is under way: where that
// is settled the operation has other tries, and the time that follows from it.
func (db *DB) TryAt(ctx context.Context, op operation.Operation, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		until, err := tx.heldUntil(op.Connection, op.OrderKey)
		if err != nil {
			return err
		}
		if until.After(at) {
			at = until
		}
		err = overtaken(tx.change(`UPDATE operation SET next_at = min(next_at, ?3) WHERE id = ?1 AND tries = ?2
			AND state IN ('retry', 'unknown')`, op.ID[:], op.Tries, micros(at)))
		if err == nil {
			tx.wakeLane(db, fence.Connections, op.Connection)
		}
		return err
	})
}
