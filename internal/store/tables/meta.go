package tables

import (
	"context"
	"database/sql"
	"errors"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Meta returns a small named value, nil if there is none.
func (db *DB) Meta(ctx context.Context, name string) ([]byte, error) {
	value, err := one(ctx, db, `SELECT value FROM meta WHERE name = ?1`, scanOne[[]byte], name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}

const setMeta = `INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2`

// SetMeta keeps a small named value; nil removes it.
func (db *DB) SetMeta(ctx context.Context, name string, value []byte) error {
	return db.do(ctx, func(tx *tx) error {
		if value == nil {
			return tx.exec(`DELETE FROM meta WHERE name = ?1`, name)
		}
		return tx.exec(setMeta, name, value)
	})
}

// MetaOr keeps a value under a name that has none, and returns what is kept. Reading in the same
// write is what makes all who race get one value.
func (db *DB) MetaOr(ctx context.Context, name string, value []byte) ([]byte, error) {
	return give(ctx, db, func(tx *tx) (kept []byte, err error) {
		make := func() error {
			return tx.exec(`INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, name, value)
		}
		if err := tx.audited(ctx, db, make, metaThing(name)); err != nil {
			return nil, err
		}
		err = tx.each(`SELECT value FROM meta WHERE name = ?1`, func(r engine.Row) error { return r.Scan(&kept) }, name)
		return kept, err
	})
}

// SwapMeta replaces a value that is still the one that was read.
func (db *DB) SwapMeta(ctx context.Context, name string, from, to []byte) error {
	return db.audited(ctx, func(tx *tx) error {
		return overtaken(tx.change(`UPDATE meta SET value = ?3 WHERE name = ?1 AND value = ?2`, name, from, to))
	}, metaThing(name))
}
