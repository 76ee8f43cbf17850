package tables

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// cutOperations finds what scanCut reads, of those that are operation.Left. PostgreSQL knows the types of parameters by
// where they stand first.
const cutOperations = `SELECT id, connection, tsp, kind, verb, order_key, sync, state, tries, sent_at,
	(SELECT max(n) FROM attempt WHERE attempt.operation = operation.id)
	FROM operation WHERE state = ?1 AND state IN ('sending', 'unknown')
		AND (sync = 0 AND connection = ?2 OR ?2 IS NULL) AND sync >= ?3 AND (handler IS NOT DISTINCT FROM ?4 OR ?3 = 0)`

// Handlers lists the replicas that are at work on sync operations, and zero if nobody is on some.
func (db *DB) Handlers(ctx context.Context) ([]uuid.UUID, error) {
	all, err := list(ctx, db, `SELECT handler FROM operation WHERE state = ?1 AND state IN ('sending', 'unknown')
		AND sync = 1`, scanOne[uuid.UUID], string(operation.Sending))
	slices.SortFunc(all, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(all), err
}

// Interrupted ends the attempts that a dead process left in sending. They are few: the index of
// open operations holds them and no other that waits.
func (db *DB) Interrupted(ctx context.Context, at time.Time, of operation.Left,
	settles func(operation.Operation) time.Duration) (int, error) {
	return give(ctx, db, func(tx *tx) (int, error) {
		if err := tx.hold(of.Claim); err != nil {
			return 0, err
		}
		cut, err := rows(tx, cutOperations, scanCut, string(operation.Sending), id(of.Claim.Lane.ID), of.Sync,
			id(of.Handler))
		if err != nil {
			return 0, err
		}
		for _, op := range cut {
			if err := tx.interrupt(db, op, at, settles); err != nil {
				return 0, err
			}
		}
		return len(cut), nil
	})
}

// scanCut reads what Operation.Interrupt and Held ask of an operation, with the number of its last
// entry or NULL.
func scanCut(row scanner) (operation.Operation, error) {
	var op operation.Operation
	var sent, last sql.NullInt64
	err := row.Scan(&op.ID, &op.Connection, &op.TSP, &op.Kind, &op.Verb, &op.OrderKey, &op.Sync, &op.State, &op.Tries,
		&sent, &last)
	op.SentAt = fromMicros(sent.Int64)
	if last.Valid {
		op.Attempts = []operation.Attempt{{N: int(last.Int64)}}
	}
	return op, err
}

func (t *tx) interrupt(db *DB, op operation.Operation, at time.Time,
	settles func(operation.Operation) time.Duration) error {
	next, a, err := op.Interrupt(at)
	if err != nil {
		return err
	}
	if err := t.saveAttempt(op.ID, a); err != nil {
		return err
	}
	if err := t.exec(`UPDATE operation SET state = ?2, tries = ?3, next_at = ?4, cut_at = ?5, updated_at = ?6
		WHERE id = ?1`,
		op.ID[:], string(next.State), next.Tries, micros(next.NextAt), micros(next.CutAt),
		micros(next.UpdatedAt)); err != nil {
		return err
	}
	if err := t.tellCut(db, next, at); err != nil {
		return err
	}
	if h, ok := next.Held(settles(next)); ok {
		return t.holdChain(h, at)
	}
	return nil
}

// tellCut raises what tells of an end that no settling wrote. It is read as it is stored, since few are.
func (t *tx) tellCut(db *DB, cut operation.Operation, at time.Time) error {
	if !cut.State.Ended() {
		return nil
	}
	found, err := rows(t, operationsQuery+`WHERE id = ?1`, t.operation, cut.ID[:])
	if err != nil || len(found) == 0 || !found[0].Raises() {
		return err
	}
	tried, err := rows(t, attemptsQuery, t.attempt, hexed([]uuid.UUID{cut.ID}))
	if err != nil {
		return err
	}
	handOut(found, tried)
	events, err := found[0].Tells(at)
	if err != nil {
		return err
	}
	return t.publish(db, events)
}

// holdChain keeps a chain from being sent anything before a time, its next operation included. A
// few holds that are over go with each new one, so that the table stays small without a task of its
// own. Other processes are told by the log of changes.
func (t *tx) holdChain(h operation.Hold, now time.Time) error {
	if err := t.exec(`INSERT INTO change (thing, a) VALUES ('hold', ?1)`, h.Connection[:]); err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM chain_hold WHERE (connection, chain) IN
		(SELECT connection, chain FROM chain_hold WHERE until <= ?1 LIMIT 10)`, micros(now)); err != nil {
		return err
	}
	if err := t.exec(`INSERT INTO chain_hold (connection, chain, until) VALUES (?1, ?2, ?3)
		ON CONFLICT (connection, chain) DO UPDATE SET until = max(chain_hold.until, ?3)`,
		h.Connection[:], h.Chain, micros(h.Until)); err != nil {
		return err
	}
	// The first of what waits holds up all behind it; what is accepted later asks for the hold.
	return t.exec(`UPDATE operation SET next_at = max(next_at, ?3) WHERE seq =
		(SELECT min(seq) FROM operation WHERE connection = ?1 AND order_key = ?2 AND `+live+`)`,
		h.Connection[:], h.Chain, micros(h.Until))
}

// lastHold is when the last hold of any chain ends.
func (t *tx) lastHold() (time.Time, error) {
	return recalled(&t.known.holds, struct{}{}, func() (time.Time, error) {
		until, err := rows(t, `SELECT coalesce(max(until), 0) FROM chain_hold`, scanOne[int64])
		return fromMicros(append(until, 0)[0]), err
	})
}

// behindHold puts an operation behind the hold of its chain. Most of the time there is no hold at all, and then
// nobody is asked.
func (t *tx) behindHold(op *operation.Operation) error {
	last, err := t.lastHold()
	if err != nil || !op.NextAt.Before(last) {
		return err
	}
	until, err := t.heldUntil(op.Connection, op.OrderKey)
	if err != nil {
		return err
	}
	behind, err := op.Behind(until)
	if err != nil {
		return refusal{err}
	}
	*op = behind
	return nil
}

// heldUntil is when the hold of a chain ends; zero if there is none.
func (t *tx) heldUntil(connection uuid.UUID, chain string) (until time.Time, err error) {
	err = t.each(`SELECT until FROM chain_hold WHERE connection = ?1 AND chain = ?2`, func(r engine.Row) error {
		var us int64
		err := r.Scan(&us)
		until = fromMicros(us)
		return err
	}, connection[:], chain)
	return until, err
}

// Rivals returns the operations among which a look-up must tell its own. Each half of the condition
// is that of an index.
func (db *DB) Rivals(ctx context.Context, connection uuid.UUID, since time.Time) ([]operation.Operation, error) {
	const kinds = ` AND (kind = 'message' OR kind = 'group_message' OR kind = 'dvir_log')`
	const account = `connection IN (SELECT other.id FROM connection this JOIN connection other
		ON other.tsp = this.tsp AND other.account = this.account WHERE this.id = ?1 UNION SELECT ?1)`
	return db.operations(ctx, `WHERE seq IN (
		SELECT seq FROM operation WHERE `+account+` AND updated_at >= ?2`+kinds+` AND (state = 'success' OR cut_at > 0)
		UNION SELECT seq FROM operation WHERE `+account+` AND state IN ('sending', 'unknown')`+kinds+`)`,
		connection[:], micros(since))
}
