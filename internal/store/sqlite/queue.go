package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Heads returns the oldest live operations of each chain. It hops through the index from one key
// to the next, so its cost does not follow the length of a chain.
func (db *DB) Heads(ctx context.Context, q fence.Query) ([]operation.Operation, error) {
	after, before := q.Bounds()
	return list(ctx, db, headsQuery, scanOperation, q.Lane.ID[:], after, before, q.Chains, q.Depth)
}

const headsQuery = `WITH RECURSIVE chain (key, n) AS (
		SELECT (SELECT min(order_key) FROM operation WHERE connection = ?1 AND order_key > ?2 AND order_key < ?3 AND ` + live + `), 1
		UNION ALL
		SELECT (SELECT min(order_key) FROM operation WHERE connection = ?1 AND order_key > chain.key AND order_key < ?3
			AND ` + live + `), n + 1 FROM chain WHERE key IS NOT NULL AND n < ?4
	) SELECT seq, ` + operationColumns + ` FROM chain CROSS JOIN operation
		WHERE seq IN (SELECT o.seq FROM operation o WHERE o.connection = ?1 AND o.order_key = chain.key AND o.` + live + `
			ORDER BY o.seq LIMIT ?5)
		ORDER BY key, seq`

// Streams returns the streams of a connection by the same hops.
func (db *DB) Streams(ctx context.Context, connection uuid.UUID) ([]string, error) {
	return list(ctx, db, `WITH RECURSIVE stream (name) AS (
		SELECT (SELECT substr(min(order_key), 1, instr(min(order_key), '/') - 1) FROM operation
			WHERE connection = ?1 AND `+live+`)
		UNION ALL
		SELECT (SELECT substr(min(order_key), 1, instr(min(order_key), '/') - 1) FROM operation
			WHERE connection = ?1 AND order_key >= stream.name || '0' AND `+live+`) FROM stream WHERE name IS NOT NULL
	) SELECT name FROM stream WHERE name IS NOT NULL`, func(row scanner) (name string, err error) {
		return name, row.Scan(&name)
	}, connection[:])
}

// MarkSending records that a call begins (T2).
func (db *DB) MarkSending(ctx context.Context, claim fence.Claim, op operation.Operation, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.hold(claim); err != nil {
			return err
		}
		n, err := tx.change(`UPDATE operation SET state = 'sending', updated_at = ?3,
			sent_at = CASE WHEN state = 'unknown' AND sent_at > 0 THEN sent_at ELSE ?3 END
			WHERE id = ?1 AND tries = ?2 AND (NOT sync OR state = 'unknown') AND `+live, op.ID[:], op.Tries, micros(at))
		return overtaken(n, err)
	})
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
		if err := tx.hold(s.Claim); err != nil {
			return err
		}
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
			tx.wakeLane(db, fence.Connections, op.Connection)
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
	rows, err := db.read.QueryContext(ctx, `WITH RECURSIVE lane (id) AS (
		SELECT min(`+column+`) FROM `+table+` WHERE `+where+`
		UNION ALL
		SELECT (SELECT min(`+column+`) FROM `+table+` WHERE `+column+` > lane.id AND `+where+`) FROM lane WHERE lane.id IS NOT NULL
	) SELECT id FROM lane WHERE id IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
