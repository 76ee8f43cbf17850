package tables

import (
	"context"

	"github.com/google/uuid"
)

// TellEnds has the ends of operations told after their commits, before the first write.
func (db *DB) TellEnds(to func(operation uuid.UUID)) { db.ended = to }

// tellEnd has an end told once it is committed.
func (t *tx) tellEnd(db *DB, id uuid.UUID) {
	if db.ended != nil {
		t.woken = append(t.woken, func() { db.ended(id) })
	}
}

// Ended returns those of some operations that have ended.
func (db *DB) Ended(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	return list(ctx, db, `SELECT id FROM operation WHERE id IN (SELECT unhex(value) FROM json_each(?1))
		AND state IN ('success', 'failed')`, scanOne[uuid.UUID], hexed(ids))
}
