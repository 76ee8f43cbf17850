package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

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
		got := told(t, opened(t, "pgx", url), `SELECT version_id, count(*) FROM goose_db_version GROUP BY 1 ORDER BY 1`)
		if diff := cmp.Diff([]string{"0 | 1", "1 | 1", "2 | 1", "3 | 1"}, got); diff != "" {
			t.Errorf("migrations that were noted:\n%s", diff)
		}
	})
}

func TestStatusTellsWhatWasDoneAndWhatIsToDo(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	status := func() (lines []string) {
		all, err := postgres.Status(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			lines = append(lines, fmt.Sprint(m.Version, " ", m.Name, " ", !m.AppliedAt.IsZero()))
		}
		return lines
	}
	want := []string{"1 00001_first.sql ", "2 00002_replicas.sql ", "3 00003_triggers.sql "}
	for _, applied := range []string{"false", "true"} {
		got := status()
		for i := range got {
			if i >= len(want) || got[i] != want[i]+applied {
				t.Errorf("it tells %s", got[i])
			}
		}
		if len(got) != len(want) {
			t.Errorf("it tells of %d migrations", len(got))
		}
		if err := postgres.Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTablesOfAnotherReleaseAreRefusedAndLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	beside := func(t *testing.T, url string) error {
		e, err := postgres.OpenBeside(t.Context(), url)
		if err == nil {
			return e.Close()
		}
		return err
	}
	t.Run("of none, by a command beside a service", func(t *testing.T) {
		t.Parallel()
		url := postgrestest.Database(t)
		refused(t, beside(t, url), "of version 0", "needs version 3", "waybill migrate")
		if got := told(t, opened(t, "pgx", url), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`); got[0] != "0" {
			t.Errorf("%s tables were made", got[0])
		}
	})
	t.Run("of a newer one", func(t *testing.T) {
		t.Parallel()
		url := postgrestest.Migrated(t, postgres.Migrate)
		db := opened(t, "pgx", url)
		if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (4, true)`); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{postgres.Migrate(t.Context(), url), beside(t, url)} {
			refused(t, err, "of version 4", "up to 3", "nothing was changed", "run the newer release")
		}
	})
}

func TestTablesLieInTheSchemaThatTheURLNames(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	db := opened(t, "pgx", url)
	within := url + "&search_path=fleet_writes"
	refused(t, postgres.Migrate(t.Context(), within), "none of the schemas that search_path names", "CREATE SCHEMA")
	if _, err := db.ExecContext(t.Context(), `CREATE SCHEMA fleet_writes`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), within); err != nil {
		t.Fatal(err)
	}
	got := told(t, db, `SELECT DISTINCT relnamespace::regnamespace FROM pg_class WHERE relname IN ('operation', 'goose_db_version')
		UNION SELECT DISTINCT pronamespace::regnamespace FROM pg_proc WHERE proname IN ('unhex', 'subscription_is_logged')`)
	if diff := cmp.Diff([]string{"fleet_writes"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := opened(t, "pgx", within).ExecContext(t.Context(), subscribed([3]string{"a1", "u", "e"})); err != nil {
		t.Errorf("triggers do not find what lies there: %v", err)
	}
}

func TestWhoMayMakeNoTablesIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	// A role is the server's, not the database's.
	s := postgrestest.New(t, postgrestest.Options{})
	url := s.Database(t)
	if _, err := opened(t, "pgx", url).ExecContext(t.Context(), `CREATE ROLE guest LOGIN`); err != nil {
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
