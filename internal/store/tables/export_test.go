package tables

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// OpenFile opens a SQLite file.
func OpenFile(ctx context.Context, path string, now func() time.Time, wake func(fence.Lane)) (*DB, error) {
	over, err := sqlite.Open(ctx, path, now)
	if err != nil {
		return nil, err
	}
	return Open(ctx, over, now, wake)
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

// tallied is a session that counts its statements, and for how many answers was waited, and never rests.
type tallied struct {
	engine.Session
	n, waits *atomic.Int64
}

func (c tallied) Exec(query string, args []any) error {
	c.n.Add(1)
	return c.Session.Exec(query, args)
}

func (c tallied) Change(query string, args []any) (int64, error) {
	c.n.Add(1)
	c.waits.Add(1)
	return c.Session.Change(query, args)
}

func (c tallied) Expect(query string, args []any, unmet func()) (int64, error) {
	c.n.Add(1)
	return c.Session.Expect(query, args, unmet)
}

func (c tallied) Query(query string, args []any, each func(engine.Row) error) error {
	c.n.Add(1)
	c.waits.Add(1)
	return c.Session.Query(query, args, each)
}

func (tallied) Rest() {}

// Statements counts the statements of the writer but those around each group, and keeps its log from being
// brought into the file. waits counts those whose answers a database must give before the next one.
func (db *DB) Statements(t *testing.T) (statements, waits func() int64) {
	t.Helper()
	var n, waited atomic.Int64
	err := db.do(t.Context(), func(tx *tx) error {
		tx.session = tallied{tx.session, &n, &waited}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n.Load, waited.Load
}

// waits counts the writes that wait.
func (q *turns) waits() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, all := range q.waiting {
		n += all.length
	}
	return n
}

// overheard is a database of which it is heard what it is asked.
type overheard struct {
	engine.Database
	hears func(ctx context.Context, by engine.Pool, query string)
}

func (o overheard) Query(ctx context.Context, by engine.Pool, query string, args []any,
	each func(engine.Row) error) error {
	o.hears(ctx, by, query)
	return o.Database.Query(ctx, by, query, args, each)
}

// Readings tells how often each text was read from now on, but for searches. Nobody may read at this moment.
func (db *DB) Readings() func() map[string]int {
	var mu sync.Mutex
	all := map[string]int{}
	db.database = overheard{db.database, func(_ context.Context, by engine.Pool, query string) {
		mu.Lock()
		defer mu.Unlock()
		if by == engine.Kept {
			all[query]++
		}
	}}
	return func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(all)
	}
}

// OutdatedBy and ChangedBy are what of the writer's memory is outdated by a text, and by a change of a column.
func OutdatedBy(text string) uint8         { return uint8(outdatedBy(text)) }
func ChangedBy(table, column string) uint8 { return uint8(changedBy(table, column)) }

// WalkAtMost has lists look at so many entries for a window.
func (db *DB) WalkAtMost(n int) { db.walked = n }

// UntilWhen tells until when each query for a list may be read that was read since the last call.
func (db *DB) UntilWhen() func() []time.Time {
	var all []time.Time
	db.database = overheard{db.database, func(ctx context.Context, by engine.Pool, _ string) {
		if by == engine.Listed {
			until, _ := ctx.Deadline()
			all = append(all, until)
		}
	}}
	return func() []time.Time {
		defer func() { all = nil }()
		return slices.Clone(all)
	}
}

// HoldLists takes all connections by which lists are read, until they are released.
func (db *DB) HoldLists(t *testing.T) (release func()) {
	t.Helper()
	// As many as a SQLite file has.
	const listReaders = 2
	held, released := make(chan struct{}), make(chan struct{})
	ended := make(chan error, listReaders)
	for range listReaders {
		go func() {
			ended <- db.database.Query(context.Background(), engine.Listed, `SELECT 1`, nil, func(engine.Row) error {
				held <- struct{}{}
				<-released
				return nil
			})
		}()
		<-held
	}
	return func() {
		close(released)
		for range listReaders {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
}
