package tables

import (
	"context"
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// Attempts returns the attempts of an operation so far. An operation that does not exist has none.
func (db *DB) Attempts(ctx context.Context, id uuid.UUID) ([]operation.Attempt, error) {
	one := []operation.Operation{{ID: id}}
	err := db.withAttempts(ctx, one)
	return one[0].Attempts, err
}

// attemptsQuery reads the attempts of operations. A page of operations would otherwise cost a query each.
// Ids travel as hexadecimal text, because JSON has no bytes and a list cannot be bound.
const attemptsQuery = `SELECT operation, n, id, class, status, headers, details, own, reach, started_at, ended_at
	FROM attempt WHERE operation IN (SELECT unhex(value) FROM json_each(?1)) ORDER BY operation, n`

// withAttempts fills in the attempts of operations.
func (db *DB) withAttempts(ctx context.Context, ops []operation.Operation) error {
	found, err := list(ctx, db, attemptsQuery, db.writer.attempt, hexed(idsOf(ops)))
	handOut(ops, found)
	return err
}

// shownAttempts is withAttempts for a list that a caller asks for.
func (db *DB) shownAttempts(ctx context.Context, ops []operation.Operation) error {
	found, err := shown(ctx, db, attemptsQuery, db.writer.attempt, hexed(idsOf(ops)))
	handOut(ops, found)
	return err
}

func idsOf(ops []operation.Operation) []uuid.UUID {
	ids := make([]uuid.UUID, len(ops))
	for i, op := range ops {
		ids[i] = op.ID
	}
	return ids
}

// tried is an attempt and whose it is.
type tried struct {
	of uuid.UUID
	operation.Attempt
}

// handOut gives attempts to their operations.
func handOut(ops []operation.Operation, all []tried) {
	at := map[uuid.UUID]int{}
	for i, op := range ops {
		at[op.ID] = i
	}
	for _, t := range all {
		op := &ops[at[t.of]]
		op.Attempts = append(op.Attempts, t.Attempt)
	}
}

// attempt reads an attempt and whose it is. headers is a JSON object of names and values, NULL
// if there were none.
func (b *box) attempt(row scanner) (a tried, err error) {
	var headers, details any
	var started, ended int64
	if err = row.Scan(&a.of, &a.N, &a.ID, &a.Class, &a.Status, &headers, &details, &a.Own, &a.Reach, &started, &ended); err != nil {
		return a, err
	}
	a.StartedAt, a.EndedAt = fromMicros(started), fromMicros(ended)
	damage, err := apart(b.said(&a.Attempt, a.of, headers, details))
	if damage != nil {
		a.Attempt = a.Unread()
	}
	return a, err
}

// said reads what a TSP said of an attempt.
func (b *box) said(a *operation.Attempt, of uuid.UUID, headers, details any) (err error) {
	n := numbered(int64(a.N))
	if a.Details, err = b.get(details, bound("details", of[:], n)); err != nil {
		return fmt.Errorf("opening attempt %d of operation %s: %w", a.N, of, err)
	}
	names, err := b.get(headers, bound("headers", of[:], n))
	if err != nil || names == "" {
		return err
	}
	return json.Unmarshal([]byte(names), &a.Headers)
}

// saveAttempt adds an entry of the log or replaces the one of its number, as throttles in a row
// do: that keeps the id and the time at which the first of them began.
func (t *tx) saveAttempt(op uuid.UUID, a operation.Attempt) error {
	headers, err := text(a.Headers, len(a.Headers) > 0)
	if err != nil {
		return err
	}
	details, err := t.put(a.Details, bound("details", op[:], numbered(int64(a.N))))
	if err != nil {
		return err
	}
	if names, ok := headers.(string); ok {
		if headers, err = t.put(names, bound("headers", op[:], numbered(int64(a.N)))); err != nil {
			return err
		}
	}
	return t.exec(`INSERT INTO attempt (operation, n, id, class, status, headers, details, started_at, ended_at, own, reach)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
		ON CONFLICT (operation, n) DO UPDATE SET class = ?4, status = ?5, headers = ?6, details = ?7, ended_at = ?9, own = ?10,
			reach = ?11`,
		op[:], a.N, a.ID[:], string(a.Class), a.Status, headers, details, micros(a.StartedAt), micros(a.EndedAt), a.Own, string(a.Reach))
}
