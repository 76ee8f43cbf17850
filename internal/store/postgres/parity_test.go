package postgres_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// pair is the same tables in both databases.
type pair struct{ lite, pg *sql.DB }

// newPair makes the tables in both.
func newPair(t *testing.T, s *postgrestest.Server) pair {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.db")
	if err := store.Migrate(t.Context(), path, time.Now); err != nil {
		t.Fatal(err)
	}
	return pair{openedBy(t, "sqlite3", "file:"+path+"?_pragma=foreign_keys(1)"),
		openedBy(t, "pgx", s.Migrated(t, postgres.Migrate))}
}

// openedBy opens a database of one connection.
func openedBy(t *testing.T, driver, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// told returns rows as lines of their columns.
func told(t *testing.T, db *sql.DB, query string, args ...any) (lines []string) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = v.String
			if !v.Valid {
				texts[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(texts, " | "))
	}
	if err := found.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return lines
}

// same compares what the two databases tell, each asked in its way.
func same(t *testing.T, lite, pg []string) {
	t.Helper()
	if len(lite) == 0 {
		t.Error("SQLite tells nothing, so nothing was compared")
	}
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
}
