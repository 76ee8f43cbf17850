package tables

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
)

// opened is a database of its own.
func opened(t *testing.T) *DB {
	t.Helper()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, func(fence.Lane) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// connect stores a fleet with a connection.
func (db *DB) connect(t *testing.T) connection.Connection {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	c := connection.Connection{ID: uuid.New(), Fleet: uuid.New(), TSP: "acme", Status: connection.Active, Sealed: []byte("s"), CreatedAt: now, UpdatedAt: now}
	err := db.InsertClient(t.Context(), access.Client{ID: "c", Fleet: access.Fleet{ID: c.Fleet}})
	if err == nil {
		err = db.InsertConnection(t.Context(), connection.Change{To: c})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNobodyIsAnsweredFromBeforeAChangeThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	db := opened(t)
	c := db.connect(t)
	id := c.ID
	var acknowledged atomic.Int64
	var all sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				// One may be as old as it likes, as far as others' changes go, and the next must be new.
				least, at := acknowledged.Load(), time.Now().Add(-time.Duration(i%2)*time.Hour)
				got, err := db.Connection(fence.AsOf(context.Background(), at), id)
				var n int64
				if got.Description != "" {
					_, _ = fmt.Sscan(got.Description, &n)
				}
				if err != nil || n < least {
					t.Errorf("change %d was acknowledged, and read was %d: %v", least, n, err)
					return
				}
			}
		})
	}
	for n := int64(1); n <= 200; n++ {
		to := c
		to.Description, to.UpdatedAt = fmt.Sprint(n), c.UpdatedAt.Add(time.Microsecond)
		if err := db.ChangeConnection(t.Context(), connection.Change{From: c, To: to}); err != nil {
			t.Error(err)
			break
		}
		c = to
		acknowledged.Store(n)
	}
	close(stop)
	all.Wait()
}

func TestWhatIsRememberedIsReadOnce(t *testing.T) {
	t.Parallel()
	db := opened(t)
	c := db.connect(t)
	lately := func() context.Context { return fence.AsOf(t.Context(), time.Now().Add(-time.Hour)) }
	readings, last := db.Readings(), 0
	read := func(ctx context.Context) int {
		t.Helper()
		if _, err := db.Connection(ctx, c.ID); err != nil {
			t.Fatal(err)
		}
		all, before := 0, last
		for _, n := range readings() {
			all += n
		}
		last = all
		return all - before
	}
	// The log and the row, for the connection was just made; then nothing; of now, the log; and without
	// fence.AsOf the row.
	got := []int{read(lately()), read(lately()), read(fence.AsOf(t.Context(), time.Now())), read(lately()), read(t.Context())}
	if !slices.Equal(got, []int{2, 0, 1, 0, 1}) {
		t.Errorf("readings: %v", got)
	}
}

func TestWhatWasLoggedAndDeletedUnreadIsForgotten(t *testing.T) {
	t.Parallel()
	db := opened(t)
	c := db.connect(t)
	ctx := func() context.Context { return fence.AsOf(t.Context(), time.Now()) }
	if _, err := db.Connection(ctx(), c.ID); err != nil {
		t.Fatal(err)
	}
	err := db.do(t.Context(), func(tx *tx) error {
		if err := tx.exec(`UPDATE connection SET description = 'new' WHERE id = ?1`, c.ID[:]); err != nil {
			return err
		}
		return tx.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
			INSERT INTO change (thing, a) SELECT 'other', i FROM n`)
	})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := one(t.Context(), db, `SELECT count(*) FROM change`, scanOne[int])
	if err != nil || kept > 11_000 {
		t.Errorf("%d changes are kept: %v", kept, err)
	}
	if got, err := db.Connection(ctx(), c.ID); err != nil || got.Description != "new" {
		t.Errorf("read was %q, %v", got.Description, err)
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	var m memory
	one := connection.Connection{Sealed: make([]byte, 9_000)}
	for i := range 5 * generation / weight(one) {
		of := named{"token", fmt.Sprint(i), ""}
		m.put(of, one, 0)
		// What is asked for again and again stays.
		if _, _, ok := m.get(named{"token", "0", ""}); !ok {
			t.Fatalf("the one in use was forgotten after %d others", i)
		}
	}
	if n := len(m.young) + len(m.old); n > 2*generation/weight(one)+2 {
		t.Errorf("%d are remembered", n)
	}
}

// TestEachColumnThatIsRememberedIsLogged fails where a migration adds a column to such a table and no
// trigger tells of its changes.
func TestEachColumnThatIsRememberedIsLogged(t *testing.T) {
	t.Parallel()
	db := opened(t)
	db.connect(t)
	// What is never changed, what nobody is answered from memory, and what changes with updated_at alone, as a pause does.
	apart := map[string][]string{
		"subscription": {"created_at", "sequence", "judged_from", "success", "counted", "failed_in_row", "pause"},
		"receiver":     {"filed", "swept"},
	}
	stored := []string{`INSERT INTO partner (id, name) VALUES (x'02', 'p')`,
		`INSERT INTO share_grant VALUES (x'01', x'02', (SELECT id FROM fleet), 'r', 'active', '{}', 0, 0, 1, 1)`,
		`INSERT INTO revocation VALUES ('t', 1)`, `INSERT INTO client_secret VALUES ('c', 's', x'00', 1, 1)`,
		`INSERT INTO subscription (id, partner, url, event_name, filters, sealed, status, created_at, updated_at, url_key)
			VALUES (x'01', x'02', 'u', 'n', '', x'03', 'active', 1, 1, x'04')`,
		`INSERT INTO record VALUES (1, x'01', 'driver', x'02', 't', 'a', 'c', 's', 0, 0, x'03', 0, 0, 0, 0, 0, 0, 0, 'h', '{}', '{}', '{}', x'04')`}
	for _, table := range []string{"connection", "share_grant", "client", "client_secret", "subscription", "receiver", "record"} {
		columns, err := list(t.Context(), db, `SELECT name FROM pragma_table_info('`+table+`') WHERE pk = 0`, scanOne[string])
		if err != nil || len(columns) == 0 {
			t.Fatal(table, err)
		}
		for _, column := range columns {
			if slices.Contains(apart[table], column) {
				continue
			}
			logged := false
			err := db.do(t.Context(), func(tx *tx) error {
				for _, s := range append([]string{`PRAGMA ignore_check_constraints = on`, `PRAGMA defer_foreign_keys = on`}, stored...) {
					if err := tx.exec(s); err != nil {
						return err
					}
				}
				before, err := rows(tx, `SELECT count(*) FROM change`, scanOne[int])
				if err != nil {
					return err
				}
				err = tx.exec(`UPDATE ` + table + ` SET ` + column + ` = CASE typeof(` + column + `) WHEN 'blob' THEN randomblob(16)
					WHEN 'integer' THEN ` + column + ` + 1 WHEN 'null' THEN x'07' ELSE ` + column + ` || 'x' END`)
				after, failed := rows(tx, `SELECT count(*) FROM change`, scanOne[int])
				logged = failed == nil && after[0] > before[0]
				return errors.Join(err, errUndone)
			})
			if !logged || err.Error() != errUndone.Error() {
				t.Errorf("a change of %s.%s is not logged: %v", table, column, err)
			}
		}
	}
}
