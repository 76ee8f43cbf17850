package sqlite

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Steps returns the steps that attempts at an operation have marked, in the order of their
// first marks.
func (db *DB) Steps(ctx context.Context, operation uuid.UUID) ([]tsp.Step, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT key, done, source_id FROM step WHERE operation = ?1 ORDER BY n`, operation[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []tsp.Step
	for rows.Next() {
		var s tsp.Step
		if err := rows.Scan(&s.Key, &s.Done, &s.SourceID); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// MarkStep keeps a step.
func (db *DB) MarkStep(ctx context.Context, operation uuid.UUID, s tsp.Step) error {
	return db.do(ctx, func(tx *tx) error {
		return tx.exec(`INSERT INTO step (operation, key, n, done, source_id)
			VALUES (?1, ?2, (SELECT count(*) FROM step WHERE operation = ?1), ?3, ?4)
			ON CONFLICT DO UPDATE SET done = ?3, source_id = ?4`, operation[:], s.Key, s.Done, string(s.SourceID))
	})
}
