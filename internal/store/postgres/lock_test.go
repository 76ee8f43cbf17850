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
