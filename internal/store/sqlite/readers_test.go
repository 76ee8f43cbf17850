package sqlite

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
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
		one := <-db.readers.idle
		for text, s := range one.stmts {
			runs += s.Status(sqlite3.STMTSTATUS_RUN, false)
			if again := s.Status(sqlite3.STMTSTATUS_REPREPARE, false); again > 0 {
				t.Errorf("parsed again %d times: %s", again, text)
			}
		}
		db.readers.idle <- one
	}
	if runs < 2*5*readerCount {
		t.Errorf("%d runs were seen", runs)
	}
}

func TestAReadingEndsWithItsCallerAndWithTheStore(t *testing.T) {
	t.Parallel()
	db := opened(t)
	ctx, cancel := context.WithCancel(t.Context())
	for range 3 * readerCount {
		// Whoever gives up in the middle, or panics, leaves the connection as it was.
		func() {
			defer func() { _ = recover() }()
			_, _ = list(t.Context(), db, `SELECT 1 UNION SELECT 2`, func(scanner) (int, error) { panic("a bug") })
		}()
	}
	_, err := list(ctx, db, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`,
		func(row scanner) (int, error) { cancel(); return scanOne[int](row) })
	if err == nil {
		t.Error("a reading without an end ended")
	}
	if n, err := one(t.Context(), db, `SELECT 7`, scanOne[int]); n != 7 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if _, err := one(t.Context(), db, `SELECT 7`, scanOne[int]); !errors.Is(err, errClosed) {
		t.Errorf("after the end of the store: %v", err)
	}
}
