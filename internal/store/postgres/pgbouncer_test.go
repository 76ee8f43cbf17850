//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// pooled is the URL of a database behind a pooler in transaction mode, which has one connection more than a process holds in
// a transaction.
func pooled(t *testing.T, url string) string {
	t.Helper()
	return postgrestest.Pooled(t, url, postgrestest.Pooler{Mode: "transaction", Conns: 3})
}

func TestAPoolerInTransactionModeMayStandBetween(t *testing.T) {
	t.Parallel()
	direct := database(t, postgrestest.Shared(t))
	url := pooled(t, direct)
	var all sync.WaitGroup
	for worker := range 3 {
		e := running(t, url)
		s := writing(t, e)
		all.Go(func() {
			for i := range 20 {
				if err := workThrough(t.Context(), e, s, int64(100*worker+i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if n := read[int](t, running(t, direct), `SELECT count(*) FROM thing WHERE i = s`); n != 60 {
		t.Errorf("%d rows", n)
	}
}

// workThrough uses all that an engine has.
func workThrough(ctx context.Context, e engine.Engine, s engine.Session, id int64) error {
	if _, err := s.Begin(); err != nil {
		return err
	}
	err := s.Exec(`INSERT INTO thing (id, i) VALUES (?1, ?2)`, []any{id, id})
	if err == nil {
		_, err = s.Change(`UPDATE thing SET s = i WHERE id = ?1`, []any{id})
	}
	if err == nil {
		_, err = s.Commit()
	}
	if err != nil {
		return errors.Join(err, s.Rollback())
	}
	for _, by := range []engine.Pool{engine.Kept, engine.Searched, engine.Listed} {
		found := 0
		err := e.Query(ctx, by, `SELECT s FROM thing WHERE id = ?1`, []any{id}, func(engine.Row) error { found++; return nil })
		if err != nil || found != 1 {
			return fmt.Errorf("%d found: %w", found, err)
		}
	}
	unlock, err := e.Lock(ctx, uuid.UUID{1})
	if err == nil {
		unlock()
	}
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if late := e.Query(short, engine.Listed, `SELECT pg_sleep(5)`, nil, none); !errors.Is(late, context.DeadlineExceeded) {
		return fmt.Errorf("a reading did not end with its context: %w", late)
	}
	return err
}

func TestAPoolerThatLosesStatementsIsToldWithTheRemedy(t *testing.T) {
	t.Parallel()
	direct := database(t, postgrestest.Shared(t))
	url := pooled(t, direct) + "&default_query_exec_mode=cache_statement"
	for range 20 {
		e := running(t, url)
		for range 20 {
			err := e.Query(t.Context(), engine.Kept, `SELECT 1 FROM thing`, nil, none)
			if trouble := e.Trouble(err); trouble != nil && strings.Contains(trouble.Error(), "max_prepared_statements") {
				return
			}
		}
	}
	t.Error("PgBouncer has kept prepared statements: is it 1.21 or newer?")
}

func TestAPoolerInStatementModeIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	url := postgrestest.Pooled(t, database(t, postgrestest.Shared(t)), postgrestest.Pooler{Mode: "statement", Conns: 3})
	e, opened := postgres.Open(t.Context(), url, time.Now)
	beside, besides := postgres.OpenBeside(t.Context(), url, time.Now)
	_, status := postgres.Status(t.Context(), url)
	for by, err := range map[string]error{"a service": opened, "a command": besides, "migrate": postgres.Migrate(t.Context(), url),
		"migrate status": status} {
		var trouble *fence.Trouble
		if !errors.As(err, &trouble) || !strings.Contains(err.Error(), "statement mode") ||
			!strings.Contains(err.Error(), "pool_mode=transaction") {
			t.Errorf("%s: %v", by, err)
		}
	}
	for _, e := range []*postgres.Engine{e, beside} {
		if e != nil {
			_ = e.Close()
		}
	}
}

// What carries the lanes asks the same of a pool of its own, and takes statements that many ask.
func TestConnectionsBesideTheTablesKeepNoNamesBehindAPoolerUnlessTheURLDemandsIt(t *testing.T) {
	t.Parallel()
	direct := database(t, postgrestest.Shared(t))
	behind := pooled(t, direct)
	for url, want := range map[string]pgx.QueryExecMode{direct: pgx.QueryExecModeCacheStatement, behind: pgx.QueryExecModeCacheDescribe,
		behind + "&default_query_exec_mode=exec":            pgx.QueryExecModeExec,
		behind + "&default_query_exec_mode=describe_exec":   pgx.QueryExecModeCacheDescribe,
		direct + "&default_query_exec_mode=describe_exec":   pgx.QueryExecModeDescribeExec,
		behind + "&default_query_exec_mode=cache_statement": pgx.QueryExecModeCacheStatement} {
		p, between, err := postgres.Pool(t.Context(), url, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Config().ConnConfig.DefaultQueryExecMode; got != want || between != (url != direct && !strings.HasPrefix(url, direct+"&")) {
			t.Errorf("%s: %s, behind a pooler: %t", url, got, between)
		}
		p.Close()
	}
}
