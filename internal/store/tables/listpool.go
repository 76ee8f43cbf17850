package tables

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// listDeadline is for how long a list is read unless it is set.
const listDeadline = 5 * time.Second

// ListWithin bounds the time for which a list is read; it comes before the first one.
func (db *DB) ListWithin(d time.Duration) { db.listFor = d }

// errLate is why a list ends whose time is over.
var errLate = errors.New("the time of a list is over")

// listed marks the context of a list.
type listed struct{}

// listing bounds the time of a list, however often is read for it: what is read under its context is a part of it.
func (db *DB) listing(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Value(listed{}) != nil {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(context.WithValue(ctx, listed{}, true), db.listFor, errLate)
}

// shown reads all rows of a query for a list that a caller asks for, within the time that lists have.
func shown[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) ([]T, error) {
	ctx, cancel := db.listing(ctx)
	defer cancel()
	all, err := read(ctx, db, engine.Listed, query, scan, args)
	return all, db.slow(ctx, err)
}

// countedMost is where counting a list ends.
const countedMost = 100_000

// count counts the rows of a query, up to countedMost.
func count(ctx context.Context, db *DB, query string, args ...any) (int, error) {
	return only(shown(ctx, db, `SELECT count(*) FROM (`+query+` LIMIT `+strconv.Itoa(countedMost)+`) listed`,
		scanOne[int], args...))
}

// only is what a query has found that finds one row.
func only[T any](all []T, err error) (one T, _ error) {
	if err == nil && len(all) > 0 {
		one = all[0]
	}
	return one, err
}

// slow is an error of a list as its lateness, where it is that and the caller has not left.
func (db *DB) slow(ctx context.Context, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(context.Cause(ctx), errLate) {
		return db.troubled(err)
	}
	return &fence.Late{After: db.listFor, Err: err}
}
