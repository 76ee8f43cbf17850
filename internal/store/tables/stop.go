package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// moment is a time as it is stored where it may be missing; nil for the zero one.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return micros(t)
}

// reason is why an operation was not sent; nil for the most, which have none.
func reason(r operation.Reason) any {
	if r == "" {
		return nil
	}
	return string(r)
}

// stopping is the condition of the index over operations that may be sent and have a moment from which they must not.
const stopping = `stop_at > 0 AND state IN ('queued', 'retry')`

// Stops returns operations of a connection that must not be sent any more.
func (db *DB) Stops(ctx context.Context, connection uuid.UUID, at time.Time) ([]operation.Operation, error) {
	return db.operations(ctx, `WHERE connection = ?1 AND stop_at <= ?2 AND `+stopping+` ORDER BY stop_at LIMIT ?3`,
		connection[:], micros(at), operation.MostStops)
}

// Stopping lists the connections of such operations. It hops through the index from one connection to the next.
func (db *DB) Stopping(ctx context.Context, at time.Time) ([]uuid.UUID, error) {
	return list(ctx, db, `WITH RECURSIVE lane (id) AS (
		SELECT min(connection) FROM operation WHERE `+stopping+`
		UNION ALL
		SELECT (SELECT min(connection) FROM operation WHERE connection > lane.id AND `+stopping+`) FROM lane
			WHERE lane.id IS NOT NULL
	) SELECT id FROM lane WHERE id IS NOT NULL
		AND EXISTS (SELECT 1 FROM operation WHERE connection = lane.id AND stop_at <= ?1 AND `+stopping+`)`,
		scanOne[uuid.UUID], micros(at))
}

// AskCancel says that an operation is to be cancelled.
func (db *DB) AskCancel(ctx context.Context, op operation.Operation) error {
	return db.do(ctx, func(tx *tx) error {
		err := overtaken(tx.change(`UPDATE operation SET stop_at = CASE WHEN stop_at < ?4 THEN stop_at ELSE ?3 END
			WHERE id = ?1 AND tries = ?2 AND state IN ('queued', 'retry')`, op.ID[:], op.Tries, micros(operation.Asked()),
			micros(operation.AskedBefore())))
		if err == nil {
			tx.wakeLane(db, fence.Connections, op.Connection)
		}
		return err
	})
}

// KeepOn says that an operation is not cancelled.
func (db *DB) KeepOn(ctx context.Context, claim fence.Claim, op operation.Operation, sent, at time.Time) error {
	next := op
	if !sent.IsZero() {
		var err error
		if next, err = op.To(operation.Sending, at); err != nil {
			return err
		}
		next.SentAt = sent
	}
	return db.doAs(ctx, turn{kind: settles}, func(tx *tx) error {
		if err := tx.hold(claim); err != nil {
			return err
		}
		job, err := tx.askedBy(op)
		if err != nil {
			return err
		}
		err = overtaken(tx.expect(`UPDATE operation SET state = ?4, updated_at = ?5, sent_at = ?6, stop_at = expires_at
			WHERE id = ?1 AND tries = ?2 AND state = ?3`, op.ID[:], op.Tries, string(op.State), string(next.State),
			micros(next.UpdatedAt), micros(next.SentAt)))
		if err != nil {
			return err
		}
		return tx.keepOn(job, op.ID)
	})
}

// askedBy is the number of the job that has asked to cancel an operation and was not told of it; 0 for none.
func (t *tx) askedBy(op operation.Operation) (int64, error) {
	job := op.AskedJob()
	if job == 0 {
		return 0, nil
	}
	asked, err := t.there(`SELECT 1 FROM operation WHERE id = ?1 AND stop_at = ?2`, op.ID[:], micros(op.StopAt))
	if !asked {
		job = 0
	}
	return job, err
}
