package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// unansweredLooked bounds the operations that failed among which those are looked for that had no answer. Each is an entry of
// the index.
const unansweredLooked = 1000

// Unanswered walks along the index of those that have failed.
func (db *DB) Unanswered(ctx context.Context, partner uuid.UUID, since time.Time) ([]operation.Operation, error) {
	return list(ctx, db, `SELECT id, connection, order_key, cut_at FROM operation WHERE seq IN (SELECT seq FROM (
		SELECT seq, cut_at FROM operation INDEXED BY operation_failed_list WHERE state = 'failed' AND partner = ?1
		ORDER BY created_at DESC, seq DESC LIMIT ?3) newest WHERE cut_at >= ?2)`,
		func(row scanner) (op operation.Operation, err error) {
			var cut int64
			err = row.Scan(&op.ID, &op.Connection, &op.OrderKey, &cut)
			op.CutAt = fromMicros(cut)
			return op, err
		}, partner[:], micros(since), unansweredLooked)
}
