package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// Heads returns live operations of a connection in order.
func (db *DB) Heads(ctx context.Context, connection uuid.UUID, after int64, n int) ([]operation.Operation, error) {
	return db.operations(ctx, `WHERE connection = ?1 AND seq > ?2 AND `+live+` ORDER BY seq LIMIT ?3`,
		connection[:], after, n)
}

// MarkSending records that a call begins (T2).
func (db *DB) MarkSending(ctx context.Context, op operation.Operation, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		stored, err := tx.standing(op.ID)
		if err != nil {
			return err
		}
		next, err := stored.Begin(op, at)
		if err != nil {
			return refusal{err}
		}
		return tx.exec(`UPDATE operation SET state = ?2, updated_at = ?3, sent_at = ?4 WHERE id = ?1`,
			op.ID[:], string(next.State), micros(next.UpdatedAt), micros(next.SentAt))
	})
}

// standing returns what of a stored operation decides whether it may go on; one that is not
// stored was lost.
func (t *tx) standing(id uuid.UUID) (operation.Operation, error) {
	found, err := rows(t, `SELECT id, state, sync, tries, counted, sent_at, NULL FROM operation WHERE id = ?1`, scanStanding, id[:])
	if err == nil && len(found) == 0 {
		err = refusal{fence.ErrOvertaken}
	}
	if err != nil {
		return operation.Operation{}, err
	}
	return found[0], nil
}

// scanStanding reads what decides of an operation, with the number of its last attempt or NULL.
func scanStanding(row scanner) (operation.Operation, error) {
	var op operation.Operation
	var sent, last sql.NullInt64
	err := row.Scan(&op.ID, &op.State, &op.Sync, &op.Tries, &op.Counted, &sent, &last)
	op.SentAt = fromMicros(sent.Int64)
	if last.Valid {
		op.Attempts = []operation.Attempt{{N: int(last.Int64)}}
	}
	return op, err
}

func overtaken(changed int64, err error) error {
	if err == nil && changed == 0 {
		return refusal{fence.ErrOvertaken}
	}
	return err
}

// Settle records the end of an attempt (T3).
func (db *DB) Settle(ctx context.Context, s operation.Settlement) error {
	op := s.Operation
	return db.do(ctx, func(tx *tx) error {
		stored, err := tx.standing(op.ID)
		if err != nil {
			return err
		}
		if err := s.Check(stored); err != nil {
			return refusal{err}
		}
		err = tx.exec(`UPDATE operation SET state = ?2, tries = ?3, counted = ?4, next_at = ?5, resource = ?6,
			source_id = ?7, collection = ?8, updated_at = ?9, sent_at = ?10 WHERE id = ?1`,
			op.ID[:], string(op.State), op.Tries, op.Counted, micros(op.NextAt), id(op.Resource),
			string(op.SourceID), op.Collection, micros(op.UpdatedAt), micros(op.SentAt))
		if err != nil {
			return err
		}
		for _, a := range s.Attempts {
			if err := tx.saveAttempt(op.ID, a); err != nil {
				return err
			}
		}
		if s.Record != nil {
			if err := tx.saveRecord(*s.Record); err != nil {
				return err
			}
		}
		if op.Sync {
			tx.wakeLane(db, fence.Connections, op.Connection)
		}
		return tx.publish(db, s.Events)
	})
}

// Interrupted turns what a dead process left in sending to unknown, with an attempt each.
func (db *DB) Interrupted(ctx context.Context, at time.Time) (count int, err error) {
	err = db.do(ctx, func(tx *tx) error {
		cut, err := rows(tx, `SELECT id, state, sync, tries, counted, sent_at,
			(SELECT max(n) FROM attempt WHERE attempt.operation = operation.id)
			FROM operation WHERE state = ?1 AND `+live, scanStanding, string(operation.Sending))
		if err != nil {
			return err
		}
		for _, op := range cut {
			next, a, err := op.Interrupt(at)
			if err != nil {
				return err
			}
			if err := tx.saveAttempt(op.ID, a); err != nil {
				return err
			}
			err = tx.exec(`UPDATE operation SET state = ?2, tries = ?3, counted = ?4, next_at = ?5, updated_at = ?6 WHERE id = ?1`,
				op.ID[:], string(next.State), next.Tries, next.Counted, micros(next.NextAt), micros(next.UpdatedAt))
			if err != nil {
				return err
			}
		}
		count = len(cut)
		return nil
	})
	return count, err
}

// WaitingConnections lists the connections that hold live operations. It hops through the
// index from one connection to the next, so its cost does not follow the backlog.
func (db *DB) WaitingConnections(ctx context.Context) ([]uuid.UUID, error) {
	return db.hop(ctx, "operation", "connection", live)
}

// WaitingSubscriptions lists the subscriptions that hold waiting deliveries.
func (db *DB) WaitingSubscriptions(ctx context.Context) ([]uuid.UUID, error) {
	return db.hop(ctx, "delivery", "subscription", "state = 'waiting'")
}

func (db *DB) hop(ctx context.Context, table, column, where string) ([]uuid.UUID, error) {
	return list(ctx, db, `WITH RECURSIVE lane (id) AS (
		SELECT min(`+column+`) FROM `+table+` WHERE `+where+`
		UNION ALL
		SELECT (SELECT min(`+column+`) FROM `+table+` WHERE `+column+` > lane.id AND `+where+`) FROM lane WHERE lane.id IS NOT NULL
	) SELECT id FROM lane WHERE id IS NOT NULL`, scanID)
}
