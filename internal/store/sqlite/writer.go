package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

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
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan *write
	// epochs holds the newest claim of each lane that has written. One process works on a file, so
	// they need not outlive it.
	epochs map[fence.Lane]int64

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

// tx is what a write may use. It remembers whom to wake when it is committed. It is shared by all
// writes of a group and must not be used after run has returned.
type tx struct {
	*writer
	woken []func()
}

// refusal is an error of a write that has changed nothing, so that its group may go on. Whoever
// returns one must do so before its first change: the group commits, and nothing takes back what a
// refused write has done.
type refusal struct{ error }

// Unwrap returns the reason.
func (r refusal) Unwrap() error { return r.error }

// newWriter starts the writer's goroutine, which stop ends.
func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the writer: %w", err)
	}
	w := &writer{conn: conn, stmts: map[string]*sql.Stmt{}, epochs: map[fence.Lane]int64{}, queue: make(chan *write, groupSize), done: make(chan struct{})}
	go w.loop()
	return w, nil
}

// do runs a write and returns when it is on disk. If ctx ends first, the write may still be
// committed. run may be called twice and must not keep anything from the first call.
func (db *DB) do(ctx context.Context, run func(*tx) error) error {
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
// the refusals of a group that is.
func (w *writer) try(group []*write) (refused []error, woken []func(), err error) {
	t := &tx{writer: w}
	if err := t.exec(`BEGIN IMMEDIATE`); err != nil {
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
		err = t.exec(`COMMIT`)
	}
	if err != nil {
		return nil, nil, errors.Join(err, t.exec(`ROLLBACK`))
	}
	return refused, t.woken, nil
}

// hold refuses a write of a lane's runner if a later one has written since. It is asked within the
// write, where no later claim can come between the question and the change. The zero claim of
// those who work outside of lanes always passes.
func (w *writer) hold(c fence.Claim) error {
	if c.Epoch < w.epochs[c.Lane] {
		return refusal{fence.ErrOvertaken}
	}
	if c.Epoch > 0 {
		w.epochs[c.Lane] = c.Epoch
	}
	return nil
}

// stmt prepares each text once and keeps it, so texts must not hold values.
func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("preparing a statement: %w", err)
	}
	w.stmts[query] = s
	return s, nil
}

// exec runs a statement whatever it changes. No context goes with it: a caller who gives up must
// not interrupt a transaction that holds the writes of others.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.change(query, args...)
	return err
}

// change runs a statement and returns how many rows it changed.
func (t *tx) change(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// rows reads all rows of a query within the transaction.
func rows[T any](t *tx, query string, scan func(scanner) (T, error), args ...any) ([]T, error) {
	var all []T
	err := t.each(query, func(r *sql.Rows) error {
		one, err := scan(r)
		all = append(all, one)
		return err
	}, args...)
	return all, err
}

// there tells whether a query has a row.
func (t *tx) there(query string, args ...any) (bool, error) {
	found := false
	err := t.each(query, func(*sql.Rows) error { found = true; return nil }, args...)
	return found, err
}

// each runs a query and calls scan for each of its rows. The rows are closed when it returns, as a
// statement can have one result open at a time.
func (t *tx) each(query string, scan func(*sql.Rows) error, args ...any) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	found, err := s.Query(args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := scan(found); err != nil {
			return err
		}
	}
	return found.Err()
}
