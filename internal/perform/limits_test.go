package perform

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestLimitsAreSharedByThoseOfTheirScope(t *testing.T) {
	t.Parallel()
	p := newProvider()
	p.spec.Limits = nil
	for _, scope := range []tsp.Scope{tsp.PerConnection, tsp.PerAccount, tsp.PerApp} {
		p.spec.Limits = append(p.spec.Limits, tsp.Limit{Key: string(scope), Scope: scope, Events: 10, Period: time.Second, Burst: 3})
	}
	registry, err := tsp.NewRegistry([]tsp.Adapter{p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := NewLimits(registry, dispatch.NewBudget(time.Now, nil), Agreed{"acme": {"app": {Events: 500, Period: time.Second}}})
	here := connection.Connection{ID: uuid.UUID{1}, TSP: "acme", Account: "a"}
	beside := connection.Connection{ID: uuid.UUID{2}, TSP: "acme", Account: "a"}
	apart := connection.Connection{ID: uuid.UUID{3}, TSP: "acme", Account: "b"}
	shared := func(with connection.Connection) (keys []string) {
		for _, one := range p.spec.Limits {
			if cmp.Equal(l.of(p.spec, here).only([]string{one.Key}), l.of(p.spec, with).only([]string{one.Key})) {
				keys = append(keys, one.Key)
			}
		}
		return keys
	}
	if diff := cmp.Diff([]string{"account", "app"}, shared(beside)); diff != "" {
		t.Errorf("with another connection to the account (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"app"}, shared(apart)); diff != "" {
		t.Errorf("with another account (-want +got):\n%s", diff)
	}
	// What was agreed on stands in the place of what is declared, with a burst that keeps it smooth.
	want := []dispatch.Limit{{ID: "acme/app", Label: dispatch.Label{Of: "acme", Name: "app"}, Interval: 2 * time.Millisecond, Burst: 50}}
	if diff := cmp.Diff(want, l.of(p.spec, here).only([]string{"app"})); diff != "" {
		t.Errorf("the agreed limit (-want +got):\n%s", diff)
	}
	if got := l.of(p.spec, here).only([]string{"account", "none of these"}); len(got) != 1 || got[0].Burst != 3 {
		t.Errorf("%+v", got)
	}
}

func TestALoweredRateLowersWhatMayBeSentAtOnce(t *testing.T) {
	t.Parallel()
	declared := tsp.Limit{Key: "calls", Events: 100, Period: time.Minute, Burst: 10, AtOnce: 3}
	for _, c := range []struct {
		agreed Rate
		burst  int
	}{
		{Rate{100, time.Minute}, 10},
		{Rate{50, time.Minute}, 5},
		{Rate{1, time.Minute}, 1},
		{Rate{1, time.Hour}, 1},
		{Rate{5999, time.Hour}, 9},
		{Rate{120, time.Minute}, 10},
		{Rate{500, time.Second}, 50},
	} {
		want := tsp.Limit{Key: "calls", Events: c.agreed.Events, Period: c.agreed.Period, Burst: c.burst, AtOnce: 3}
		if diff := cmp.Diff(want, c.agreed.replace(declared)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.agreed, diff)
		}
	}
	if got := (Rate{2, time.Second}).replace(tsp.Limit{Key: "key", AtOnce: 5}); got.Burst != 1 || got.AtOnce != 5 {
		t.Errorf("a rate for what had none: %+v", got)
	}
}

func TestALimitOfCallsAtOnceNeedsNoRate(t *testing.T) {
	t.Parallel()
	p := newProvider()
	p.spec.Limits = []tsp.Limit{{Key: "key", Scope: tsp.PerAccount, AtOnce: 5},
		{Key: "calls", Scope: tsp.PerConnection, Events: 60, Period: time.Minute, Burst: 3, AtOnce: 2}}
	l := NewLimits(nil, dispatch.NewBudget(time.Now, nil), nil)
	here := connection.Connection{ID: uuid.UUID{15: 7}, TSP: "acme", Account: "a"}
	limits := l.of(p.spec, here)
	want := []dispatch.Limit{{ID: "acme/a/key", Label: dispatch.Label{Of: "acme", Name: "key"}, AtOnce: 5},
		{ID: here.ID.String() + "/calls", Label: dispatch.Label{Of: "acme", Name: "calls"}, Interval: time.Second, Burst: 3, AtOnce: 2,
			Lane: fence.Lane{Kind: fence.Connections, ID: here.ID}}}
	if diff := cmp.Diff(want, limits.only([]string{"key", "calls"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for range 100 {
		if wait := l.borrow("", limits.only([]string{"key"})); wait > 0 {
			t.Fatalf("a sync call waits %v for what has no rate", wait)
		}
	}
	l.shut(&task{spec: p.spec, conn: here, action: tsp.Action{Limits: []string{"key"}}}, time.Minute)
	if wait := l.borrow("", limits.only([]string{"key"})); wait < 59*time.Second {
		t.Errorf("a limit that was closed for a minute lets a call wait %v", wait)
	}
}

func TestAThrottleLeavesTheLimitsOfOthersOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits = append(w.tsp.spec.Limits, tsp.Limit{Key: "all", Scope: tsp.PerApp, Events: 10, Period: time.Second, Burst: 10})
		w.tsp.can(tsp.NaturalKey, oneLimit, "all")
		w.tsp.answers(failure(tsp.Throttled))
		w.submit(t)
		limits := w.writes.c.Limits.of(w.tsp.spec, w.conn)
		if wait, _ := w.budget.Take("", limits.only([]string{"all"})); wait > 0 {
			t.Errorf("every connection waits for %v", wait)
		}
		if wait, _ := w.budget.Take("", limits.only([]string{oneLimit})); wait < 25*time.Second {
			t.Errorf("the connection waits for %v", wait)
		}
	})
}

func TestCallsOutsideOfLanesWaitForTheSameBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		begun := time.Now()
		for range 5 {
			if err := w.writes.c.Limits.Pace(w.conn).Wait(t.Context(), oneLimit); err != nil {
				t.Fatal(err)
			}
		}
		id := w.add()
		w.run(t, 10*time.Second)
		if at := w.op(id).Attempts[0].StartedAt.Sub(begun); at < 5*time.Second || at > 6*time.Second {
			t.Errorf("after five calls at one a second the write began at %v", at)
		}
		gone := connection.Connection{TSP: "gone"}
		if err := w.writes.c.Limits.Pace(gone).Wait(t.Context(), oneLimit); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatSyncWritesMayBorrowIsWhatALimitGivesInFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			limit dispatch.Limit
			calls int // with those that the limit gives at once
			paid  int // those that pass within a minute beside others who take what they can
		}{
			{dispatch.Limit{Interval: 200 * time.Millisecond, Burst: 5}, 5 + 25, 150},
			{dispatch.Limit{Interval: time.Second, Burst: 1}, 1 + 5, 30},
			{dispatch.Limit{Interval: 4 * time.Second, Burst: 2}, 2 + 1, 7},
			{dispatch.Limit{Interval: time.Minute, Burst: 1}, 1 + 1, 0},
		} {
			l := NewLimits(nil, dispatch.NewBudget(time.Now, map[string]time.Time{}), nil)
			passed := 0
			for l.borrow("", []dispatch.Limit{c.limit}) == 0 {
				passed++
			}
			if passed != c.calls {
				t.Errorf("%+v: %d calls at once, want %d", c.limit, passed, c.calls)
			}
			// Somebody else takes all that the limit gives.
			passed = 0
			for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(c.limit.Interval / 4) {
				l.budget.Take("", []dispatch.Limit{c.limit})
				if l.borrow("", []dispatch.Limit{c.limit}) == 0 {
					passed++
				}
			}
			if passed > c.paid+2 || passed < c.paid-2 {
				t.Errorf("%+v: %d calls beside a flow in a minute, want %d", c.limit, passed, c.paid)
			}
		}
	})
}

func TestAnAttemptThatWaitsForALimitEndsAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		begun := time.Now()
		// Its first call is paid for, and the next one would have to wait for an hour.
		w.tsp.write = func(ctx context.Context, _ int, write tsp.Write) (tsp.Written, error) {
			if err := write.Pace.Wait(ctx, oneLimit); err != nil {
				return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Message: "the limit is used up", Err: err}
			}
			return tsp.Written{}, nil
		}
		id := w.add(func(op *operation.Operation) { op.Deadline = begun.Add(10 * time.Second) })
		w.writes.c.Limits.shut(w.writes.task(w.op(id), w.conn, w.tsp.spec), 0)
		time.AfterFunc(time.Millisecond, func() {
			w.budget.Shut(w.writes.c.Limits.of(w.tsp.spec, w.conn).only([]string{oneLimit}), time.Hour)
		})
		w.run(t, 15*time.Second)
		op := w.op(id)
		if op.State != operation.Failed {
			t.Fatalf("%s: %v", op.State, lines(op))
		}
		if after := op.Attempts[len(op.Attempts)-1].EndedAt.Sub(begun); after > 11*time.Second {
			t.Errorf("told after %v", after)
		}
	})
}

func TestAPartnerThatFloodsWithSyncWritesDoesNotKeepAnotherFromThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := []dispatch.Limit{{ID: "account", Interval: time.Second, Burst: 1}}
		l := NewLimits(nil, dispatch.NewBudget(time.Now, map[string]time.Time{}), nil)
		end := time.Now().Add(2 * time.Minute)
		var flood sync.WaitGroup
		flood.Go(func() {
			for ; time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
				l.borrow("flood", limits)
			}
		})
		time.Sleep(30*time.Second + time.Millisecond)
		for range 5 {
			tries := 1
			for wait := l.borrow("other", limits); wait > 0 && tries < 10; tries++ {
				// A caller comes back after whole seconds and some way.
				time.Sleep(wait.Truncate(time.Second) + time.Second + 100*time.Millisecond)
				wait = l.borrow("other", limits)
			}
			if tries > 3 {
				t.Errorf("it was let pass at the %dth try", tries)
			}
		}
		flood.Wait()
	})
}

func TestCallsThatWereMadeBeforeTheirAccountWasKnownAreChargedToIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProvider()
		p.spec.Limits = nil
		for _, scope := range []tsp.Scope{tsp.PerAccount, tsp.PerApp} {
			p.spec.Limits = append(p.spec.Limits, tsp.Limit{Key: string(scope), Scope: scope, Events: 1, Period: time.Second, Burst: 2})
		}
		registry, err := tsp.NewRegistry([]tsp.Adapter{p}, nil)
		if err != nil {
			t.Fatal(err)
		}
		l := NewLimits(registry, dispatch.NewBudget(time.Now, map[string]time.Time{}), nil)
		c := connection.Connection{ID: uuid.UUID{1}, TSP: "acme", Account: "a"}
		l.Charge(c, []string{"account", "account", "account", "app", "none of these"})
		waits := func(c connection.Connection, key string) time.Duration {
			begun := time.Now()
			if err := l.Pace(c).Wait(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			return time.Since(begun)
		}
		if got := waits(connection.Connection{ID: uuid.UUID{2}, TSP: "acme", Account: "b"}, "account"); got != 0 {
			t.Errorf("another account waits %v", got)
		}
		// Three calls of a burst of two are one too many, and the fourth comes a second behind them.
		if got := waits(c, "account"); got != 2*time.Second {
			t.Errorf("the account waits %v", got)
		}
		if got := waits(c, "app"); got != 0 {
			t.Errorf("what was charged when it was made waits %v", got)
		}
	})
}

func TestAnAttemptPaysForTheLimitsThatItAsksForAndNotForAllThatATSPHas(t *testing.T) {
	l := NewLimits(nil, dispatch.NewBudget(time.Now, nil), nil)
	cost := func(declared int) float64 {
		spec := tsp.Spec{Name: "acme"}
		for n := range declared {
			spec.Limits = append(spec.Limits, tsp.Limit{Key: fmt.Sprint(n), Scope: tsp.PerAccount, Events: 1, Period: time.Second})
		}
		return testing.AllocsPerRun(10, func() {
			pacer := l.pacer(spec, connection.Connection{TSP: "acme", Account: "a"}, "")
			if _, ok := pacer.Named("0"); !ok {
				t.Error("the limit is not there")
			}
		})
	}
	if few, many := cost(1), cost(50); many > few {
		t.Errorf("%v allocations of a TSP with one limit, %v of one with 50", few, many)
	}
}
