package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// claim keeps the operation's idempotency key, or refuses if another operation holds it. A few
// keys that are past their life go with it. It comes before the operation is inserted, so that its
// refusal has changed nothing. Ten keys with each new one are more than come, so the table stays
// bounded without a task of its own.
func (t *tx) claim(op *operation.Operation) error {
	if op.Key == nil {
		return nil
	}
	since := micros(operation.KeysSince(op.CreatedAt))
	n, err := t.expect(keepText, op.Partner[:], op.Key.Client, op.Key.Value, op.ID[:], op.Key.Fingerprint, micros(op.CreatedAt), since)
	if err == nil && n == 0 {
		err = t.reuse(op)
	}
	if err != nil {
		return err
	}
	return t.exec(oldKeysText, since)
}

// The statements of a key that is new. They ask nothing of the operations that are accepted before in the transaction.
const (
	keepText = `INSERT INTO idempotency (partner, client, key, operation, fingerprint, created_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (partner, client, key) DO UPDATE SET operation = excluded.operation,
		fingerprint = excluded.fingerprint, created_at = excluded.created_at WHERE idempotency.created_at <= ?7`
	oldKeysText = `DELETE FROM idempotency WHERE (partner, client, key) IN (SELECT partner, client, key
		FROM idempotency WHERE created_at <= ?1 LIMIT 10)`
)

// reuse keeps a key that stands for another operation, if that frees it.
func (t *tx) reuse(op *operation.Operation) error {
	holders, err := rows(t, `SELECT operation FROM idempotency WHERE partner = ?1 AND client = ?2 AND key = ?3`,
		scanOne[uuid.UUID], op.Partner[:], op.Key.Client, op.Key.Value)
	if err != nil {
		return err
	}
	for _, holder := range holders {
		if free, err := t.freed(holder); err != nil {
			return err
		} else if !free {
			return refusal{operation.ErrKeyTaken}
		}
	}
	return t.exec(`UPDATE idempotency SET operation = ?4, fingerprint = ?5, created_at = ?6
		WHERE partner = ?1 AND client = ?2 AND key = ?3`,
		op.Partner[:], op.Key.Client, op.Key.Value, op.ID[:], op.Key.Fingerprint, micros(op.CreatedAt))
}

// freed tells whether the operation that holds a key frees it. One that is gone holds none.
func (t *tx) freed(holder uuid.UUID) (bool, error) {
	ops, err := rows(t, `SELECT state, cut_at, CASE WHEN EXISTS (SELECT 1 FROM step WHERE operation = ?1) THEN 1 ELSE 0 END
		FROM operation
		WHERE id = ?1`,
		scanHolder, holder[:])
	if err != nil || len(ops) == 0 {
		return err == nil, err
	}
	classes, err := rows(t, `SELECT class FROM attempt WHERE operation = ?1 ORDER BY n`, scanOne[tsp.Class], holder[:])
	for _, class := range classes {
		ops[0].op.Attempts = append(ops[0].op.Attempts, operation.Attempt{Class: class})
	}
	return ops[0].op.FreesKey(ops[0].steps), err
}

// keyholder is what Operation.FreesKey asks of an operation, but for its attempts.
type keyholder struct {
	op    operation.Operation
	steps bool
}

func scanHolder(row scanner) (k keyholder, err error) {
	var cut int64
	err = row.Scan(&k.op.State, &cut, &k.steps)
	k.op.CutAt = fromMicros(cut)
	return k, err
}

// Keyed returns the operation that an idempotency key of a partner's client stands for. A key whose
// operation is gone counts as one that was never given.
func (db *DB) Keyed(ctx context.Context, partner uuid.UUID, k operation.Key) (operation.Operation, error) {
	id, err := one(ctx, db,
		`SELECT operation, fingerprint FROM idempotency WHERE partner = ?1 AND client = ?2 AND key = ?3 AND created_at > ?4`,
		func(row scanner) (id uuid.UUID, err error) { return id, row.Scan(&id, &k.Fingerprint) },
		partner[:], k.Client, k.Value, micros(operation.KeysSince(db.now())))
	if err != nil {
		return operation.Operation{}, missing(err, operation.ErrNotFound)
	}
	found, err := db.operations(ctx, `WHERE id = ?1 AND partner = ?2`, id[:], partner[:])
	if err != nil {
		return operation.Operation{}, err
	}
	if len(found) == 0 {
		return operation.Operation{}, operation.ErrNotFound
	}
	if err := db.withAttempts(ctx, found); err != nil {
		return operation.Operation{}, err
	}
	if steps, err := db.Steps(ctx, id); err != nil {
		return operation.Operation{}, err
	} else if found[0].FreesKey(len(steps) > 0) {
		return operation.Operation{}, operation.ErrNotFound
	}
	found[0].Key = &k
	return found[0], nil
}
