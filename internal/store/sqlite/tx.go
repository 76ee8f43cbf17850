package sqlite

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// tx is what a write may use. It remembers whom to wake when it is committed. It is shared by all
// writes of a group and must not be used after run has returned.
type tx struct {
	*writer
	woken []func()
	// changed counts the rows that were changed, since the beat if there is one among the writes.
	changed int64
	beaten  bool
	// counts are what came of deliveries in the group; they are added to what is stored at its end.
	counts map[countRow]webhook.Count
}

// beats says that the write is a beat, which stands for itself and what was written before it.
func (t *tx) beats() { t.changed, t.beaten = 0, true }

// refusal is an error of a write that has changed nothing, so that its group may go on. Whoever
// returns one must do so before its first change: the group commits, and nothing takes back what a
// refused write has done.
type refusal struct{ error }

// Unwrap returns the reason.
func (r refusal) Unwrap() error { return r.error }

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
func (w *writer) stmt(query string) (*statement, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	w.known.changes = 0
	s, _, err := w.conn.PrepareFlags(query, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, fmt.Errorf("preparing a statement: %w", err)
	}
	w.stmts[query] = &statement{Stmt: s, outdates: w.known.changes}
	return w.stmts[query], nil
}

// start gives a statement its arguments.
func (t *tx) start(query string, args []any) (*statement, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	t.known.forget(s.outdates)
	return s, s.bind(args)
}

// exec runs a statement whatever it changes. No context goes with it: a caller who gives up must
// not interrupt a transaction that holds the writes of others.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.change(query, args...)
	return err
}

// change runs a statement and returns how many rows it changed.
func (t *tx) change(query string, args ...any) (int64, error) {
	n, err := t.run(query, args...)
	t.changed += n
	return n, err
}

// run is change for statements that begin or end the transaction. What it returns for them is that
// of the last statement which could change a row.
func (t *tx) run(query string, args ...any) (int64, error) {
	s, err := t.start(query, args)
	if err != nil {
		return 0, err
	}
	if err := s.Exec(); err != nil {
		return 0, err
	}
	return t.conn.Changes(), nil
}

// rows reads all rows of a query within the transaction.
func rows[T any](t *tx, query string, scan func(scanner) (T, error), args ...any) ([]T, error) {
	var all []T
	err := t.each(query, func(r row) error {
		one, err := scan(r)
		all = append(all, one)
		return err
	}, args...)
	return all, err
}

// there tells whether a query has a row.
func (t *tx) there(query string, args ...any) (bool, error) {
	found := false
	err := t.each(query, func(row) error { found = true; return nil }, args...)
	return found, err
}

// each runs a query and calls scan for each of its rows. scan must not run the same text.
func (t *tx) each(query string, scan func(row) error, args ...any) error {
	s, err := t.start(query, args)
	if err != nil {
		return err
	}
	for s.Step() {
		if err := scan(row{s.Stmt}); err != nil {
			return errors.Join(err, s.Reset())
		}
	}
	err = s.Err()
	return cmp.Or(err, s.Reset())
}
