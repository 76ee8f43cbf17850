package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/fence"
)

// groupSize bounds the writes that share one commit. One that fails is run again write by write,
// so the bound also bounds what one mistake costs.
const groupSize = 256

// errClosed is what writes get after the writer has stopped.
var errClosed = errors.New("the database is closed")

// writer is the only one who writes. It takes whatever writes are waiting, runs them in one
// transaction, commits once and answers all; so an fsync is shared by as many as wait for one, and
// nobody waits for a timer. conn is one connection for good, because prepared statements belong to
// it. mu guards closed against a write that is about to be queued.
type writer struct {
	box
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan *write
	// epochs holds the newest claim of each lane that has written. One process works on a file, so
	// they need not outlive it.
	epochs map[fence.Lane]int64

	guard *guard
	// watch is told what reading and writing cost; it may be nil.
	watch Watch
	// trouble is why a write failed, if that was not the write's own fault; nil once a probe succeeds.
	trouble atomic.Pointer[fence.Trouble]
	// unbeaten counts the rows that were changed since the last beat.
	unbeaten atomic.Int64

	mu     sync.RWMutex
	closed bool
	done   chan struct{}
}

// write is one unit that is committed whole or not at all. done has room for its answer, so that
// the writer never waits for a caller who has gone.
type write struct {
	run  func(*tx) error
	done chan error
}

// newWriter starts the writer's goroutine, which stop ends.
func newWriter(ctx context.Context, db *sql.DB, g *guard) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the writer: %w", err)
	}
	w := &writer{conn: conn, stmts: map[string]*sql.Stmt{}, epochs: map[fence.Lane]int64{}, guard: g,
		queue: make(chan *write, groupSize), done: make(chan struct{})}
	go w.loop()
	return w, nil
}

// do runs a write and returns when it is on disk. If ctx ends first, the write may still be
// committed. run may be called twice and must not keep anything from the first call.
func (db *DB) do(ctx context.Context, run func(*tx) error) error {
	defer db.writer.wrote(time.Now())
	w := &write{run: run, done: make(chan error, 1)}
	// Held until the write is queued, so that stop cannot close the queue under it.
	db.writer.mu.RLock()
	if db.writer.closed {
		db.writer.mu.RUnlock()
		return errClosed
	}
	select {
	case db.writer.queue <- w:
		db.writer.mu.RUnlock()
	case <-ctx.Done():
		db.writer.mu.RUnlock()
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		var r refusal
		if errors.As(err, &r) {
			return r.error
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// give is do for a write that has something to tell, which is told only where do has seen its end: the
// writer is still at a write that its caller has stopped waiting for.
func give[T any](ctx context.Context, db *DB, run func(*tx) (T, error)) (T, error) {
	var made, none T
	err := db.do(ctx, func(tx *tx) (err error) {
		made, err = run(tx)
		return err
	})
	if err != nil {
		return none, err
	}
	return made, nil
}

func (w *writer) stop() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
}

// loop takes what is there without waiting for more: while a group is committed the next one
// gathers.
func (w *writer) loop() {
	defer close(w.done)
	defer w.conn.Close()
	defer w.spare()
	defer func() {
		for _, s := range w.stmts {
			s.Close()
		}
	}()
	for first := range w.queue {
		group := []*write{first}
	more:
		for len(group) < groupSize {
			select {
			case next, ok := <-w.queue:
				if !ok {
					break more
				}
				group = append(group, next)
			default:
				break more
			}
		}
		w.commit(group)
	}
}

// spare keeps the end of the last connection, which this is, from writing the log into a file that
// is damaged or no longer the log's own.
func (w *writer) spare() {
	if !w.guard.spoiled() {
		return
	}
	// The kind of the connection is known, and the option is one that it has.
	_ = w.conn.Raw(func(c any) error {
		_, err := c.(driver.Conn).Raw().Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
		return err
	})
}

// commit runs a group in one transaction. If one of its writes fails, all are rolled back
// and each is run again on its own, so that nobody suffers for another's mistake.
func (w *writer) commit(group []*write) {
	errs, woken, err := w.try(group)
	if err != nil && len(group) > 1 {
		for _, one := range group {
			w.commit([]*write{one})
		}
		return
	}
	if t := troubleOf(err); t != nil {
		w.trouble.Store(t)
		err = t
	}
	for i, one := range group {
		if err != nil {
			one.done <- err
		} else {
			one.done <- errs[i]
		}
	}
	for _, wake := range woken {
		wake()
	}
}

// try runs a group in one transaction. An error means that nothing of it is stored; refused holds
// the refusals of a group that is. The files are looked at before, since another one's must not be
// written, and again before anybody is answered: then what was committed lies where it is found.
func (w *writer) try(group []*write) (refused []error, woken []func(), err error) {
	defer w.wasCommitted(len(group), time.Now())
	t := &tx{writer: w}
	if lost := w.guard.check(); lost != nil {
		return nil, nil, lost
	}
	if _, err := t.run(`BEGIN IMMEDIATE`); err != nil {
		return nil, nil, err
	}
	refused = make([]error, len(group))
	for i, one := range group {
		err = one.run(t)
		var r refusal
		if errors.As(err, &r) {
			refused[i], err = err, nil
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		_, err = t.run(`COMMIT`)
	}
	if err != nil {
		_, undone := t.run(`ROLLBACK`)
		if lost := w.guard.check(); lost != nil {
			return nil, nil, lost
		}
		return nil, nil, errors.Join(err, undone)
	}
	if lost := w.guard.check(); lost != nil {
		return nil, nil, lost
	}
	w.committed(t)
	return refused, t.woken, nil
}

// committed takes note of a group.
func (w *writer) committed(t *tx) {
	if t.beaten {
		w.unbeaten.Store(0)
	}
	w.unbeaten.Add(t.changed)
}
