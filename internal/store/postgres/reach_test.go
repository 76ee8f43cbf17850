package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// newer makes the tables those of a newer release, whose migrations let releases go on from the versions that are
// given; 0 for one that says nothing.
func newer(t *testing.T, url string, from ...int64) (newest int64) {
	t.Helper()
	all := known(t, url)
	newest = all[len(all)-1].Version
	db := openedBy(t, "pgx", url)
	for i, from := range from {
		_, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, true)`,
			newest+int64(i)+1)
		if err == nil && from > 0 {
			_, err = db.ExecContext(t.Context(), `INSERT INTO release_reach VALUES ($1, $2)`, newest+int64(i)+1, from)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return newest
}

func TestAReleaseGoesOnOverNewerTablesThatSaySo(t *testing.T) {
	t.Parallel()
	postgrestest.EachVersion(t, func(t *testing.T, s *postgrestest.Server) {
		url := s.Migrated(t, postgres.Migrate)
		n := newer(t, url, 1, 2)
		// River's are older releases' as well.
		if _, err := openedBy(t, "pgx", url).ExecContext(t.Context(), `INSERT INTO river_migration (line, version) VALUES ('main', 99)`); err != nil {
			t.Fatal(err)
		}
		before := known(t, url)
		var all errgroup.Group
		for range 3 {
			all.Go(func() error { return postgres.Migrate(t.Context(), url) })
		}
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
		e, err := postgres.OpenBeside(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		after := known(t, url)
		if last := after[len(after)-1]; len(after) != len(before) || last.Version != n+2 || last.Name != "" || last.AppliedAt.IsZero() {
			t.Errorf("before there were %v, and after %v", before, after)
		}
	})
}

func TestAReleaseRefusesNewerTablesOfWhichOneMigrationDoesNotLetItGoOn(t *testing.T) {
	t.Parallel()
	for name, from := range map[string][]int64{"the last": {1, 0}, "an earlier one": {0, 1}, "one that lets newer ones": {99, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := postgrestest.Migrated(t, postgres.Migrate)
			n := newer(t, url, from...)
			told, err := postgres.Status(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{postgres.Migrate(t.Context(), url), told.Unfit} {
				refused(t, err, fmt.Sprint("of version ", n+2), fmt.Sprint("up to ", n), "run the newer release", "nothing was changed")
			}
		})
	}
}

func TestAReleaseStartsWhileANewerOneMigrates(t *testing.T) {
	t.Parallel()
	url := postgrestest.Migrated(t, postgres.Migrate)
	newer(t, url, 1)
	db := openedBy(t, "pgx", url)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(),
		`SELECT pg_advisory_xact_lock(hashtextextended('waybill migrates ' || current_schema(), 0))`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), url); err != nil {
		t.Error(err)
	}
}

func TestWhatAMigrationSaysOfReleasesIsNotedForOlderOnes(t *testing.T) {
	t.Parallel()
	url := postgrestest.Migrated(t, postgres.Migrate)
	want := ""
	for _, m := range migrationFiles(t) {
		if m.from > 0 {
			want += fmt.Sprintln(m.version, "|", m.from)
		}
	}
	got := told(t, openedBy(t, "pgx", url), `SELECT version, releases_from FROM release_reach ORDER BY 1`)
	if text := strings.Join(append(got, ""), "\n"); text != want {
		t.Errorf("noted are\n%s\nand the migrations say\n%s", text, want)
	}
}
