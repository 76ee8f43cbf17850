package sqlite

import (
	"context"
	"database/sql"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// Attempts returns the attempts of an operation so far.
func (db *DB) Attempts(ctx context.Context, id uuid.UUID) ([]operation.Attempt, error) {
	one := []operation.Operation{{ID: id}}
	err := db.withAttempts(ctx, one)
	return one[0].Attempts, err
}

// withAttempts fills in the attempts of operations.
func (db *DB) withAttempts(ctx context.Context, ops []operation.Operation) error {
	for i := range ops {
		if err := db.fillAttempts(ctx, &ops[i]); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) fillAttempts(ctx context.Context, op *operation.Operation) error {
	rows, err := db.read.QueryContext(ctx, `SELECT n, id, class, status, headers, details, started_at, ended_at
		FROM attempt WHERE operation = ?1 ORDER BY n`, op.ID[:])
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a operation.Attempt
		var headers sql.NullString
		var started, ended int64
		if err := rows.Scan(&a.N, &a.ID, &a.Class, &a.Status, &headers, &a.Details, &started, &ended); err != nil {
			return err
		}
		a.StartedAt, a.EndedAt = fromMicros(started), fromMicros(ended)
		if headers.Valid {
			if err := json.Unmarshal([]byte(headers.String), &a.Headers); err != nil {
				return err
			}
		}
		op.Attempts = append(op.Attempts, a)
	}
	return rows.Err()
}

func (t *tx) saveAttempt(op uuid.UUID, a operation.Attempt) error {
	headers, err := text(a.Headers, len(a.Headers) > 0)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO attempt (operation, n, id, class, status, headers, details, started_at, ended_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT DO UPDATE SET class = ?4, status = ?5, headers = ?6, details = ?7, ended_at = ?9`,
		op[:], a.N, a.ID[:], string(a.Class), a.Status, headers, a.Details, micros(a.StartedAt), micros(a.EndedAt))
}
