package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/waybill-dev/waybill/internal/fence"
)

// groupSize bounds the writes that share one commit.
const groupSize = 256

// errClosed is what writes get after the writer has stopped.
var errClosed = errors.New("the database is closed")

// writer is the only one who writes. It takes whatever writes are waiting, runs them in one
// transaction, commits once and answers all; so an fsync is shared by as many as wait for
// one, and nobody waits for a timer.
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

// write is one unit that is committed whole or not at all.
type write struct {
	run  func(*tx) error
	done chan error
}

// tx is what a write may use. It remembers whom to wake when it is committed.
type tx struct {
	*writer
	woken []func()
}

// refusal is an error of a write that has changed nothing, so that its group may go on.
type refusal struct{ error }

// Unwrap returns the reason.
func (r refusal) Unwrap() error { return r.error }

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

// hold refuses a write of a lane's runner if a later one has written since.
func (w *writer) hold(c fence.Claim) error {
	if c.Epoch < w.epochs[c.Lane] {
		return refusal{fence.ErrOvertaken}
	}
	if c.Epoch > 0 {
		w.epochs[c.Lane] = c.Epoch
	}
	return nil
}

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

// each runs a query and calls scan for each of its rows.
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
