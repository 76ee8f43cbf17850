package tables

import (
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// tx is what a write may use. It remembers whom to wake when it is committed. It is shared by all
// writes of a group and must not be used after run has returned.
type tx struct {
	*writer
	// of is the write that runs.
	of    *write
	woken []func()
	// counts are what came of deliveries in the group; they are added to what is stored at its end.
	counts map[countRow]webhook.Count
	// pending are rows that were inserted and are not added yet.
	pending [allInserts]toInsert
}

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
	switch overtaken, err := w.session.Hold(c); {
	case err != nil:
		return err
	case overtaken:
		return refusal{fence.ErrOvertaken}
	}
	return nil
}

// starts forgets what a statement outdates.
func (t *tx) starts(query string) {
	of, there := t.outdates[query]
	if !there {
		of = outdatedBy(query)
		t.outdates[query] = of
	}
	t.known.forget(of)
}

// ready adds what is pending before a statement that may see it runs, and forgets what that outdates. Keys stand for
// themselves.
func (t *tx) ready(query string) error {
	t.starts(query)
	if query == keepText || query == oldKeysText {
		return nil
	}
	return t.inserted()
}

// exec runs a statement whatever it changes. No context goes with it: a caller who gives up must
// not interrupt a transaction that holds the writes of others.
func (t *tx) exec(query string, args ...any) error {
	if err := t.ready(query); err != nil {
		return err
	}
	return t.session.Exec(query, args)
}

// change runs a statement and returns how many rows it changed.
func (t *tx) change(query string, args ...any) (int64, error) {
	if err := t.ready(query); err != nil {
		return 0, err
	}
	return t.session.Change(query, args)
}

// expect is change for a statement that should change one row, and does so nearly always. Nobody waits for its
// answer. If that turns out otherwise the group runs once more, and there this write waits for all of its answers.
func (t *tx) expect(query string, args ...any) (int64, error) {
	if t.of.doubted {
		return t.change(query, args...)
	}
	if err := t.ready(query); err != nil {
		return 0, err
	}
	return t.session.Expect(query, args, t.of.doubt)
}

// rows reads all rows of a query within the transaction.
func rows[T any](t *tx, query string, scan reading[T], args ...any) ([]T, error) {
	var all []T
	err := t.each(query, func(r engine.Row) error {
		one, err := scan(r)
		all = append(all, one)
		return err
	}, args...)
	return all, err
}

// there tells whether a query has a row.
func (t *tx) there(query string, args ...any) (bool, error) {
	found := false
	err := t.each(query, func(engine.Row) error { found = true; return nil }, args...)
	return found, err
}

// each runs a query and calls scan for each of its rows. scan must run no statement.
func (t *tx) each(query string, scan func(engine.Row) error, args ...any) error {
	if err := t.ready(query); err != nil {
		return err
	}
	return t.session.Query(query, args, scan)
}
