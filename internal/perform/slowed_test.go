package perform

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestEveryCallOfAConnectionIsChargedToItsOperatorsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.conn.Rate = connection.Rate{Events: 2, Period: time.Second}
		limits := w.writes.c.Limits
		began, pace := time.Now(), limits.Pace(w.conn)
		for i := range 11 {
			keys := []string{"none of the TSP's"}
			if i%2 == 0 {
				keys = nil
			}
			if err := pace.Wait(t.Context(), keys...); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("11 calls at 2 a second took %v", took)
		}
		// The first call of an attempt is charged by its lane, and once.
		item := w.writes.item(w.writes.task(operation.Operation{}, w.conn, tsp.Spec{Name: "acme"}), "")
		if len(item.Limits) != 1 || item.Limits[0].Label.Name != ByOperator || item.Limits[0].Lane != w.lane() {
			t.Errorf("an item is charged to %+v", item.Limits)
		}
		synctest.Wait()
		time.Sleep(time.Minute)
		paid, began := limits.pacer(tsp.Spec{Name: "acme"}, w.conn, "").Prepaid(), time.Now()
		limits.budget.Take("", item.Limits)
		if err := paid.Wait(t.Context()); err != nil || time.Since(began) != 0 {
			t.Errorf("what was paid for waited for %v: %v", time.Since(began), err)
		}
		if err := paid.Wait(t.Context()); err != nil || time.Since(began) != 500*time.Millisecond {
			t.Errorf("the second call came after %v: %v", time.Since(began), err)
		}
	})
}

func TestAWriteThatWaitsForItsOperatorsRateIsToldSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.add(func(*operation.Operation) {})
		w.conn.Rate = connection.Rate{Events: 1, Period: time.Hour}
		w.writes.c.Limits.budget.Take("", w.writes.c.Limits.of(tsp.Spec{Name: "acme"}, w.conn).paced(nil))
		got := w.explains(t, operation.Ahead{}, dispatch.Stand{Waits: dispatch.Nothing, Known: true})
		if got.Code != operation.RateLimited || got.Limit != ByOperator || got.EarliestTurn == nil {
			t.Errorf("told %+v", got)
		}
		w.conn.Rate = connection.Rate{}
		if got := w.explains(t, operation.Ahead{}, dispatch.Stand{Waits: dispatch.Nothing, Known: true}); got.Code != operation.InQueue {
			t.Errorf("without it told %+v", got)
		}
	})
}

func TestASyncWriteIsRefusedWhereItsOperatorsRateIsUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.conn.Rate = connection.Rate{Events: 1, Period: time.Minute}
		passed := 0
		for range 10 {
			if w.writes.Admit(w.conn, w.op(w.add(func(op *operation.Operation) { op.Sync = true }))) == nil {
				passed++
			}
		}
		// One by the rate, and one that it lends.
		if passed > 2 || passed == 0 {
			t.Errorf("%d of 10 passed at one a minute", passed)
		}
	})
}

// A command that frees a connection runs beside the service and wakes no lane.
func TestWhatWaitsForAnOperatorsRateIsReadAgainWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		heads := func() time.Time {
			batch, err := w.writes.Heads(t.Context(), fence.Query{Lane: w.lane(), Chains: 10, Depth: 4})
			if err != nil {
				t.Fatal(err)
			}
			return batch.Again
		}
		w.conn.Rate = connection.Rate{Events: 1, Period: time.Hour}
		if again := heads(); !again.IsZero() {
			t.Errorf("a lane without work is read again at %v", again)
		}
		w.add(func(*operation.Operation) {})
		if again := heads(); again.IsZero() || time.Until(again) > pausedFor {
			t.Errorf("a slowed lane is read again at %v", again)
		}
		w.conn.Rate = connection.Rate{}
		if again := heads(); !again.IsZero() {
			t.Errorf("a lane that nothing slows is read again at %v", again)
		}
	})
}

// An attempt of several calls must not run out of its time between them, and begin anew for ever.
func TestAnAttemptThatHasBegunMakesAllItsCallsAndTheNextOneWaitsForThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.conn.Rate = connection.Rate{Events: 1, Period: time.Hour}
		limits, spec := w.writes.c.Limits, tsp.Spec{Name: "acme"}
		first := limits.of(spec, w.conn).paced(nil)
		if wait, _ := limits.budget.Take("", first); wait > 0 {
			t.Fatalf("the first attempt waits for %v", wait)
		}
		pacer, began := limits.pacer(spec, w.conn, "").Prepaid(), time.Now()
		pacer.Begun = true
		for range 3 {
			if err := pacer.Wait(t.Context(), "none of the TSP's"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("three calls of one attempt took %v", took)
		}
		if wait, _ := limits.budget.Take("", first); wait < 2*time.Hour+59*time.Minute || wait > 3*time.Hour+time.Minute {
			t.Errorf("the next attempt waits for %v", wait)
		}
	})
}

// A check of credentials signs in and asks: under a low rate it would never come to its second call.
func TestACheckWaitsForAnOperatorsRateOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.conn.Rate = connection.Rate{Events: 1, Period: time.Hour}
		limits, began := w.writes.c.Limits, time.Now()
		for n, want := range []time.Duration{0, 2 * time.Hour} {
			pacer := limits.Check(w.conn)
			for range 2 {
				if err := pacer.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(began); took < want || took > want+time.Minute {
				t.Errorf("check %d has made its calls after %v", n, took)
			}
		}
	})
}
