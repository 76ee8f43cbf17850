package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// waitsUntil is next_at as it is stored. A release that does not know of operations that wait for others leaves them alone
// by it: nothing else keeps it from sending an id that stands for a record.
func waitsUntil(op *operation.Operation) time.Time {
	if len(op.Awaits) > 0 {
		return op.Deadline
	}
	return op.NextAt
}

// Named returns how operations stand that others wait for.
func (db *DB) Named(ctx context.Context, ids []uuid.UUID) ([]operation.Operation, error) {
	return list(ctx, db, `SELECT seq, id, partner, connection, kind, verb, state, sync, cut_at, resource, source_id,
		collection, coalesce(reason, ''), retried_by FROM operation WHERE id IN (SELECT unhex(value) FROM json_each(?1))`,
		scanNamed, hexed(ids))
}

func scanNamed(row scanner) (op operation.Operation, err error) {
	var cut int64
	var res, retried []byte
	err = row.Scan(&op.Seq, &op.ID, &op.Partner, &op.Connection, &op.Kind, &op.Verb, &op.State, &op.Sync, &cut, &res,
		&op.SourceID, &op.Collection, &op.Reason, &retried)
	copy(op.Resource[:], res)
	copy(op.RetriedBy[:], retried)
	op.CutAt = fromMicros(cut)
	return op, err
}

// Name stores an operation that waits for no other any more.
func (db *DB) Name(ctx context.Context, claim fence.Claim, op operation.Operation, at time.Time) (
	operation.Operation, error) {
	payload, err := db.writer.put(string(op.Payload), bound("payload", op.ID[:]))
	if err != nil {
		return op, err
	}
	return giveAs(ctx, db, turn{kind: settles}, func(tx *tx) (operation.Operation, error) {
		op := op
		if err := tx.hold(claim); err != nil {
			return op, err
		}
		op.Awaits, op.NextAt = nil, at
		if err := tx.behindHold(&op); err != nil {
			return op, err
		}
		return op, overtaken(tx.expect(`UPDATE operation SET payload = ?4, resource = ?5, source_id = ?6, collection = ?7,
			next_at = ?8, awaits = NULL WHERE id = ?1 AND tries = ?2 AND state = ?3 AND awaits IS NOT NULL`,
			op.ID[:], op.Tries, string(op.State), payload, id(op.Resource), string(op.SourceID), op.Collection,
			micros(op.NextAt)))
	})
}
