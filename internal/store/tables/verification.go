package tables

import (
	"context"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// verificationOf is the context of a sealed verification.
func verificationOf(operation uuid.UUID) []byte { return bound("verification", operation[:]) }

// putVerification returns the verification of an operation as it is to be stored; nil for none.
func (b *box) putVerification(op operation.Operation) (any, error) {
	if op.Verification == nil {
		return nil, nil
	}
	text, err := json.Marshal(op.Verification, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encoding the verification of operation %s: %w", op.ID, err)
	}
	return b.put(string(text), verificationOf(op.ID))
}

// verification reads what is stored of a verification. One that cannot be read any more says so, and keeps nothing else of
// the operation from being read.
func (b *box) verification(of uuid.UUID, stored any) (*operation.Verification, error) {
	if stored == nil {
		return nil, nil
	}
	text, err := b.get(stored, verificationOf(of))
	out := operation.NewVerification(operation.Unverified, "")
	if err == nil {
		err = json.Unmarshal([]byte(text), out)
	}
	damage, err := apart(err)
	if damage != nil {
		out = operation.NewVerification(operation.Unverifiable, "what was told of it cannot be read any more")
	}
	return out, err
}

// verifyAt has the record of an operation be read back again when it says.
func (t *tx) verifyAt(op operation.Operation) error {
	if op.VerifyAt.IsZero() {
		return nil
	}
	return t.exec(`INSERT INTO verification (operation, connection, due_at) VALUES (?1, ?2, ?3)
		ON CONFLICT (operation) DO UPDATE SET due_at = ?3`, op.ID[:], op.Connection[:], micros(op.VerifyAt))
}

// Verifying hops through the index from one connection to the next.
func (db *DB) Verifying(ctx context.Context, at time.Time) ([]uuid.UUID, error) {
	return list(ctx, db, `WITH RECURSIVE lane (id) AS (
		SELECT (SELECT min(connection) FROM verification)
		UNION ALL
		SELECT (SELECT min(connection) FROM verification WHERE connection > lane.id) FROM lane WHERE lane.id IS NOT NULL
	) SELECT id FROM lane WHERE id IS NOT NULL
		AND EXISTS (SELECT 1 FROM verification WHERE connection = lane.id AND due_at <= ?1)`,
		scanOne[uuid.UUID], micros(at))
}

// Due returns operations that are to be verified.
func (db *DB) Due(ctx context.Context, connection uuid.UUID, at time.Time, most int) ([]operation.Operation, error) {
	return list(ctx, db, `SELECT v.due_at, seq, `+operationColumns+` FROM (SELECT operation AS written, due_at
		FROM verification WHERE connection = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3) v
		CROSS JOIN operation WHERE id = v.written`,
		func(row scanner) (operation.Operation, error) {
			var due int64
			op, err := db.writer.operation(also{row, &due})
			op.VerifyAt = fromMicros(due)
			return op, err
		}, connection[:], micros(at), most)
}

// Rewritten looks at the chains of the record's updates, and at what holds them.
func (db *DB) Rewritten(ctx context.Context, op operation.Operation, at time.Time) (bool, error) {
	for _, chain := range op.UpdateKeys() {
		found, err := list(ctx, db, `SELECT 1 WHERE EXISTS (SELECT 1 FROM operation WHERE connection = ?1 AND order_key = ?2
			AND seq > ?3 AND `+live+`) OR EXISTS (SELECT 1 FROM chain_hold WHERE connection = ?1 AND chain = ?2 AND until > ?4)`,
			scanOne[int], op.Connection[:], chain, op.Seq, micros(at))
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}

// Verified keeps what a reading has told. The row of what is due is the condition: it goes, or is due later.
func (db *DB) Verified(ctx context.Context, op operation.Operation, next time.Time) error {
	told, err := db.writer.putVerification(op)
	if err != nil {
		return err
	}
	return db.do(ctx, func(tx *tx) error {
		due := []any{op.ID[:], micros(op.VerifyAt)}
		change := `DELETE FROM verification WHERE operation = ?1 AND due_at = ?2`
		if !next.IsZero() {
			change, due = `UPDATE verification SET due_at = ?3 WHERE operation = ?1 AND due_at = ?2`, append(due, micros(next))
		}
		if err := overtaken(tx.change(change, due...)); err != nil {
			return err
		}
		return tx.exec(`UPDATE operation SET verification = ?2 WHERE id = ?1`, op.ID[:], told)
	})
}
