// Package sqlite is an engine of the store: one SQLite file in WAL, synchronous FULL, with one session that
// writes and a few connections that read. What it answers as committed is on disk.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// The connections that only read: those for texts that are kept, those for what is searched, which may
// take long, and those for the lists that callers ask for. SQLite reads beside its writer in WAL, but each
// connection has a page cache of its own.
const (
	readerCount = 4
	searchers   = 2
	listReaders = 2
)

// Engine is an open file. path is where it lies. hold is nil for those who work beside the service: the
// file is another's to make and to migrate. begun tells that there was a beat, and noted that the last one has noted a
// clock that is off; locks are those by id.
type Engine struct {
	path             string
	clock            clock
	guard            *guard
	hold             *hold
	begun, noted     atomic.Bool
	locks            keyedLocks
	session          *session
	kept             *readers
	searched, listed *sql.DB
}

var _ engine.Database = (*Engine)(nil)

// Open opens the file, making and migrating it as needed, for the one process that may work on its lanes
// until Close or its end.
func Open(ctx context.Context, path string, now func() time.Time) (*Engine, error) {
	place, err := placeOf(path)
	if err != nil {
		return nil, err
	}
	e := &Engine{path: place, guard: &guard{place: place}}
	// Before the file is opened, so that a second service neither migrates it nor turns operations that
	// are being sent to unknown.
	if e.hold, err = take(place); err != nil {
		return nil, err
	}
	if err := e.open(ctx, path, now); err != nil {
		return nil, errors.Join(explained(place, err), e.Close())
	}
	return e, nil
}

// OpenBeside opens a file that is there and of this release, beside a service that may run over it.
// It neither makes nor migrates it.
func OpenBeside(ctx context.Context, path string, now func() time.Time) (*Engine, error) {
	place, err := placeOf(path)
	if err != nil {
		return nil, err
	}
	if err := refuseNone(place); err != nil {
		return nil, err
	}
	if err := refuseLost(place); err != nil {
		return nil, err
	}
	e := &Engine{path: place, guard: &guard{place: place}}
	if err := e.open(ctx, path, now); err != nil {
		return nil, errors.Join(explained(place, err), e.Close())
	}
	return e, nil
}

// refuseNone refuses a file that is not there.
func refuseNone(place string) error {
	switch _, err := os.Stat(place); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no database %s, and none was made: set WAYBILL_DATABASE_URL to the one that "+
			"is meant, or make it with `waybill migrate`", place)
	case err != nil:
		return fmt.Errorf("opening the database: %w", err)
	}
	return nil
}

// Migrate makes the file, or brings it up to date, while nobody works on its lanes. One that is up to
// date is left alone, whoever works over it.
func Migrate(ctx context.Context, path string, now func() time.Time) error {
	e, err := OpenBeside(ctx, path, now)
	if err != nil {
		e, err = Open(ctx, path, now)
	}
	if err != nil {
		return err
	}
	return e.Close()
}

// open makes and migrates the file, which those who read cannot, and then opens all connections: one that is
// opened when it is first needed may find another file.
func (e *Engine) open(ctx context.Context, path string, now func() time.Time) error {
	if err := refuseMixed(e.path); err != nil {
		return err
	}
	if err := makePrivate(e.path); err != nil {
		return err
	}
	// Transactions of the migrations begin as writers. One that began as a reader and then wrote
	// would get SQLITE_BUSY at once, whatever the busy timeout, if a command wrote meanwhile.
	first, err := open(e.path, 1, e.guard, "_txlock=immediate")
	if err != nil {
		return err
	}
	if err = e.prepare(ctx, path, first); err == nil {
		err = e.connect(ctx)
	}
	if err == nil {
		err = e.beginClock(ctx, now)
	}
	return errors.Join(err, first.Close())
}

// prepare brings the file up to date and has its guard know it.
func (e *Engine) prepare(ctx context.Context, path string, db *sql.DB) (err error) {
	g := e.guard
	if e.hold == nil {
		if err := refuseOther(ctx, e.path, db); err != nil {
			return err
		}
		return g.watch(path)
	}
	if err := migrate(ctx, e.path, db); err != nil {
		return err
	}
	g.database = e.hold.database
	g.before, _ = identityOf(g.database)
	if g.identity, err = identify(ctx, db); err != nil {
		return err
	}
	return g.watch(path)
}

// connect opens the connections. query_only turns a statement that writes past the session into an error.
func (e *Engine) connect(ctx context.Context) (err error) {
	if e.session, err = newSession(e.path, e.guard); err != nil {
		return err
	}
	if e.kept, err = openReaders(e.path, readerCount, e.guard); err != nil {
		return err
	}
	if e.searched, err = openAll(ctx, e.path, searchers, e.guard); err != nil {
		return err
	}
	e.listed, err = openAll(ctx, e.path, listReaders, e.guard)
	return err
}

// Close closes the file, the connection that wrote last: it brings the log into the file, unless that must
// not be. The file's locks go at the very end. What was not opened is nil.
func (e *Engine) Close() error {
	var errs []error
	if e.kept != nil {
		errs = append(errs, e.kept.close())
	}
	for _, pool := range []*sql.DB{e.searched, e.listed} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if e.session != nil {
		errs = append(errs, e.session.end())
	}
	if e.hold != nil {
		errs = append(errs, e.hold.give())
	}
	return errors.Join(errs...)
}

// Session returns the session.
func (e *Engine) Session(context.Context) (engine.Session, error) { return e.session, nil }

// Ping tells whether the database answers. What cannot pass comes first.
func (e *Engine) Ping(ctx context.Context) error {
	if t := e.guard.check(); t != nil {
		return t
	}
	return e.searched.PingContext(ctx)
}

// Query reads by one of the pools.
func (e *Engine) Query(ctx context.Context, by engine.Pool, query string, args []any,
	each func(engine.Row) error) error {
	var err error
	switch by {
	case engine.Searched:
		err = search(ctx, e.searched, query, args, each)
	case engine.Listed:
		err = search(ctx, e.listed, query, args, each)
	default:
		err = e.kept.query(ctx, query, args, each)
	}
	// What is interrupted is so by its context.
	if errors.Is(err, sqlite3.INTERRUPT) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// search runs a text that is not kept.
func search(ctx context.Context, pool *sql.DB, query string, args []any, each func(engine.Row) error) error {
	found, err := pool.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := each(found); err != nil {
			return err
		}
	}
	return found.Err()
}

// Trouble tells what is wrong with the database or its disk by an error of it.
func (e *Engine) Trouble(err error) *fence.Trouble { return troubleOf(err) }
