//go:build unix

package riversource_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

// spent is what a database has done.
type spent struct{ lanes, jobs, commits, log int64 }

func spentBy(b *testing.B, p *pgxpool.Pool) (s spent) {
	b.Helper()
	// What other connections did is known a second after they were used last.
	time.Sleep(2 * time.Second)
	err := p.QueryRow(b.Context(), `SELECT
		(SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = 'lane'),
		(SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = 'river_job'),
		(SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
		(SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint`).Scan(&s.lanes, &s.jobs, &s.commits, &s.log)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkActivation has lanes be activated, claimed and released: one at a time, and many at once.
func BenchmarkActivation(b *testing.B) {
	for name, lanes := range map[string]int{"one lane": 1, "100 lanes": 100, "1000 lanes": 1000} {
		b.Run(name, func(b *testing.B) {
			p := pool(b, database(b))
			s, err := riversource.Open(b.Context(), riversource.Config{Pool: p, Now: time.Now,
				Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close(b.Context()) }()
			before := spentBy(b, p)
			cycles := 0
			for b.Loop() {
				cycles += lanes
				for n := range lanes {
					s.Activate(lane(n), time.Now())
				}
				var all sync.WaitGroup
				for range lanes {
					c, err := s.Claim(b.Context(), fence.Connections)
					if err != nil {
						b.Fatal(err)
					}
					all.Go(func() { s.Release(c, time.Time{}) })
				}
				all.Wait()
			}
			b.StopTimer()
			after := spentBy(b, p)
			per := func(n int64) float64 { return float64(n) / float64(cycles) }
			b.ReportMetric(per(after.lanes-before.lanes), "lane-rows/lane")
			b.ReportMetric(per(after.jobs-before.jobs), "job-rows/lane")
			b.ReportMetric(per(after.commits-before.commits), "commits/lane")
			b.ReportMetric(per(after.log-before.log), "log-B/lane")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(cycles), "us/lane")
		})
	}
}
