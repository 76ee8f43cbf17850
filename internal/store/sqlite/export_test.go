package sqlite

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// Reads holds a reading open, as a backup does that takes long, until it is released.
func (db *DB) Reads(t *testing.T) (release func()) {
	t.Helper()
	tx, err := db.read.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), `SELECT count(*) FROM meta`)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// Together has some writes, which start begins, share a commit, and returns what end does.
func (db *DB) Together(n int, start func(), end func() error) error {
	held, release := make(chan struct{}), make(chan struct{})
	blocked := make(chan error, 1)
	go func() {
		blocked <- db.do(context.Background(), func(*tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	start()
	for db.writer.queue.waits() < n {
		runtime.Gosched()
	}
	close(release)
	return errors.Join(<-blocked, end())
}

// Statements counts the statements of the writer but those around each group, and keeps its log from being brought into the file.
func (db *DB) Statements(t *testing.T) func() int64 {
	t.Helper()
	var n atomic.Int64
	err := db.do(t.Context(), func(tx *tx) error {
		count := func(_ sqlite3.TraceEvent, _, text any) error {
			switch text, _ := text.(string); {
			case text == "COMMIT", strings.HasPrefix(text, "BEGIN"), strings.HasPrefix(text, "PRAGMA"):
			default:
				n.Add(1)
			}
			return nil
		}
		tx.conn.WALHook(nil)
		return errors.Join(tx.conn.WALAutoCheckpoint(0), tx.conn.Trace(sqlite3.TRACE_STMT, count))
	})
	if err != nil {
		t.Fatal(err)
	}
	return n.Load
}

// waits counts the writes that wait.
func (q *turns) waits() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, all := range q.waiting {
		n += len(all)
	}
	return n
}

// Readings tells how often each text was read from now on, but for searches.
func (db *DB) Readings(t *testing.T) func() map[string]int {
	t.Helper()
	var mu sync.Mutex
	all := map[string]int{}
	for range db.readers.opened {
		one := <-db.readers.idle
		err := one.Trace(sqlite3.TRACE_STMT, func(_ sqlite3.TraceEvent, _, text any) error {
			mu.Lock()
			defer mu.Unlock()
			all[text.(string)]++
			return nil
		})
		db.readers.idle <- one
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(all)
	}
}

// Kept are the texts of which the readers keep statements.
func (db *DB) Kept() (all []string) {
	for range db.readers.opened {
		one := <-db.readers.idle
		all = slices.AppendSeq(all, maps.Keys(one.stmts))
		db.readers.idle <- one
	}
	return all
}

// WalkAtMost has lists look at so many entries for a window.
func (db *DB) WalkAtMost(n int) { db.walked = n }

// UntilWhen tells until when each query for a list may be read that was read since the last call.
func (db *DB) UntilWhen(t *testing.T) func() []time.Time {
	t.Helper()
	inner, err := (&driver.SQLite{}).OpenConnector(location(db.path, "_pragma=query_only(on)"))
	if err != nil {
		t.Fatal(err)
	}
	var all []time.Time
	if err := db.lists.Close(); err != nil {
		t.Fatal(err)
	}
	db.lists = sql.OpenDB(bounded{inner, &all})
	return func() []time.Time {
		defer func() { all = nil }()
		return all
	}
}

// bounded notes until when each query may be read.
type bounded struct {
	sqldriver.Connector
	all *[]time.Time
}

func (b bounded) Connect(ctx context.Context) (sqldriver.Conn, error) {
	c, err := b.Connector.Connect(ctx)
	return boundedConn{c, b.all}, err
}

type boundedConn struct {
	sqldriver.Conn
	all *[]time.Time
}

func (c boundedConn) PrepareContext(ctx context.Context, query string) (sqldriver.Stmt, error) {
	until, _ := ctx.Deadline()
	*c.all = append(*c.all, until)
	return c.Conn.(sqldriver.ConnPrepareContext).PrepareContext(ctx, query)
}

// HoldLists takes all connections by which lists are read, until they are released.
func (db *DB) HoldLists(t *testing.T) (release func()) {
	t.Helper()
	var held []*sql.Conn
	for range listReaders {
		conn, err := db.lists.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	return func() {
		for _, conn := range held {
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
