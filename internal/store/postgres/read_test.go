package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func none(engine.Row) error { return nil }

func TestAReadingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	for _, by := range []engine.Pool{engine.Kept, engine.Searched, engine.Listed} {
		for says, c := range map[string]struct {
			ctx  func() (context.Context, context.CancelFunc)
			want error
		}{
			"its deadline": {func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(t.Context(), 50*time.Millisecond)
			}, context.DeadlineExceeded},
			"who asked has left": {func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(50*time.Millisecond, cancel)
				return ctx, cancel
			}, context.Canceled},
			"it has ended before": {func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				return ctx, cancel
			}, context.Canceled},
		} {
			ctx, cancel := c.ctx()
			err := e.Query(ctx, by, `SELECT pg_sleep(20), ?1::bigint`, []any{1}, none)
			cancel()
			if !errors.Is(err, c.want) || e.Trouble(err) != nil {
				t.Errorf("%v: %s: %v", by, says, err)
			}
		}
	}
	// The server was told to stop, too.
	if n := read[int](t, e, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
		AND state = 'active' AND query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()`); n != 0 {
		t.Errorf("%d go on", n)
	}
}

func TestAReadingGoesOnOverAnotherConnection(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	for _, by := range []engine.Pool{engine.Kept, engine.Searched, engine.Listed} {
		for range 3 {
			if err := e.Query(t.Context(), by, `SELECT 1`, nil, none); err != nil {
				t.Fatal(err)
			}
			_, err := connected(t, url).Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE application_name = 'waybill' AND datname = current_database()`)
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Query(t.Context(), by, `SELECT 1`, nil, none); err != nil {
			t.Error(err)
		}
	}
}

func TestAReadingSeesTablesThatWereChangedSinceItWasPrepared(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	write(t, writing(t, e), `INSERT INTO thing (id, i) VALUES (1, 1)`)
	for _, by := range []engine.Pool{engine.Kept, engine.Searched} {
		columns := 0
		ask := func() {
			err := e.Query(t.Context(), by, `SELECT * FROM thing WHERE i = ?1`, []any{1}, func(r engine.Row) error {
				names, err := r.Columns()
				columns = len(names)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		ask()
		before := columns
		if _, err := connected(t, url).Exec(t.Context(), `ALTER TABLE thing ALTER i TYPE bigint,
			ADD COLUMN more_`+string(rune('a'+by))+` bigint`); err != nil {
			t.Fatal(err)
		}
		if ask(); columns != before+1 {
			t.Errorf("%d columns", columns)
		}
	}
}

func TestAnErrorOfWhoReadsEndsAReading(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	mine := errors.New("mine")
	n := 0
	err := e.Query(t.Context(), engine.Kept, `SELECT n FROM generate_series(1, 3) n`, nil, func(engine.Row) error { n++; return mine })
	if err != mine || n != 1 {
		t.Errorf("%v after %d rows", err, n)
	}
}

func TestAServerThatComesBackIsUsedAgain(t *testing.T) {
	t.Parallel()
	server := postgrestest.New(t, postgrestest.Options{})
	url := database(t, server)
	e := running(t, url)
	s := writing(t, e)
	write(t, s, `INSERT INTO thing (id) VALUES (1)`)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err := s.Begin()
	for _, err := range []error{err, e.Ping(t.Context()), e.Query(t.Context(), engine.Kept, `SELECT 1`, nil, none)} {
		trouble := e.Trouble(err)
		if trouble == nil || trouble.Lost || !strings.Contains(trouble.Error(), "cannot be reached") {
			t.Errorf("%v", err)
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s to say so", took)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	for {
		if _, err = s.Begin(); err == nil {
			break
		}
		if e.Trouble(err) == nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := s.Exec(`INSERT INTO thing (id) VALUES (2)`, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(); err != nil {
		t.Error(err)
	}
}

func TestWhoeverReadsAClosedDatabaseIsToldSo(t *testing.T) {
	t.Parallel()
	e, err := postgres.Open(t.Context(), database(t, postgrestest.Shared(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), e.Close(), s.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	if err := e.Query(t.Context(), engine.Kept, `SELECT 1`, nil, none); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("%v", err)
	}
	if _, err := s.Begin(); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("%v", err)
	}
}
