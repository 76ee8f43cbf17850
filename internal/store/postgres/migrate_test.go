package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestTablesAreMadeOnceHoweverManyMakeThem(t *testing.T) {
	t.Parallel()
	postgrestest.EachVersion(t, func(t *testing.T, s *postgrestest.Server) {
		url := s.Database(t)
		var all errgroup.Group
		for range 4 {
			all.Go(func() error { return postgres.Migrate(t.Context(), url) })
		}
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
		if err := postgres.Migrate(t.Context(), url); err != nil {
			t.Errorf("another time: %v", err)
		}
		got := told(t, openedBy(t, "pgx", url), `SELECT version_id, count(*) FROM goose_db_version
			WHERE version_id > 0 GROUP BY 1 ORDER BY 1`)
		var want []string
		for _, m := range known(t, url) {
			want = append(want, fmt.Sprint(m.Version, " | 1"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("migrations that were noted:\n%s", diff)
		}
	})
}

func TestStatusTellsWhatWasDoneAndWhatIsToDo(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	for _, applied := range []bool{false, true} {
		all := known(t, url)
		if len(all) < 3 || all[0].Version != 1 || all[0].Name != "00001_first.sql" {
			t.Errorf("it tells %v", all)
		}
		for _, m := range all {
			if m.AppliedAt.IsZero() == applied {
				t.Errorf("applied: %v, and it tells %v", applied, m)
			}
		}
		if err := postgres.Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
}

// known are the migrations that this release knows.
func known(t *testing.T, url string) []engine.Migration {
	t.Helper()
	of, err := postgres.Status(t.Context(), url)
	if err = errors.Join(err, of.Unfit); err != nil || len(of.Migrations) == 0 {
		t.Fatalf("%d migrations: %v", len(of.Migrations), err)
	}
	return of.Migrations
}

func TestTablesOfAnotherReleaseAreRefusedAndLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	beside := func(t *testing.T, url string) error {
		e, err := postgres.OpenBeside(t.Context(), url, time.Now)
		if err == nil {
			return e.Close()
		}
		return err
	}
	t.Run("of none, by a command beside a service", func(t *testing.T) {
		t.Parallel()
		url := postgrestest.Database(t)
		refused(t, beside(t, url), "holds no tables of Waybill yet", "waybill migrate")
		made := told(t, openedBy(t, "pgx", url), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`)
		if made[0] != "0" {
			t.Errorf("%s tables were made", made[0])
		}
	})
	t.Run("of a newer one", func(t *testing.T) {
		t.Parallel()
		url := postgrestest.Migrated(t, postgres.Migrate)
		db := openedBy(t, "pgx", url)
		all := known(t, url)
		newest := all[len(all)-1].Version
		if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied)
			VALUES ($1, true)`, newest+1); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{postgres.Migrate(t.Context(), url), beside(t, url)} {
			refused(t, err, fmt.Sprint("of version ", newest+1), fmt.Sprint("up to ", newest), "nothing was changed",
				"run the newer release")
		}
	})
}

func TestTablesLieInTheSchemaThatTheURLNames(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	db := openedBy(t, "pgx", url)
	within := url + "&search_path=fleet_writes"
	refused(t, postgres.Migrate(t.Context(), within), "none of the schemas that search_path names", "CREATE SCHEMA")
	if _, err := db.ExecContext(t.Context(), `CREATE SCHEMA fleet_writes`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), within); err != nil {
		t.Fatal(err)
	}
	got := told(t, db, `SELECT DISTINCT relnamespace::regnamespace FROM pg_class
			WHERE relname IN ('operation', 'goose_db_version')
		UNION SELECT DISTINCT pronamespace::regnamespace FROM pg_proc
			WHERE proname IN ('unhex', 'subscription_is_logged')`)
	if diff := cmp.Diff([]string{"fleet_writes"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := openedBy(t, "pgx", within).ExecContext(t.Context(), subscribed([3]string{"a1", "u", "e"})); err != nil {
		t.Errorf("triggers do not find what lies there: %v", err)
	}
}

func TestWhoMayMakeNoTablesIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	// A role is the server's, not the database's.
	s := postgrestest.New(t, postgrestest.Options{})
	url := s.Database(t)
	if _, err := openedBy(t, "pgx", url).ExecContext(t.Context(), `CREATE ROLE guest LOGIN`); err != nil {
		t.Fatal(err)
	}
	err := postgres.Migrate(t.Context(), strings.Replace(url, "waybill@", "guest@", 1))
	refused(t, err, "schema public", "GRANT CREATE ON SCHEMA public")
}

// refused tells of an error that does not say what it should.
func refused(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v\ndoes not say %s", err, part)
		}
	}
}

// An index that is made beside writes waits for all transactions that look at something, in whichever table. One that
// waits for the migrator which makes it must not be among them.
func TestWhoWaitsToMigrateHoldsUpNoIndexThatIsMadeBesideWrites(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	first, index := connected(t, url), connected(t, url)
	for _, query := range []string{
		`CREATE TABLE thing (id bigint)`,
		`SELECT pg_advisory_lock(hashtextextended('waybill migrates ' || current_schema(), 0))`,
	} {
		if _, err := first.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	waits := make(chan error, 1)
	go func() { waits <- postgres.Migrate(t.Context(), url) }()
	for asked := 0; asked == 0; {
		err := first.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
			AND pid <> pg_backend_pid() AND query LIKE '%waybill migrates%'`).Scan(&asked)
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// Whoever is found looking is waited for until the end of its transaction, so that must come.
	for begun := map[time.Time]bool{}; len(begun) < 2; {
		rows, err := first.Query(ctx, `SELECT xact_start FROM pg_stat_activity WHERE datname = current_database()
			AND pid <> pg_backend_pid() AND query LIKE '%waybill migrates%' AND xact_start IS NOT NULL`)
		if err != nil {
			t.Fatalf("who waits stays in one transaction: %v", err)
		}
		at, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
		if err != nil {
			t.Fatalf("who waits stays in one transaction: %v", err)
		}
		for _, one := range at {
			begun[one] = true
		}
	}
	if _, err := index.Exec(ctx, `CREATE INDEX CONCURRENTLY thing_id ON thing (id)`); err != nil {
		t.Errorf("the index was held up: %v", err)
	}
	select {
	case err := <-waits:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	if _, err := first.Exec(t.Context(), `SELECT pg_advisory_unlock_all()`); err != nil {
		t.Fatal(err)
	}
	if err := <-waits; err != nil {
		t.Error(err)
	}
}
