// Package sqlite keeps everything in one SQLite file: WAL, synchronous FULL, one writer that
// commits in groups, and a few readers. What it answers as stored is on disk.
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

	"github.com/waybill-dev/waybill/internal/fence"
)

// The connections that only read: those for texts that are kept, and those for what is searched, which
// may take long. SQLite reads beside its writer in WAL, but each connection has a page cache of its own.
const (
	readerCount = 4
	searchers   = 2
)

// DB is an open database. It implements the ports of the rooms; what they promise stands there.
// path is where the file lies. read and write are two pools over it. hold is nil for those who work
// beside the service: the file is another's to make and to migrate. wake may be nil. begun tells that there
// was a beat; holds is when the last hold of a chain ends; locks are those of connections.
type DB struct {
	path    string
	read    *sql.DB
	write   *sql.DB
	writer  *writer
	now     func() time.Time
	wake    func(fence.Lane)
	hold    *hold
	begun   atomic.Bool
	holds   atomic.Int64
	locks   keyedLocks
	left    chan struct{}
	readers *readers
	memory  memory
	// lists is a pool for what callers list, each list for listFor.
	lists   *sql.DB
	listFor time.Duration
	// walked is what a list looks at for a window.
	walked int
}

// Open opens the file, making and migrating it as needed, for the one process that may work on its lanes
// until Close or its end. wake, if it is not nil, is told, after the commit, of each lane that was given
// work; it must not block.
func Open(ctx context.Context, path string, now func() time.Time, wake func(fence.Lane)) (*DB, error) {
	place, err := placeOf(path)
	if err != nil {
		return nil, err
	}
	db := &DB{path: place, now: now, wake: wake, left: make(chan struct{}, 1), listFor: listDeadline, walked: walked}
	// Before the file is opened, so that a second service neither migrates it nor turns operations that
	// are being sent to unknown.
	if db.hold, err = take(place); err != nil {
		return nil, err
	}
	if err := db.open(ctx, path); err != nil {
		return nil, errors.Join(explained(place, err), db.release())
	}
	return db, nil
}

// OpenBeside opens a file that is there and of this release, beside a service that may run over it.
// It neither makes nor migrates it.
func OpenBeside(ctx context.Context, path string, now func() time.Time) (*DB, error) {
	place, err := placeOf(path)
	if err != nil {
		return nil, err
	}
	switch _, err := os.Stat(place); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no database %s, and none was made: set WAYBILL_DATABASE_URL to the one that "+
			"is meant, or make it with `waybill migrate`", place)
	case err != nil:
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if err := refuseLost(place); err != nil {
		return nil, err
	}
	db := &DB{path: place, now: now, left: make(chan struct{}, 1), listFor: listDeadline, walked: walked}
	if err := db.open(ctx, path); err != nil {
		return nil, explained(place, err)
	}
	return db, nil
}

// Migrate makes the file, or brings it up to date, while nobody works on its lanes. One that is up to
// date is left alone, whoever works over it.
func Migrate(ctx context.Context, path string, now func() time.Time) error {
	db, err := OpenBeside(ctx, path, now)
	if err != nil {
		db, err = Open(ctx, path, now, nil)
	}
	if err != nil {
		return err
	}
	return db.Close()
}

// open opens the writer first: it makes and migrates the file, which the readers cannot.
func (db *DB) open(ctx context.Context, path string) error {
	if err := refuseMixed(db.path); err != nil {
		return err
	}
	if err := makePrivate(db.path); err != nil {
		return err
	}
	g := &guard{place: db.path}
	// Transactions of the migrations begin as writers. One that began as a reader and then wrote
	// would get SQLITE_BUSY at once, whatever the busy timeout, if a command wrote meanwhile.
	write, err := open(db.path, 1, g, "_txlock=immediate")
	if err != nil {
		return err
	}
	if err := db.prepare(ctx, path, write, g); err != nil {
		return errors.Join(err, write.Close())
	}
	// query_only turns a statement that writes past the writer into an error.
	read, err := openAll(ctx, db.path, searchers, g)
	if err != nil {
		return errors.Join(err, write.Close())
	}
	lists, err := openAll(ctx, db.path, listReaders, g)
	if err != nil {
		return errors.Join(err, read.Close(), write.Close())
	}
	w, err := newWriter(ctx, write, g, &db.memory.told)
	if err != nil {
		return errors.Join(err, lists.Close(), read.Close(), write.Close())
	}
	kept, err := openReaders(db.path, readerCount, g)
	if err != nil {
		w.stop()
		return errors.Join(err, lists.Close(), read.Close(), write.Close())
	}
	db.read, db.lists, db.readers, db.write, db.writer = read, lists, kept, write, w
	holds, err := one(ctx, db, `SELECT coalesce(max(until), 0) FROM chain_hold`, scanOne[int64])
	if err == nil {
		db.memory.seen, err = one(ctx, db, `SELECT coalesce(max(seq), 0) FROM change`, scanOne[int64])
	}
	if err != nil {
		return errors.Join(fmt.Errorf("reading the holds of chains and the last change: %w", err), db.Close())
	}
	db.holdsUntil(holds)
	return nil
}

// prepare brings the file up to date and has its guard know it.
func (db *DB) prepare(ctx context.Context, path string, write *sql.DB, g *guard) (err error) {
	if db.hold == nil {
		if err := refuseOther(ctx, db.path, write); err != nil {
			return err
		}
		return g.watch(path)
	}
	if err := migrate(ctx, db.path, write); err != nil {
		return err
	}
	g.database = db.hold.database
	g.before, _ = identityOf(g.database)
	if g.identity, err = identify(ctx, write); err != nil {
		return err
	}
	return g.watch(path)
}

// Close notes what was written last, waits for the writes under way and closes the file. The writer
// ends before the pools, since what it has taken must still be answered. The file's locks go last.
func (db *DB) Close() error {
	var err error
	if db.hold != nil && db.begun.Load() && db.writer.unbeaten.Load() > 0 {
		if err = db.Beat(context.Background()); db.writer.guard.lost.Load() != nil || errors.Is(err, errClosed) {
			// Whoever wrote was told.
			err = nil
		}
	}
	db.writer.stop()
	return errors.Join(err, db.readers.close(), db.lists.Close(), db.read.Close(), db.write.Close(), db.release())
}

func (db *DB) release() error {
	if db.hold == nil {
		return nil
	}
	return db.hold.give()
}

// Ping tells whether the database answers and takes writes. What cannot pass comes first, then why
// a write failed, until a beat finds that the file can be written.
func (db *DB) Ping(ctx context.Context) error {
	if t := db.writer.guard.check(); t != nil {
		return t
	}
	if t := db.writer.trouble.Load(); t != nil {
		return t
	}
	return db.read.PingContext(ctx)
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
