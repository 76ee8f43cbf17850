package sqlite

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// reads has lists be read at once that each need so many turns, and returns how long they took together.
func reads(t *testing.T, p *pace, lists, turns int) time.Duration {
	t.Helper()
	begun := time.Now()
	var all sync.WaitGroup
	for range lists {
		all.Go(func() {
			one := p.begin(t.Context())
			defer one.end()
			for range turns {
				time.Sleep(turnTime)
				if err := one.Err(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(begun).Round(turnTime)
}

func TestSeveralListsTakeAQuarterOfTheProcessors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what                    string
		processors, lists, took int
	}{
		{"one alone does not rest", 2, 1, 100},
		{"two are read by half of one processor of two", 2, 2, 400},
		{"and by half of the only one", 1, 2, 400},
		{"four processors spare one", 4, 2, 200},
		{"eight spare two", 8, 2, 100},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				took := int(reads(t, newPace(c.processors, 2), c.lists, 100) / turnTime)
				if took < c.took*9/10 || took > c.took+c.took/50 {
					t.Errorf("it took %d turns, not %d", took, c.took)
				}
			})
		})
	}
}

func TestAShortListIsReadBesideALongOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPace(2, 2)
		var long sync.WaitGroup
		long.Go(func() { reads(t, p, 1, 5000) })
		synctest.Wait()
		if took := reads(t, p, 1, 5); took > 25*turnTime {
			t.Errorf("a list of 5 turns took %s", took)
		}
		long.Wait()
	})
}

func TestWhoGivesUpWaitsForNoTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPace(2, 2)
		first := p.begin(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(turnTime, cancel)
		second := p.begin(ctx)
		if second.Err() == nil {
			t.Error("it goes on without a turn")
		}
		second.end()
		time.Sleep(turnTime)
		if err := first.Err(); err != nil {
			t.Error(err)
		}
		first.end()
		if took := reads(t, p, 1, 10); took != 10*turnTime {
			t.Errorf("a list alone took %s", took)
		}
	})
}

func TestAListThatIsReadGivesItsTurnToTheNext(t *testing.T) {
	t.Parallel()
	e := opened(t).file
	e.pace = newPace(2, 1)
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{})
	var endless sync.WaitGroup
	endless.Go(func() {
		once := sync.OnceFunc(func() { close(began) })
		_ = e.Query(ctx, engine.Listed, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
			SELECT i FROM n WHERE i = 1 OR i < 0`, nil, func(engine.Row) error { once(); return nil })
	})
	defer endless.Wait()
	defer cancel()
	<-began
	for range 3 {
		n := 0
		err := e.Query(t.Context(), engine.Listed, `SELECT 7`, nil, func(r engine.Row) error { return r.Scan(&n) })
		if err != nil || n != 7 {
			t.Errorf("beside a list without an end: %d, %v", n, err)
		}
	}
}
