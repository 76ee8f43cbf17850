package sqlite

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// claim keeps the operation's idempotency key, or refuses if another operation holds it. A few
// keys that are past their life go with it. It comes before the operation is inserted, so that its
// refusal has changed nothing. Ten keys with each new one are more than come, so the table stays
// bounded without a task of its own.
func (t *tx) claim(op operation.Operation) error {
	if op.Key == nil {
		return nil
	}
	since := micros(operation.KeysSince(op.CreatedAt))
	taken, err := rows(t, `SELECT state, cut_at, (SELECT class FROM attempt WHERE attempt.operation = operation.id ORDER BY n DESC LIMIT 1)
		FROM idempotency JOIN operation ON operation.id = idempotency.operation
		WHERE client = ?1 AND key = ?2 AND idempotency.created_at > ?3`, scanHolder, op.Key.Client, op.Key.Value, since)
	if err != nil {
		return err
	}
	if len(taken) > 0 && !taken[0].FreesKey() {
		return refusal{operation.ErrKeyTaken}
	}
	if err := t.exec(`DELETE FROM idempotency WHERE (client, key) IN (SELECT client, key FROM idempotency WHERE created_at <= ?1 LIMIT 10)
		OR client = ?2 AND key = ?3`, since, op.Key.Client, op.Key.Value); err != nil {
		return err
	}
	return t.exec(`INSERT INTO idempotency (client, key, operation, fingerprint, created_at) VALUES (?1, ?2, ?3, ?4, ?5)`,
		op.Key.Client, op.Key.Value, op.ID[:], op.Key.Fingerprint, micros(op.CreatedAt))
}

// scanHolder reads what Operation.FreesKey asks of an operation, with the class of its last attempt
// or NULL.
func scanHolder(row scanner) (operation.Operation, error) {
	var op operation.Operation
	var cut int64
	var class sql.NullString
	err := row.Scan(&op.State, &cut, &class)
	op.CutAt = fromMicros(cut)
	if class.Valid {
		op.Attempts = []operation.Attempt{{Class: tsp.Class(class.String)}}
	}
	return op, err
}

// Keyed returns the operation that a client's idempotency key stands for. A key whose operation is
// gone counts as one that was never given.
func (db *DB) Keyed(ctx context.Context, client, key string) (operation.Operation, error) {
	var id uuid.UUID
	k := operation.Key{Client: client, Value: key}
	err := db.read.QueryRowContext(ctx, `SELECT operation, fingerprint FROM idempotency WHERE client = ?1 AND key = ?2 AND created_at > ?3`,
		client, key, micros(operation.KeysSince(db.now()))).Scan(&id, &k.Fingerprint)
	if err != nil {
		return operation.Operation{}, missing(err, operation.ErrNotFound)
	}
	found, err := db.operations(ctx, `WHERE id = ?1`, id[:])
	if err != nil {
		return operation.Operation{}, err
	}
	if len(found) == 0 {
		return operation.Operation{}, operation.ErrNotFound
	}
	if err := db.withAttempts(ctx, found); err != nil {
		return operation.Operation{}, err
	}
	if found[0].FreesKey() {
		return operation.Operation{}, operation.ErrNotFound
	}
	found[0].Key = &k
	return found[0], nil
}
