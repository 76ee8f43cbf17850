package postgres_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestALockIsHeldByOneOverAllProcesses(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	id := uuid.New()
	var inside atomic.Int32
	var all sync.WaitGroup
	for _, e := range []*postgres.Engine{e, running(t, url), running(t, url)} {
		for range 5 {
			all.Go(func() {
				unlock, err := e.Lock(t.Context(), id)
				if err != nil {
					t.Error(err)
					return
				}
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d hold it", n)
				}
				inside.Add(-1)
				unlock()
				unlock()
			})
		}
	}
	all.Wait()
}

func TestHundredsOfLocksAreHeldAtOnceOverFewConnections(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	var all sync.WaitGroup
	unlocks := make([]func(), 500)
	for i := range unlocks {
		all.Go(func() {
			unlock, err := e.Lock(t.Context(), uuid.New())
			if err != nil {
				t.Error(err)
			}
			unlocks[i] = unlock
		})
	}
	all.Wait()
	var conns int
	err := connected(t, url).QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'waybill'`).Scan(&conns)
	if err != nil || conns > 4 {
		t.Errorf("%d connections: %v", conns, err)
	}
	for _, unlock := range unlocks {
		all.Go(unlock)
	}
	all.Wait()
	if n := read[int](t, e, `SELECT count(*) FROM lock`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestALockIsRenewedWhileItsProcessLivesAndFreeSoonAfterItsDeath(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	held, dead := uuid.New(), uuid.New()
	unlock, err := e.Lock(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	_, err = connected(t, url).Exec(t.Context(), `INSERT INTO lock (id, owner, until) VALUES ($1, '\x00', clock_micros() + 4000000)`, dead[:])
	if err != nil {
		t.Fatal(err)
	}
	other := running(t, url)
	free, err := other.Lock(t.Context(), dead)
	if err != nil {
		t.Fatal(err)
	}
	free()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := other.Lock(ctx, held); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who lives has lost its lock: %v", err)
	}
	unlock()
	if free, err = other.Lock(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	free()
}

func TestAProcessThatEndsGivesItsLocksBack(t *testing.T) {
	t.Parallel()
	url := database(t, postgrestest.Shared(t))
	first, err := postgres.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Lock(t.Context(), uuid.UUID{1}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if n := read[int](t, running(t, url), `SELECT count(*) FROM lock`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// Who cannot give a lock back, or cannot tell whether it got one, may hold others for as long as it lives.
func TestARowOfALockThatIsNotHeldIsFreeAfterItsLease(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	conn := connected(t, url)
	for _, query := range []string{
		`CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$`,
		`CREATE TRIGGER stays BEFORE DELETE ON lock FOR EACH ROW WHEN (old.id = '\x01000000000000000000000000000000')
			EXECUTE FUNCTION fails()`,
		// Who asked has gone when the row is there.
		`CREATE FUNCTION takes_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			FOR i IN 1..3 LOOP
				BEGIN PERFORM pg_sleep(3); EXCEPTION WHEN query_canceled THEN NULL; END;
			END LOOP;
			RETURN NULL; END $$`,
		`CREATE TRIGGER made AFTER INSERT ON lock FOR EACH ROW WHEN (new.id = '\x02000000000000000000000000000000')
			EXECUTE FUNCTION takes_long()`,
	} {
		if _, err := conn.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	held, err := e.Lock(t.Context(), uuid.UUID{9})
	if err != nil {
		t.Fatal(err)
	}
	defer held()
	unlock, err := e.Lock(t.Context(), uuid.UUID{1})
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := e.Lock(ctx, uuid.UUID{2}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("it was taken: %v", err)
	}
	if _, err := conn.Exec(t.Context(), `DROP TRIGGER made ON lock`); err != nil {
		t.Fatal(err)
	}
	other := running(t, url)
	for _, id := range []uuid.UUID{{1}, {2}} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := other.Lock(ctx, id); err != nil {
			t.Errorf("%s is not free: %v", id, err)
		}
	}
}
