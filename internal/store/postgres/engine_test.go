package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// database returns the URL of a database of its own, with a table of each type.
func database(t *testing.T, s *postgrestest.Server) string {
	t.Helper()
	url := s.Migrated(t, postgres.Migrate)
	_, err := connected(t, url).Exec(t.Context(), `CREATE TABLE thing (id bigint PRIMARY KEY, t text COLLATE "C", b bytea,
		i integer, s smallint, f double precision, is_so boolean)`)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// running is a database that is open, until the test ends.
func running(t *testing.T, url string) *postgres.Engine {
	t.Helper()
	e, err := postgres.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// fresh opens a new database.
func fresh(t *testing.T) (*postgres.Engine, string) {
	t.Helper()
	url := database(t, postgrestest.Shared(t))
	return running(t, url), url
}

// writing opens the session of a database.
func writing(t *testing.T, e *postgres.Engine) engine.Session {
	t.Helper()
	s, err := e.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// write runs statements in one transaction.
func write(t *testing.T, s engine.Session, queries ...string) {
	t.Helper()
	begin(t, s)
	for _, q := range queries {
		if err := s.Exec(q, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
}

func begin(t *testing.T, s engine.Session) (changed bool) {
	t.Helper()
	changed, err := s.Begin()
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// read returns the only column of the only row of a query.
func read[T any](t *testing.T, e *postgres.Engine, query string, args ...any) (v T) {
	t.Helper()
	err := e.Query(t.Context(), engine.Kept, query, args, func(r engine.Row) error { return r.Scan(&v) })
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// connected is a connection beside Waybill's, until the test ends.
func connected(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}
