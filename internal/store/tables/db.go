// Package tables keeps everything in the tables of a database, whatever database it is. It holds every
// statement once, and what follows from them: the one writer that commits in groups, what is remembered of what
// was read, the lists. An engine.Database carries the statements out.
package tables

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// DB is an open database. It implements the ports of the rooms; what they promise stands there.
// wake and ended may be nil. begun tells that there was a beat.
type DB struct {
	database engine.Database
	writer   *writer
	now      func() time.Time
	wake     func(fence.Lane)
	ended    func(operation uuid.UUID)
	begun    atomic.Bool
	left     chan struct{}
	memory   memory
	rates    *rates
	calls    *calls
	// listFor bounds the time of each list.
	listFor time.Duration
	// walked is what a list looks at for a window.
	walked int
}

// Open works over a database until Close, which closes it as well, and does so if it fails. wake, if it is not
// nil, is told, after the commit, of each lane that was given work; it must not block.
func Open(ctx context.Context, over engine.Database, now func() time.Time, wake func(fence.Lane)) (*DB, error) {
	db := &DB{database: over, now: now, wake: wake, left: make(chan struct{}, 1), listFor: listDeadline, walked: walked,
		rates: newCounter[rateRow](sumOfRates), calls: newCounter[callRow](sumOfCalls)}
	if err := db.refuseMoved(ctx); err != nil {
		return nil, errors.Join(why(ctx, over, err), over.Close())
	}
	session, err := over.Session(ctx)
	if err != nil {
		return nil, errors.Join(db.troubled(err), over.Close())
	}
	db.writer = newWriter(session, over.Trouble, &db.memory.told)
	db.memory.seen, err = one(ctx, db, `SELECT coalesce(max(seq), 0) FROM change`, scanOne[int64])
	if err != nil {
		return nil, errors.Join(why(ctx, over, fmt.Errorf("reading the last change: %w", err)), db.Close())
	}
	return db, nil
}

// why is what is wrong with a database that failed an opening, where it is lost: that says more than what it failed.
func why(ctx context.Context, over engine.Keeper, err error) error {
	var t *fence.Trouble
	if errors.As(over.Ping(ctx), &t) && t.Lost {
		return t
	}
	return err
}

// Close notes what was written last, waits for the writes under way and closes the database. The writer
// ends first, since what it has taken must still be answered.
func (db *DB) Close() error {
	var err error
	if db.begun.Load() {
		// They are counts for charts, and no reason for an end that is not in order.
		_ = db.SaveRates(context.Background())
		_ = db.SaveCalls(context.Background(), 0)
		if err = db.Beat(context.Background()); fence.IsLost(err) || errors.Is(err, engine.ErrClosed) {
			// Whoever wrote was told.
			err = nil
		}
	}
	return errors.Join(err, db.writer.stop(), db.database.Close())
}

// Now is the time by the clock of the database.
func (db *DB) Now() time.Time { return db.now() }

// LockConnection returns when nobody else holds the connection's lock. unlock may be called more
// than once.
func (db *DB) LockConnection(ctx context.Context, id uuid.UUID) (unlock func(), err error) {
	return db.database.Lock(ctx, id)
}

// troubled is an error as the store's trouble, if it is one.
func (db *DB) troubled(err error) error {
	if t := db.database.Trouble(err); t != nil {
		return t
	}
	return err
}

// micros is how times are stored: microseconds since 1970 in UTC; zero as 0. Integers sort and
// compare as times do, and 0 lets columns be NOT NULL.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is its inverse, in UTC.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
