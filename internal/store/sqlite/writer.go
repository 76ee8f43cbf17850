package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// errClosed is what writes get after the writer has stopped.
var errClosed = errors.New("the database is closed")

// writer is the only one who writes. It takes whatever writes are waiting, runs them in one
// transaction, commits once and answers all; so an fsync is shared by as many as wait for one, and
// nobody waits for a timer. conn is one connection for good, because prepared statements belong to
// it.
type writer struct {
	box
	queue *turns
	conn  *sqlite3.Conn
	log   checkpoints
	stmts map[string]*statement
	known known
	// epochs holds the newest claim of each lane that has written. One process works on a file, so
	// they need not outlive it.
	epochs map[fence.Lane]int64

	guard *guard
	// trouble is why a write failed, if that was not the write's own fault; nil once a probe succeeds.
	trouble atomic.Pointer[fence.Trouble]
	// unbeaten counts the rows that were changed since the last beat.
	unbeaten atomic.Int64

	done chan struct{}
}

// newWriter starts the writer's goroutine, which stop ends.
func newWriter(ctx context.Context, db *sql.DB, g *guard) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the writer: %w", err)
	}
	// A second one brings the log into the file.
	db.SetMaxOpenConns(2)
	w := &writer{queue: newTurns(), stmts: map[string]*statement{}, epochs: map[fence.Lane]int64{}, guard: g,
		log: checkpoints{pool: db, guard: g}, done: make(chan struct{})}
	begun := make(chan error, 1)
	go func() {
		defer close(w.done)
		defer conn.Close()
		// The driver's connection is the writer's own as long as this lasts.
		err := conn.Raw(func(c any) error {
			w.conn = c.(driver.Conn).Raw()
			defer w.spare()
			w.log.watch(w.conn)
			err := w.remember()
			if begun <- err; err == nil {
				w.loop()
			}
			return err
		})
		if err != nil {
			begun <- err
		}
	}()
	if err := <-begun; err != nil {
		return nil, fmt.Errorf("opening the writer: %w", err)
	}
	return w, nil
}

func (w *writer) stop() {
	w.queue.close()
	<-w.done
}

// loop writes until nothing more can come.
func (w *writer) loop() {
	for group := w.queue.next(); group != nil; group = w.queue.next() {
		w.commit(group)
	}
	w.log.stop()
	for _, s := range w.stmts {
		s.Close()
	}
}

// spare keeps the end of the last connection, which this is, from writing the log into a file that
// is damaged or no longer the log's own.
func (w *writer) spare() {
	if !w.guard.spoiled() {
		return
	}
	// The option is one that a connection has.
	_, _ = w.conn.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
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
	w.log.follow(w.conn)
}

// try runs a group in one transaction. An error means that nothing of it is stored; refused holds
// the refusals of a group that is. The files are looked at before, since another one's must not be
// written, and again before anybody is answered: then what was committed lies where it is found.
func (w *writer) try(group []*write) (refused []error, woken []func(), err error) {
	t := &tx{writer: w, counts: map[countRow]webhook.Count{}}
	if lost := w.guard.check(); lost != nil {
		return nil, nil, lost
	}
	if _, err := t.run(`BEGIN IMMEDIATE`); err != nil {
		return nil, nil, err
	}
	if err = w.recall(t); err != nil {
		return nil, nil, t.undo(err)
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
		err = t.saveCounts()
	}
	if err == nil {
		_, err = t.run(`COMMIT`)
	}
	if err != nil {
		return nil, nil, t.undo(err)
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

// undo takes a group back after an error of it, and all that was remembered during it.
func (t *tx) undo(err error) error {
	t.known = known{}
	_, undone := t.run(`ROLLBACK`)
	if lost := t.guard.check(); lost != nil {
		return lost
	}
	return errors.Join(err, undone)
}
