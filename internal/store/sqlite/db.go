// Package sqlite keeps everything in one SQLite file: WAL, synchronous FULL, one writer that
// commits in groups, and a few readers. What it answers as stored is on disk.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	// The driver registers itself as "sqlite3"; it is SQLite in pure Go.
	_ "github.com/ncruces/go-sqlite3/driver"
	"github.com/pressly/goose/v3"

	"github.com/waybill-dev/waybill/internal/fence"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers bounds the connections that only read. SQLite reads beside its writer in WAL, but each
// connection has a page cache of its own.
const readers = 4

// DB is an open database. It implements the ports of the rooms; what they promise stands there.
// read and write are two pools over one file. wake is nil for those who work beside the service.
// unlock gives back the file that guards the lanes and may be called more than once; locks are
// those of connections.
type DB struct {
	read   *sql.DB
	write  *sql.DB
	writer *writer
	now    func() time.Time
	wake   func(fence.Lane)
	unlock func() error
	locks  keyedLocks
}

// Open opens the file, making and migrating it as needed. wake is told, after the commit, of
// each lane that was given work; it must not block. Whoever gives one works on the lanes, which
// one process alone may do until Close or its end; those who give none work beside it.
func Open(ctx context.Context, path string, now func() time.Time, wake func(fence.Lane)) (*DB, error) {
	unlock := func() error { return nil }
	if wake != nil {
		var err error
		// Before the file is opened, so that a second service neither migrates it nor turns
		// operations that are being sent to unknown.
		if unlock, err = lock(path); err != nil {
			return nil, err
		}
	}
	db, err := openFile(ctx, path)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	db.now, db.wake, db.unlock = now, wake, sync.OnceValue(unlock)
	return db, nil
}

// openFile opens the writer first: it makes and migrates the file, which the readers cannot.
func openFile(ctx context.Context, path string) (*DB, error) {
	// Transactions of the migrations begin as writers. One that began as a reader and then wrote
	// would get SQLITE_BUSY at once, whatever the busy timeout, if a command wrote meanwhile.
	write, err := open(path, 1, "_txlock", "immediate")
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, write); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	// query_only turns a statement that writes past the writer into an error.
	read, err := open(path, readers, "_pragma", "query_only(on)")
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	w, err := newWriter(ctx, write)
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	return &DB{read: read, write: write, writer: w}, nil
}

// open makes a pool of connections with one more option of the driver. The ten seconds of
// busy_timeout are for commands that write beside the service. synchronous(full) is what makes
// "answered" mean "on disk": in WAL, normal may lose the last commits with the power. cache_size
// is 16 MiB for each connection.
func open(path string, conns int, option ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the database file: %w", err)
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)",
		"foreign_keys(on)", "cache_size(-16384)"}}
	q.Add(option[0], option[1])
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	db.SetMaxOpenConns(conns)
	// As many as may be open, because a new connection would read the schema and warm its cache
	// again.
	db.SetMaxIdleConns(conns)
	return db, nil
}

// migrate brings the tables up to date. They only go up: an older release does not run over newer
// tables.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return fmt.Errorf("preparing migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}

// Close waits for the writes under way and closes the file. The writer ends first, since what it
// has taken must still be answered. The file's lock goes last.
func (db *DB) Close() error {
	db.writer.stop()
	return errors.Join(db.read.Close(), db.write.Close(), db.unlock())
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

// Meta returns a small named value, nil if there is none.
func (db *DB) Meta(ctx context.Context, name string) ([]byte, error) {
	var value []byte
	err := db.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = ?1`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}

// SetMeta keeps a small named value; nil removes it.
func (db *DB) SetMeta(ctx context.Context, name string, value []byte) error {
	return db.do(ctx, func(tx *tx) error {
		if value == nil {
			return tx.exec(`DELETE FROM meta WHERE name = ?1`, name)
		}
		return tx.exec(`INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2`, name, value)
	})
}

// MetaOr keeps a value under a name that has none, and returns what is kept. Reading in the same
// write is what makes all who race get one value.
func (db *DB) MetaOr(ctx context.Context, name string, value []byte) (kept []byte, err error) {
	err = db.do(ctx, func(tx *tx) error {
		if err := tx.exec(`INSERT OR IGNORE INTO meta (name, value) VALUES (?1, ?2)`, name, value); err != nil {
			return err
		}
		return tx.each(`SELECT value FROM meta WHERE name = ?1`, func(r *sql.Rows) error { return r.Scan(&kept) }, name)
	})
	return kept, err
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
