package move_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/move"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestAPlanChangesNothing(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.world(8, 4)
	url := postgrestest.Database(t)
	for _, step := range []string{"a target without tables", "one that is migrated"} {
		counts, err := store.PlanMove(t.Context(), there.path, url, time.Now)
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		for _, c := range counts {
			if c.Table == "operation" && c.Rows != 4 {
				t.Errorf("%s: %d operations would be moved", step, c.Rows)
			}
		}
		if len(counts) == 0 {
			t.Errorf("%s: nothing would be moved", step)
		}
		if err := postgres.Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	says(t, "the source", starts(t, there.path), "")
}

func TestEachTableIsMovedOrStaysForAReason(t *testing.T) {
	t.Parallel()
	moved, stays := move.Tables()
	path, url := filepath.Join(t.TempDir(), "there.db"), postgrestest.Database(t)
	made(t, path)
	there := map[string]bool{}
	for _, side := range []move.Side{lite(t, path, false), pg(t, url)} {
		tables, err := side.Tables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			there[table.Name] = true
			stay := stays[table.Name] != "" || strings.HasPrefix(table.Name, move.River)
			if !stay && !moved[table.Name] {
				t.Errorf("%s has the table %s, which is neither moved nor stays for a reason", side.Place, table.Name)
			}
		}
		for name := range moved {
			if !there[name] || stays[name] != "" {
				t.Errorf("%s has no table %s, or it both is moved and stays", side.Place, name)
			}
		}
		clear(there)
	}
}

func TestNumbersGoOnBehindWhatWasMoved(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.world(9, 30)
	url := postgrestest.Database(t)
	before := triggers(t, pg(t, url))
	if _, err := store.Move(t.Context(), there.path, url, options); err != nil {
		t.Fatal(err)
	}
	to := pg(t, url)
	if after := triggers(t, to); after != before {
		t.Errorf("triggers are on as %s, and were as %s", after, before)
	}
	err := to.Write(t.Context(), func(l engine.Loading) error {
		_, err := l.Change(`INSERT INTO import_schedule (connection, kind, last_success_at, failures, problem)
			VALUES ('\x01', 'new', 0, 0, '')`, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var seq int64
	err = to.Read(t.Context(), `SELECT seq FROM import_schedule WHERE kind = 'new'`, nil,
		func(r engine.Row) error { return r.Scan(&seq) })
	if err != nil || seq != 29*3+2 {
		t.Errorf("the next number is %d: %v", seq, err)
	}
}

// triggers are all triggers and whether they run.
func triggers(t testing.TB, of move.Side) (all string) {
	t.Helper()
	err := of.Read(t.Context(), `SELECT string_agg(tgrelid::regclass::text || tgname::text || tgenabled::text, ' '
		ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal`, nil, func(r engine.Row) error { return r.Scan(&all) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestATableOfSomebodyElseIsNotLeftBehindUntold(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.exec(`CREATE TABLE notes (id INTEGER PRIMARY KEY)`)
	_, err := store.Move(t.Context(), there.path, postgrestest.Database(t), options)
	if err == nil {
		t.Fatal("it was left behind")
	}
	says(t, "the move", err.Error(), "the table notes in the database that is to be moved is none of Waybill's")
	says(t, "the source", starts(t, there.path), "")
}
