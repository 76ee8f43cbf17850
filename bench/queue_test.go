package main

import (
	"testing"
)

// What is queued, and what hung before it, is sent long after, maybe while something else is measured: one text for
// two of them would count as one write that came twice.
func TestEachQueuedWriteHasATextOfItsOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	f := small(t)
	w, err := f.start(t.Context(), "queued", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.queueOne(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if err := w.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.queueOne(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	db, err := f.reading(w.Database())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all, texts int
	const count = `SELECT count(*), count(DISTINCT payload) FROM operation`
	if err := db.QueryRowContext(t.Context(), count).Scan(&all, &texts); err != nil {
		t.Fatal(err)
	}
	if all != 4 || texts != all {
		t.Errorf("%d writes have %d texts", all, texts)
	}
}
