//go:build unix

package app_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// BenchmarkPagesOfTheConsole asks for each page 20 times over many operations and connections, without and with pages that
// are live, and tells the p50 and p95 of each, and what it has this process work.
//
//	WAYBILL_BENCH_OPERATIONS=1000000 go test ./internal/app -run xxx -bench PagesOfTheConsole -benchtime 1x -timeout 30m
func BenchmarkPagesOfTheConsole(b *testing.B) {
	operations, err := strconv.Atoi(os.Getenv("WAYBILL_BENCH_OPERATIONS"))
	if err != nil {
		b.Skip("WAYBILL_BENCH_OPERATIONS says how many operations there are")
	}
	for name, url := range map[string]func() string{
		"SQLite":     func() string { return filepath.Join(b.TempDir(), "w.db") },
		"PostgreSQL": func() string { return postgrestest.Migrated(b, postgres.Migrate) },
	} {
		b.Run(name, func(b *testing.B) {
			c := config.Default()
			c.Key, c.DatabaseURL = operatorKey, url()
			a, err := app.Open(b.Context(), c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara", "motive")})
			if err != nil {
				b.Fatal(err)
			}
			if err := a.Close(b.Context()); err != nil {
				b.Fatal(err)
			}
			crowd(b, c, operations)
			p := pages{b, served(b, c)}
			for range b.N {
				p.look("alone")
				p.live(8)
				p.look("beside 8 live")
			}
		})
	}
}

// crowd fills a database: 100 partners, 10,000 connections of which 200 are stale and that are imported a day later, and
// operations of the last day, of which one of 50 has failed and 10,000 wait for connections that are paused.
func crowd(b *testing.B, c config.Config, operations int) {
	url := c.DatabaseURL
	// A service that runs has its tables vacuumed long before there are so many rows.
	settled := `ANALYZE`
	driver, of, bytes, series := "sqlite3", "file:"+url, `unhex(printf('%%032x', %s))`, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `
	if strings.HasPrefix(url, "postgres") {
		settled = `VACUUM ANALYZE`
		driver, of, bytes, series = "pgx", url, `decode(lpad(to_hex(%s), 32, '0'), 'hex')`, `WITH n (i) AS (SELECT generate_series(1, %d)) `
	}
	db, err := sql.Open(driver, of)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	id := func(of string) string { return fmt.Sprintf(bytes, of) }
	now := time.Now().UnixMicro()
	at := fmt.Sprintf("%d + i * (%d / %d)", now-24*time.Hour.Microseconds(), 24*time.Hour.Microseconds(), operations)
	// Ids ascend with their times, as those of version 7 do.
	long := id(fmt.Sprintf("(%d + i)", int64(1)<<52))
	fill := func(table, columns, values string, n int) {
		text := fmt.Sprintf(series, n) + `SELECT ` + values + ` FROM n`
		if _, err := db.ExecContext(b.Context(), `INSERT INTO `+table+` (`+columns+`) `+text); err != nil {
			b.Fatalf("%s: %v", table, err)
		}
	}
	fill("partner", "id, name, created_at", id("(i + 100000)")+", 'Partner ' || i, i", 100)
	fill("fleet", "id, name, created_at", id("(i + 200000)")+", 'Fleet ' || i, i", 10_000)
	fill("client", "id, partner, scopes, created_at", "'client-' || i, "+id("(i % 100 + 100001)")+", 'organization', i", 10_000)
	fill("connection", "id, fleet, tsp, account, status, description, sealed, version, created_at, updated_at",
		id("(i + 300000)")+", "+id("(i + 200000)")+", CASE WHEN i % 3 = 0 THEN 'motive' ELSE 'samsara' END, 'a' || i,"+
			" CASE WHEN i % 50 = 0 THEN 'stale' WHEN i % 20 = 1 THEN 'paused' ELSE 'active' END, '', "+strings.Repeat(id("i")+" || ", 15)+id("i")+", 1, i, i", 10_000)
	fill("share_grant", "id, partner, fleet, fleet_ref, status, levels, effective_at, expires_at, created_at, updated_at",
		id("(i + 400000)")+", "+id("(i % 100 + 100001)")+", "+id("(i + 200000)")+`, 'f' || i, 'active', '{"vehicle":"read_write"}', 0, 0, i, i`, 10_000)
	for _, kind := range resource.Kinds() {
		fill("import_schedule", "connection, kind, next_at, last_success_at, failures, problem",
			id("(i + 300000)")+fmt.Sprintf(", '%s', %d, 1, 0, ''", kind, now+24*time.Hour.Microseconds()), 10_000)
	}
	waits := fmt.Sprintf("i %% 20 = 1 AND i > %d", max(0, operations-200_000))
	fill("operation", "id, partner, connection, fleet, fleet_ref, tsp, kind, verb, order_key, payload, state, sync, tries, counted,"+
		" next_at, deadline, source_id, collection, created_at, updated_at",
		long+", "+id("(i % 100 + 100001)")+", "+id("(i % 10000 + 300000)")+", "+id("(i % 10000 + 200000)")+", 'fleet', 'samsara', 'vehicle', 'update',"+
			" 'vehicle/' || i, '{\"vehicle_name\":\"Truck\"}', CASE WHEN "+waits+" THEN 'queued' WHEN i % 50 = 0 THEN 'failed' ELSE 'success' END, 0, 1, 1,"+
			" 0, "+fmt.Sprint(now+24*time.Hour.Microseconds())+", 's' || i, 'vehicles', "+at+", "+at, operations)
	fill("attempt", "operation, n, id, class, status, details, started_at, ended_at", long+", 1, "+long+
		", CASE WHEN i % 50 = 0 THEN 'rejected' ELSE 'done' END, 200, '', "+at+", "+at, operations)
	sealCrowd(b, db, c.Key)
	for _, text := range []string{`INSERT INTO operation_count SELECT created_at / 60000000, tsp, count(*), count(*), 0, 0, 0 FROM operation GROUP BY 1, 2`, settled} {
		if _, err := db.ExecContext(b.Context(), text); err != nil && !strings.Contains(err.Error(), "operation_count") {
			b.Fatal(err)
		}
	}
}

// sealCrowd gives the connections credentials that open, or each would be found to be broken while pages are asked for.
func sealCrowd(b *testing.B, db *sql.DB, operator string) {
	key, err := seal.ParseKey(operator)
	if err != nil {
		b.Fatal(err)
	}
	by, err := key.Wrapper()
	if err != nil {
		b.Fatal(err)
	}
	var wrapped []byte
	if err := db.QueryRowContext(b.Context(), `SELECT value FROM meta WHERE name = 'keyset'`).Scan(&wrapped); err != nil {
		b.Fatal(err)
	}
	sealer, err := seal.Open(by, wrapped)
	if err != nil {
		b.Fatal(err)
	}
	tx, err := db.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := 1; i <= 10_000; i++ {
		name := map[bool]string{true: "motive", false: "samsara"}[i%3 == 0]
		id, fleet := uuid.UUID{}, uuid.UUID{}
		binary.BigEndian.PutUint32(id[12:], uint32(i+300_000))
		binary.BigEndian.PutUint32(fleet[12:], uint32(i+200_000))
		sealed, err := sealer.Seal([]byte(`{"kind":"token","fields":{"token":"t"}}`), fmt.Appendf(nil, "connection of fleet\x00%s\x00%s\x00%s", id, fleet, name))
		if err == nil {
			_, err = tx.ExecContext(b.Context(), `UPDATE connection SET sealed = $1 WHERE id = $2`, sealed, id[:])
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// served serves a program until the benchmark ends, and returns where.
func served(b *testing.B, c config.Config) string {
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	a, err := app.Open(ctx, c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara", "motive")})
	if err != nil {
		b.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, l) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// pages asks for pages.
type pages struct {
	*testing.B
	at string
}

func (p pages) look(how string) {
	partner, conn, op := "00000000-0000-0000-0000-0000000186a1", "00000000-0000-0000-0000-0000000493e5", "00000000-0000-0000-0010-000000000032"
	for _, path := range []string{"", "?range=24h", "operations", "operations?state=failed", "operations?state=not_ended", "operations?partner=" + partner,
		"operations?connection=" + conn, "operations?kind=message", "operations?state=failed&tsp=motive", "operations?since=1h", "operations/" + op,
		"operations/all?partner=" + partner, "find?q=" + op, "connections", "connections?state=broken", "connections?state=active", "connections/" + conn,
		"webhooks", "lanes", "tsps", "clients", "grants", "audit", "settings"} {
		var took []time.Duration
		before := busy(p)
		for range 20 {
			began := time.Now()
			p.get(path)
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		fmt.Printf("%-14s %-32s p50 %6.1f ms  p95 %6.1f ms  of a core %6.1f ms\n", how, "/console/"+path[:min(len(path), 22)], took[9].Seconds()*1000, took[18].Seconds()*1000, (busy(p)-before).Seconds()*1000/20)
	}
}

// busy is for how long this process has used a core, which tells what a page costs on a machine that has other work.
func busy(p pages) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		p.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (p pages) get(path string) {
	r, err := http.NewRequestWithContext(p.Context(), http.MethodGet, p.at+"/console/"+path, nil)
	if err != nil {
		p.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if _ = resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		p.Fatalf("%s: %d %v %.2000s", path, resp.StatusCode, err, text)
	}
}

// live opens pages that go on changing until the benchmark ends.
func (p pages) live(n int) {
	for i := range n {
		path := []string{"", "operations", "operations?state=failed", "connections/00000000-0000-0000-0000-0000000493e5"}[i%4]
		r, err := http.NewRequestWithContext(p.Context(), http.MethodGet, p.at+"/console/"+path, nil)
		if err != nil {
			p.Fatal(err)
		}
		r.Header.Set("Accept", "text/event-stream")
		go func() {
			resp, err := http.DefaultClient.Do(r)
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		}()
	}
}
