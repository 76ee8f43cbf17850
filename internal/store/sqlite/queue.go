package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Heads returns live operations of a connection in order.
func (db *DB) Heads(ctx context.Context, connection uuid.UUID, after int64, n int) ([]operation.Operation, error) {
	return db.operations(ctx, `WHERE connection = ?1 AND seq > ?2 AND `+live+` ORDER BY seq LIMIT ?3`,
		connection[:], after, n)
}

// MarkSending records that a call begins (T2).
func (db *DB) MarkSending(ctx context.Context, op operation.Operation, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		n, err := tx.change(`UPDATE operation SET state = 'sending', updated_at = ?3,
			sent_at = CASE WHEN state = 'unknown' AND sent_at > 0 THEN sent_at ELSE ?3 END
			WHERE id = ?1 AND tries = ?2 AND (NOT sync OR state = 'unknown') AND `+live, op.ID[:], op.Tries, micros(at))
		return overtaken(n, err)
	})
}

func overtaken(changed int64, err error) error {
	if err == nil && changed == 0 {
		return refusal{operation.ErrOvertaken}
	}
	return err
}

// Settle records the end of an attempt (T3).
func (db *DB) Settle(ctx context.Context, s operation.Settlement) error {
	op := s.Operation
	return db.do(ctx, func(tx *tx) error {
		n, err := tx.change(`UPDATE operation SET state = ?3, tries = ?4, counted = ?5, next_at = ?6, resource = ?7,
			source_id = ?8, collection = ?9, updated_at = ?10, sent_at = ?11 WHERE id = ?1 AND tries = ?2 AND `+live,
			op.ID[:], s.From, string(op.State), op.Tries, op.Counted, micros(op.NextAt), id(op.Resource),
			string(op.SourceID), op.Collection, micros(op.UpdatedAt), micros(op.SentAt))
		if err := overtaken(n, err); err != nil {
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
			tx.wakeLane(db, dispatch.Connections, op.Connection)
		}
		return tx.publish(db, s.Events)
	})
}

// Interrupted turns what a dead process left in sending to unknown, with an attempt each.
func (db *DB) Interrupted(ctx context.Context, at time.Time) (int, error) {
	count := 0
	err := db.do(ctx, func(tx *tx) error {
		count = 0
		type cut struct {
			id    uuid.UUID
			next  int
			began int64
		}
		var all []cut
		err := tx.each(`SELECT id, sent_at,
			(SELECT coalesce(max(n), 0) + 1 FROM attempt WHERE attempt.operation = operation.id)
			FROM operation WHERE state = 'sending'`, func(r *sql.Rows) error {
			var c cut
			var began sql.NullInt64
			err := r.Scan(&c.id, &began, &c.next)
			c.began = began.Int64
			all = append(all, c)
			return err
		})
		for _, c := range all {
			if err != nil {
				return err
			}
			a := operation.Attempt{ID: uuid.Must(uuid.NewV7()), N: c.next, Class: tsp.Unknown, StartedAt: fromMicros(c.began),
				EndedAt: at, Details: "Waybill stopped before the answer came; the TSP is asked what became of it"}
			if err = tx.saveAttempt(c.id, a); err == nil {
				err = tx.exec(`UPDATE operation SET state = 'unknown', tries = tries + 1, counted = counted + 1,
					next_at = ?2, updated_at = ?2 WHERE id = ?1`, c.id[:], micros(at))
			}
			count++
		}
		return err
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
	) SELECT id FROM lane WHERE id IS NOT NULL`, scanOne[uuid.UUID])
}
