package tables

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

// The bounds of one part of a sweep: what is looked at beside the writer, and what is removed in a transaction.
const (
	sweepLooks   = 1000
	sweepRemoves = 100
)

// aged is a row by its place and age.
type aged[T any] struct {
	one     T
	seq     int64
	created time.Time
}

// oldest picks those that are past of what was looked at behind a place, and tells where to go on; 0 where what follows
// is younger, or nothing does.
func oldest[T any](found []aged[T], before time.Time, past func(T) bool) (all []T, next int64) {
	for i, a := range found {
		if !a.created.Before(before) {
			return all, 0
		}
		if past(a.one) {
			all = append(all, a.one)
		}
		if len(all) == sweepRemoves || i+1 == sweepLooks {
			return all, a.seq
		}
	}
	return all, 0
}

// SweepOperations looks along the table, in which what was accepted first stands first: an index would be paid for by
// every write.
func (db *DB) SweepOperations(ctx context.Context, behind int64, before time.Time) (int64, error) {
	found, err := list(ctx, db, `SELECT seq, id, state, created_at, updated_at FROM operation WHERE seq > ?1
		ORDER BY seq LIMIT ?2`, scanOld, behind, sweepLooks)
	if err != nil {
		return 0, err
	}
	past, next := oldest(found, before, func(one operation.Operation) bool { return one.Past(before) })
	if len(past) == 0 {
		return next, nil
	}
	return next, db.do(ctx, func(tx *tx) error {
		for _, op := range past {
			if err := tx.forgetOperation(op); err != nil {
				return err
			}
		}
		return nil
	})
}

// scanOld reads what Operation.Past asks, and where the operation stands.
func scanOld(row scanner) (a aged[operation.Operation], err error) {
	var created, updated int64
	err = row.Scan(&a.seq, &a.one.ID, &a.one.State, &created, &updated)
	a.created, a.one.UpdatedAt = fromMicros(created), fromMicros(updated)
	return a, err
}

// forgetOperation removes an operation that has ended, which nothing changes any more.
func (t *tx) forgetOperation(op operation.Operation) error {
	for _, part := range []string{`DELETE FROM operation WHERE id = ?1`, `DELETE FROM attempt WHERE operation = ?1`,
		`DELETE FROM step WHERE operation = ?1`, `DELETE FROM exchange WHERE operation = ?1`,
		`DELETE FROM verification WHERE operation = ?1`} {
		if err := t.exec(part, op.ID[:]); err != nil {
			return err
		}
	}
	return nil
}

// SweepKeys removes keys by their age.
func (db *DB) SweepKeys(ctx context.Context, before time.Time) (more bool, err error) {
	old, err := list(ctx, db, `SELECT 1 FROM idempotency WHERE created_at < ?1 LIMIT 1`, scanOne[int], micros(before))
	if err != nil || len(old) == 0 {
		return false, err
	}
	n, err := give(ctx, db, func(tx *tx) (int64, error) {
		return tx.change(`DELETE FROM idempotency WHERE (partner, client, key) IN
			(SELECT partner, client, key FROM idempotency WHERE created_at < ?1 LIMIT ?2)`, micros(before), sweepRemoves)
	})
	return n == sweepRemoves, err
}
