package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Steps returns the steps that attempts at an operation have marked, in the order of their
// first marks.
func (db *DB) Steps(ctx context.Context, operation uuid.UUID) ([]tsp.Step, error) {
	return list(ctx, db, `SELECT key, done, source_id FROM step WHERE operation = ?1 ORDER BY n`,
		func(row scanner) (s tsp.Step, err error) {
			err = row.Scan(&s.Key, &s.Done, &s.SourceID)
			return s, err
		}, operation[:])
}

// MarkStep keeps a step. The number of a new step is how many there are, which is safe with one
// writer and because steps are never removed one by one.
func (db *DB) MarkStep(ctx context.Context, operation uuid.UUID, s tsp.Step) error {
	return db.doAs(ctx, turn{kind: settles}, func(tx *tx) error {
		return tx.exec(`INSERT INTO step (operation, key, n, done, source_id)
			VALUES (?1, ?2, (SELECT count(*) FROM step WHERE operation = ?1), ?3, ?4)
			ON CONFLICT (operation, key) DO UPDATE SET done = ?3, source_id = ?4`,
			operation[:], s.Key, s.Done, string(s.SourceID))
	})
}
