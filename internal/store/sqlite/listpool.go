package sqlite

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
)

// listReaders bounds the connections that read the lists which callers ask for. They are others than those
// by which writes are accepted and lanes are read, so that whoever lists holds up those who list alone.
const listReaders = 2

// listDeadline is for how long a list is read unless it is set.
const listDeadline = 5 * time.Second

// ListWithin bounds the time for which a list is read; it comes before the first one.
func (db *DB) ListWithin(d time.Duration) { db.listFor = d }

// shown reads all rows of a list that a caller asks for, within the time that lists have.
func shown[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) ([]T, error) {
	defer db.wasRead(time.Now())
	within, cancel := context.WithTimeout(ctx, db.listFor)
	defer cancel()
	found, err := db.lists.QueryContext(within, query, args...)
	if err != nil {
		return nil, db.slow(ctx, within, err)
	}
	all, err := collect(found, scan)
	return all, db.slow(ctx, within, err)
}

// countedMost is where counting a list ends.
const countedMost = 100_000

// count counts the rows of a query, up to countedMost.
func count(ctx context.Context, db *DB, query string, args ...any) (int, error) {
	return only(shown(ctx, db, `SELECT count(*) FROM (`+query+` LIMIT `+strconv.Itoa(countedMost)+`)`, scanOne[int], args...))
}

// only is what a query has found that finds one row.
func only[T any](all []T, err error) (one T, _ error) {
	if err == nil && len(all) > 0 {
		one = all[0]
	}
	return one, err
}

// slow is an error of a list as its lateness, where it is that and the caller has not left.
func (db *DB) slow(ctx, within context.Context, err error) error {
	late := within.Err() != nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sqlite3.INTERRUPT))
	if err == nil || !late || ctx.Err() != nil {
		return troubled(err)
	}
	return &fence.Late{After: db.listFor, Err: err}
}
