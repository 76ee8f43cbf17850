//go:build unix

package riversource_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/dispatch/sourcetest"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// database returns the URL of a database with all tables.
func database(t testing.TB) string {
	t.Helper()
	return postgrestest.Migrated(t, postgres.Migrate)
}

// pool returns connections to a database.
func pool(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	c.MaxConns = 6
	p, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// replica joins the replicas of a database until the test ends.
func replica(t *testing.T, url string, with ...func(*riversource.Config)) *riversource.Source {
	t.Helper()
	c := riversource.Config{Pool: pool(t, url), Name: t.Name(), Version: "test", Now: time.Now, Log: logger(t)}
	for _, change := range with {
		change(&c)
	}
	s, err := riversource.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = s.Close(ctx)
	})
	return s
}

// logger shows what a failed test has logged.
func logger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// pooled has a replica do without what a pooler of transactions does not carry.
func pooled(c *riversource.Config) {
	c.PollOnly = true
}

func TestTheSourceOfManyReplicasKeepsToTheContractOfSources(t *testing.T) {
	t.Parallel()
	sourcetest.RunInRealTime(t, func(t *testing.T) dispatch.Source { return replica(t, database(t)) })
}

func TestASourceThatCannotListenKeepsToTheContractOfSources(t *testing.T) {
	t.Parallel()
	sourcetest.RunInRealTime(t, func(t *testing.T) dispatch.Source {
		return replica(t, database(t)+"&default_query_exec_mode=exec", pooled)
	})
}

// behind has a replica work through a pooler in transaction mode, as the program does.
func behind(t *testing.T, url string) func(*riversource.Config) {
	t.Helper()
	p, pooled, err := postgres.Pool(t.Context(), url, 6)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return func(c *riversource.Config) { c.Pool, c.PollOnly = p, pooled }
}

func TestASourceBehindAPoolerKeepsToTheContractOfSources(t *testing.T) {
	t.Parallel()
	sourcetest.RunInRealTime(t, func(t *testing.T) dispatch.Source {
		url := postgrestest.Pooled(t, database(t), postgrestest.Pooler{Mode: "transaction", Conns: 3})
		return replica(t, url, behind(t, url))
	})
}
