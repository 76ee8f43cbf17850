package tables

import (
	"context"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/move"
)

const selectMoved = `SELECT value FROM meta WHERE name = ?1`

// refuseMoved refuses a database that was moved elsewhere, or is being moved.
func (db *DB) refuseMoved(ctx context.Context) error {
	var value []byte
	err := db.database.Query(ctx, engine.Kept, selectMoved, []any{move.MarkName},
		func(r engine.Row) error { return r.Scan(&value) })
	if err != nil {
		return db.troubled(err)
	}
	return move.Refusal(value)
}

// stay looks, where others have changed something, whether the database was moved, and writes nothing then for good.
func (w *writer) stay(changed bool) error {
	if w.moved != nil || !changed {
		return w.moved
	}
	var value []byte
	err := w.session.Query(selectMoved, []any{move.MarkName}, func(r engine.Row) error { return r.Scan(&value) })
	if err == nil {
		w.moved = move.Refusal(value)
		err = w.moved
	}
	return err
}
