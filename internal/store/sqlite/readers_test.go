package sqlite

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

func TestAStatementThatIsKeptIsParsedOnce(t *testing.T) {
	t.Parallel()
	db := opened(t)
	for n := range 5 * readerCount {
		q := fence.Query{Lane: fence.Lane{ID: uuid.New()}, Chains: 1 + n, Depth: 2 + n}
		if _, err := db.Heads(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Deliveries(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	runs := 0
	for range readerCount {
		one := <-db.file.kept.idle
		for text, s := range one.stmts {
			runs += s.Status(sqlite3.STMTSTATUS_RUN, false)
			if again := s.Status(sqlite3.STMTSTATUS_REPREPARE, false); again > 0 {
				t.Errorf("parsed again %d times: %s", again, text)
			}
		}
		db.file.kept.idle <- one
	}
	if runs < 2*5*readerCount {
		t.Errorf("%d runs were seen", runs)
	}
}

func TestAReadingEndsWithItsCallerAndWithTheStore(t *testing.T) {
	t.Parallel()
	e := opened(t).file
	ctx, cancel := context.WithCancel(t.Context())
	for range 3 * readerCount {
		// Whoever gives up in the middle, or panics, leaves the connection as it was.
		func() {
			defer func() { _ = recover() }()
			_ = e.Query(t.Context(), engine.Kept, `SELECT 1 UNION SELECT 2`, nil, func(engine.Row) error { panic("a bug") })
		}()
	}
	for _, by := range []engine.Pool{engine.Kept, engine.Searched, engine.Listed} {
		ctx, cancel := context.WithCancel(ctx)
		err := e.Query(ctx, by, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`, nil,
			func(engine.Row) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a reading without an end by %d ended: %v", by, err)
		}
	}
	cancel()
	if n := column[int](t, e, `SELECT 7`); len(n) != 1 || n[0] != 7 {
		t.Errorf("%v", n)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	err := e.Query(t.Context(), engine.Kept, `SELECT 7`, nil, func(engine.Row) error { return nil })
	if !errors.Is(err, engine.ErrClosed) {
		t.Errorf("after the end of the store: %v", err)
	}
}
