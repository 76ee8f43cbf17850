package tables

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Heads returns the oldest live operations of each chain. It hops through the index from one key
// to the next, so its cost does not follow the length of a chain. The chains of a share are those in
// which something of the partner waits, with what others have there.
func (db *DB) Heads(ctx context.Context, q fence.Query) ([]operation.Operation, error) {
	after, before := q.Bounds()
	if wholeOf(q) {
		found, err := list(ctx, db, fewQuery, db.writer.operation, q.Lane.ID[:], few+1)
		if err != nil || len(found) <= few {
			return firsts(found, q.Depth, func(op operation.Operation) string { return op.OrderKey }), err
		}
	}
	if q.Stream.Share == "" {
		return list(ctx, db, headsQuery, db.writer.operation, q.Lane.ID[:], after, before, q.Chains, q.Depth)
	}
	partner, err := uuid.Parse(q.Stream.Share)
	if err != nil {
		return nil, fmt.Errorf("reading the chains of a partner: %w", err)
	}
	return list(ctx, db, shareQuery, db.writer.operation, q.Lane.ID[:], after, before, q.Chains, q.Depth, partner[:])
}

// few is how many items a lane may hold to be read one after the other: the hops of headsOf cost several times
// as much where there is little to hop over. One that holds more costs this reading more.
const few = 64

// wholeOf tells whether a query asks for all that a lane holds, if that is few.
func wholeOf(q fence.Query) bool { return q.Stream.Name == "" && q.After == "" && q.Chains >= few }

// firsts keeps the first items of each chain; those of a chain follow each other.
func firsts[T any, K comparable](items []T, depth int, key func(T) K) []T {
	var last K
	n := 0
	return slices.DeleteFunc(items, func(one T) bool {
		if n++; key(one) != last {
			last, n = key(one), 1
		}
		return n > depth
	})
}

var fewQuery = operationsQuery + `WHERE connection = ?1 AND ` + live + ` ORDER BY order_key, seq LIMIT ?2`

var (
	headsQuery = headsOf("")
	shareQuery = headsOf("partner = ?6 AND ")
)

// headsOf finds up to ?4 keys by hops, and for each its ?5 oldest items. min() of an indexed
// column is one step down the index; DISTINCT would walk over every waiting item. CROSS JOIN keeps
// SQLite from turning the join around and beginning with the operations.
func headsOf(share string) string {
	return `WITH RECURSIVE chain (key, n) AS (
		SELECT (SELECT min(order_key) FROM operation WHERE connection = ?1 AND ` + share + `order_key > ?2
			AND order_key < ?3 AND ` + live + `), 1
		UNION ALL
		SELECT (SELECT min(order_key) FROM operation WHERE connection = ?1 AND ` + share + `order_key > chain.key
			AND order_key < ?3 AND ` + live + `), n + 1 FROM chain WHERE key IS NOT NULL AND n < ?4
	) SELECT seq, ` + operationColumns + ` FROM chain CROSS JOIN operation
		WHERE seq IN (SELECT o.seq FROM operation o WHERE o.connection = ?1 AND o.order_key = chain.key
			AND ` + live + `
			ORDER BY o.seq LIMIT ?5)
		ORDER BY key, seq`
}

// Streams returns the streams of a connection by the same hops, partner by partner. A stream ends before
// its name with "0", the character behind "/"; see fence.Query.Bounds.
func (db *DB) Streams(ctx context.Context, connection uuid.UUID) ([]fence.Stream, error) {
	return list(ctx, db, `WITH RECURSIVE share (partner) AS (
		SELECT (SELECT min(partner) FROM operation WHERE connection = ?1 AND `+live+`)
		UNION ALL
		SELECT (SELECT min(partner) FROM operation WHERE connection = ?1 AND partner > share.partner AND `+live+`)
			FROM share WHERE partner IS NOT NULL
	), stream (partner, name) AS (
		SELECT partner, (SELECT substr(min(order_key), 1, instr(min(order_key), '/') - 1) FROM operation
			WHERE connection = ?1 AND partner = share.partner AND `+live+`) FROM share WHERE partner IS NOT NULL
		UNION ALL
		SELECT partner, (SELECT substr(min(order_key), 1, instr(min(order_key), '/') - 1) FROM operation
			WHERE connection = ?1 AND partner = stream.partner AND order_key >= stream.name || '0' AND `+live+`)
			FROM stream WHERE name <> ''
	) SELECT name, partner FROM stream WHERE name IS NOT NULL ORDER BY name, partner`,
		func(row scanner) (of fence.Stream, err error) {
			var partner uuid.UUID
			err = row.Scan(&of.Name, &partner)
			of.Share = partner.String()
			return of, err
		}, connection[:])
}

// MarkSending records that a call begins (T2). A claim that was lost is told before the state is
// looked at: its holder must do nothing more.
func (db *DB) MarkSending(ctx context.Context, claim fence.Claim, op operation.Operation, at time.Time) error {
	next, err := op.Begin(at)
	if err != nil {
		return err
	}
	return db.doAs(ctx, turn{kind: settles}, func(tx *tx) error {
		if err := tx.hold(claim); err != nil {
			return err
		}
		return overtaken(tx.expect(`UPDATE operation SET state = ?4, updated_at = ?5, sent_at = ?6, stop_at = expires_at
			WHERE id = ?1 AND tries = ?2 AND state = ?3`, op.ID[:], op.Tries, string(op.State),
			string(next.State), micros(next.UpdatedAt), micros(next.SentAt)))
	})
}

// overtaken is for statements whose condition says what the row must still be: no row changed, so
// it is not.
func overtaken(changed int64, err error) error {
	if err == nil && changed == 0 {
		return refusal{fence.ErrOvertaken}
	}
	return err
}

// Settle records the end of an attempt (T3).
func (db *DB) Settle(ctx context.Context, s operation.Settlement) error {
	op := s.Operation
	packed, err := db.writer.packCalls(op.ID, s.Kept)
	if err != nil {
		return err
	}
	image, err := db.writer.packImage(op.ID, s.Image)
	if err != nil {
		return err
	}
	verified, err := db.writer.putVerification(op)
	if err != nil {
		return err
	}
	return db.doAs(ctx, turn{kind: settles}, func(tx *tx) error {
		if err := tx.hold(s.Claim); err != nil {
			return err
		}
		n, err := tx.settled(s, told{verified, image})
		if err == nil && n == 0 {
			err = tx.unsettled(s)
		}
		if err != nil {
			return err
		}
		if err := tx.saveLog(s, packed); err != nil {
			return err
		}
		if s.Record != nil {
			if err := tx.saveRecord(db, *s.Record, op.Verb == resource.Create); err != nil {
				return err
			}
			if err := tx.leave(s.Record.Connection); err != nil {
				return err
			}
		}
		if s.Hold != nil {
			if err := tx.holdChain(*s.Hold, op.UpdatedAt); err != nil {
				return err
			}
		}
		// What waited behind it in its chain was held, or was read behind it; nobody else wakes the lane.
		if op.Sync || s.Unsent != "" {
			tx.wakeLane(db, fence.Connections, op.Connection)
		}
		if op.State.Ended() {
			tx.tellEnd(db, op.ID)
			tx.ended(db, op)
		}
		if err := tx.countCancelled(cancelledBy(s), 1); err != nil {
			return err
		}
		return tx.publish(db, s.Events)
	})
}

// told is what a settlement tells of a record, as it is stored: what reading it back has told, and what an update has
// changed.
type told struct{ verification, image any }

// settled writes how an operation stands after an attempt. The states from which the table leads there are the condition,
// so nothing is read before (decision 0008). Only a settlement that changed no row asks why.
func (t *tx) settled(s operation.Settlement, by told) (int64, error) {
	op, from := s.Operation, operation.Before(s.Operation.State)
	if s.Unsent != "" {
		from = []operation.State{s.Unsent}
	}
	return t.expect(`UPDATE operation SET state = ?3, tries = ?4, counted = ?5, next_at = ?6, resource = ?7,
		source_id = ?8, collection = ?9, updated_at = ?10, sent_at = ?11, streak = ?12, cut_at = ?13,
		stop_at = expires_at, reason = ?14, verification = ?15, image = ?16, retry_after = ?17
		WHERE id = ?1 AND tries = ?2
		AND `+among(from),
		op.ID[:], s.From, string(op.State), op.Tries, op.Counted, micros(op.NextAt), id(op.Resource),
		string(op.SourceID), op.Collection, micros(op.UpdatedAt), micros(op.SentAt), op.Streak,
		micros(op.CutAt), reason(op.Reason), by.verification, by.image, moment(op.RetryAfter))
}

// saveLog writes what an attempt leaves beside its operation.
func (t *tx) saveLog(s operation.Settlement, packed []byte) error {
	for _, a := range s.Attempts {
		if err := t.saveAttempt(s.Operation.ID, a); err != nil {
			return err
		}
	}
	if err := t.saveCalls(s.Operation.ID, s.Kept, packed); err != nil {
		return err
	}
	return t.verifyAt(s.Operation)
}

// unsettled tells why a settlement was not written. A state that the table does not lead out of is
// our own fault and told as such; everything else means that somebody was faster.
func (t *tx) unsettled(s operation.Settlement) error {
	stored, err := rows(t, `SELECT id, state, tries FROM operation WHERE id = ?1`,
		scanStanding, s.Operation.ID[:])
	if err == nil && len(stored) > 0 {
		err = s.Check(stored[0])
	}
	return refusal{cmp.Or(err, fence.ErrOvertaken)}
}

// scanStanding reads how an operation stands.
func scanStanding(row scanner) (operation.Operation, error) {
	var op operation.Operation
	return op, row.Scan(&op.ID, &op.State, &op.Tries)
}

// WaitingConnections lists the connections that hold live operations. It hops through the
// index from one connection to the next, so its cost does not follow the backlog.
func (db *DB) WaitingConnections(ctx context.Context) ([]uuid.UUID, error) {
	return db.hop(ctx, "operation", "connection", live)
}

// hop lists the values of a column that begins a partial index with that condition. The names come
// from this file and never from a caller.
func (db *DB) hop(ctx context.Context, table, column, where string) ([]uuid.UUID, error) {
	return list(ctx, db, `WITH RECURSIVE lane (id) AS (
		SELECT min(`+column+`) FROM `+table+` WHERE `+where+`
		UNION ALL
		SELECT (SELECT min(`+column+`) FROM `+table+` WHERE `+column+` > lane.id AND `+where+`) FROM lane
			WHERE lane.id IS NOT NULL
	) SELECT id FROM lane WHERE id IS NOT NULL`, scanOne[uuid.UUID])
}
