package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// operationColumns are in the order in which Accept writes them; box.operation reads seq in front.
// payload is the body byte for byte and may be sealed, warnings and awaits JSON arrays or NULL, and key and attempts
// stand in tables of their own.
const operationColumns = `id, partner, connection, fleet, fleet_ref, tsp, kind, verb, order_key, payload, warnings,
	state, sync, tries, counted, streak, next_at, deadline, sent_at, cut_at, resource, source_id, collection,
		created_at, updated_at, expires_at, stop_at, reason, retry_of, retried_by, awaits, told, verify,
		verification, resolution, revert_of, reverted_by, as_of, retry_after`

// live is the condition of operations that have not ended, word for word that of their index.
// SQLite uses a partial index only where it sees that the query implies its condition. With the
// states bound as parameters it could not.
var live = among(operation.Live())

// among is the condition of operations that are in one of some states. Among none is no operation. For IN with more
// than two values SQLite makes a table of them each time that it is asked.
func among(states []operation.State) string {
	if len(states) == 0 {
		return "1 = 0"
	}
	each := make([]string, len(states))
	for i, s := range states {
		each[i] = "state = '" + string(s) + "'"
	}
	return "(" + strings.Join(each, " OR ") + ")"
}

// unfinishedQuery finds an operation that a sync one of its chain would have to wait for.
var unfinishedQuery = `SELECT id, partner FROM operation WHERE connection = ?1 AND order_key = ?2 AND ` + live +
	` LIMIT 1`

// free refuses a sync operation beside an unfinished one on its order key. One writer makes the
// question and the insert one step: no other operation can be accepted between them.
func (t *tx) free(op *operation.Operation) error {
	others, err := rows(t, unfinishedQuery, scanBusy, op.Connection[:], op.OrderKey)
	if err == nil && len(others) > 0 {
		return refusal{others[0]}
	}
	return err
}

func scanBusy(row scanner) (*operation.Busy, error) {
	b := new(operation.Busy)
	return b, row.Scan(&b.Operation, &b.Partner)
}

// Free asks what Accept will ask, before the operation is charged for.
func (db *DB) Free(ctx context.Context, op operation.Operation) error {
	others, err := list(ctx, db, unfinishedQuery, scanBusy, op.Connection[:], op.OrderKey)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return others[0]
	}
	holds, err := list(ctx, db, `SELECT until FROM chain_hold WHERE connection = ?1 AND chain = ?2`, scanOne[int64],
		op.Connection[:], op.OrderKey)
	for _, until := range holds {
		if _, err := op.Behind(fromMicros(until)); err != nil {
			return err
		}
	}
	return err
}

// id is a UUID as it is stored; nil for the zero one.
func id(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return u[:]
}

// flag is a truth that few rows hold; nil where it does not.
func flag(yes bool) any {
	if !yes {
		return nil
	}
	return 1
}

// text encodes a value for a text column; nil if it is not there. Members keep one order, so that
// equal values are equal texts.
func text(v any, there bool) (any, error) {
	if !there {
		return nil, nil
	}
	b, err := json.Marshal(v, json.Deterministic(true))
	return string(b), err
}

// operation reads seq and operationColumns.
func (b *box) operation(row scanner) (operation.Operation, error) {
	var op operation.Operation
	var payload, verification any
	var warnings sql.NullString
	var next, deadline, cut, created, updated int64
	var first, expires, stop, told, verify, since, rests sql.NullInt64
	var why, awaits, resolution sql.NullString
	var res, retries, retried, reverts, reverted []byte
	err := row.Scan(&op.Seq, &op.ID, &op.Partner, &op.Connection, &op.Fleet, &op.FleetRef, &op.TSP, &op.Kind, &op.Verb,
		&op.OrderKey, &payload, &warnings, &op.State, &op.Sync, &op.Tries, &op.Counted, &op.Streak, &next, &deadline,
		&first, &cut, &res, &op.SourceID, &op.Collection, &created, &updated, &expires, &stop, &why,
		&retries, &retried, &awaits, &told, &verify, &verification, &resolution, &reverts, &reverted, &since, &rests)
	if err != nil {
		return op, err
	}
	copy(op.Resource[:], res)
	copy(op.RetryOf[:], retries)
	copy(op.RetriedBy[:], retried)
	copy(op.RevertOf[:], reverts)
	copy(op.RevertedBy[:], reverted)
	op.NextAt, op.Deadline, op.SentAt = fromMicros(next), fromMicros(deadline), fromMicros(first.Int64)
	op.CutAt, op.CreatedAt, op.UpdatedAt = fromMicros(cut), fromMicros(created), fromMicros(updated)
	op.AsOf, op.RetryAfter = since.Int64, fromMicros(rests.Int64)
	op.ExpiresAt, op.StopAt = fromMicros(expires.Int64), fromMicros(stop.Int64)
	op.Reason, op.Told, op.Verify = operation.Reason(why.String), told.Int64 == 1, verify.Int64 == 1
	if awaits.Valid {
		op.NextAt = op.CreatedAt
	}
	var unread error
	op.Resolution, unread = resolutionOf(resolution)
	if op.Damaged, err = apart(b.asked(&op, payload, warnings, awaits)); err != nil {
		return op, err
	}
	if op.Damaged == nil {
		op.Damaged = unread
	}
	op.Verification, err = b.verification(op.ID, verification)
	return op, err
}

// asked reads what was asked for with an operation, or nothing of it.
func (b *box) asked(op *operation.Operation, payload any, warnings, awaits sql.NullString) error {
	text, err := b.get(payload, bound("payload", op.ID[:]))
	if err == nil && !jsontext.Value(text).IsValid() {
		err = errors.New("it is no JSON")
	}
	if err == nil && warnings.Valid {
		err = json.Unmarshal([]byte(warnings.String), &op.Warnings)
	}
	if err == nil && awaits.Valid {
		err = json.Unmarshal([]byte(awaits.String), &op.Awaits)
	}
	if err != nil {
		op.Warnings, op.Awaits = nil, nil
		return fmt.Errorf("opening the payload of operation %s: %w", op.ID, err)
	}
	op.Payload = []byte(text)
	return nil
}

const operationsQuery = `SELECT seq, ` + operationColumns + ` FROM operation `

// operations reads operations without their attempts, which are another query.
func (db *DB) operations(ctx context.Context, where string, args ...any) ([]operation.Operation, error) {
	return list(ctx, db, operationsQuery+where, db.writer.operation, args...)
}

// Operation returns an operation with its attempts. All three ids must fit: another partner's
// operation does not exist for this one.
func (db *DB) Operation(ctx context.Context, partner, connection, id uuid.UUID) (operation.Operation, error) {
	found, err := db.operations(ctx, `WHERE id = ?1 AND partner = ?2 AND connection = ?3`, id[:], partner[:],
		connection[:])
	if err != nil {
		return operation.Operation{}, err
	}
	if len(found) == 0 {
		return operation.Operation{}, operation.ErrNotFound
	}
	return found[0], db.withAttempts(ctx, found)
}
