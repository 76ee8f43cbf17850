package tables_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// The counts of calls of 10,000 connections that are active all the time: what it takes to write them down, to read those
// of one and to forget the oldest, and how much a row takes.
func BenchmarkCallsOfManyConnections(b *testing.B) {
	const connections = 10_000
	slots := int(lane.CallsKept / lane.CallsEvery)
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		b.Run(engine, func(b *testing.B) {
			url, driver, of, size := filepath.Join(b.TempDir(), "calls.db"), "sqlite3", "", "SELECT page_count * 4096 FROM pragma_page_count()"
			series, id := `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)`, `randomblob(16)`
			if of = "file:" + url; engine == "PostgreSQL" {
				url = postgrestest.Shared(b).Migrated(b, postgres.Migrate)
				driver, of, size = "pgx", url, "SELECT pg_total_relation_size('call_count')"
				series, id = `WITH n (i) AS (SELECT generate_series(0, %d))`, `uuid_send(gen_random_uuid())`
			}
			db, err := store.Open(b.Context(), url, store.Options{})
			if err != nil {
				b.Fatal(err)
			}
			raw, err := sql.Open(driver, of)
			if err != nil {
				b.Fatal(err)
			}
			ids := make([]uuid.UUID, connections)
			for i := range ids {
				ids[i] = uuid.New()
			}
			b.Cleanup(func() { _, _ = raw.Close(), db.Close() })
			bytes := func() (n int64) {
				if err := raw.QueryRowContext(b.Context(), size).Scan(&n); err != nil {
					b.Fatal(err)
				}
				return n
			}
			empty, now := bytes(), time.Now().Unix()/int64(lane.CallsEvery/time.Second)
			// All but the newest time, and one that is too old.
			fill := fmt.Sprintf(series+` INSERT INTO call_count SELECT %d - i / %d, %s, 60, 1 FROM n`, (slots+1)*connections-1, now-1, connections, id)
			if _, err := raw.ExecContext(b.Context(), fill); err != nil {
				b.Fatal(err)
			}
			filled := float64(bytes() - empty)
			took := func(what string, n int, does func(i int) error) {
				began := time.Now()
				for i := range n {
					if err := does(i); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(time.Since(began).Microseconds())/float64(n), what)
			}
			for b.Loop() {
				took("us/counted", connections, func(i int) error { db.CountCalls(ids[i], 60, 1); return nil })
				took("us/saved-10000", 1, func(int) error { return db.SaveCalls(b.Context(), 0) })
				took("us/page", 200, func(i int) error {
					_, err := db.Calls(b.Context(), ids[i], time.Now().Add(-lane.CallsKept))
					return err
				})
				took("us/forgotten-250", 20, func(int) error { _, err := db.ForgetCalls(b.Context()); return err })
			}
			b.ReportMetric(filled/float64((slots+1)*connections), "bytes/row")
		})
	}
}
