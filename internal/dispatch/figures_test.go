package dispatch

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/fence"
)

// standings are those of a lane after it has run for a while.
func standings(t *testing.T, l *lane, b *Budget, after time.Duration) map[Stance]Standing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	kind := KindOf[string](l, Policy{Base: time.Second, Cap: time.Minute, MaxCounted: 9})
	d := New(Config{Source: NewInProcess(time.Now), Budget: b, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Kinds: map[string]Kind{fence.Connections: kind}})
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	time.Sleep(after)
	synctest.Wait()
	got := d.Standings()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return got
}

func TestALaneSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	later := []End{{Class: Later}, {Class: Later}, {Class: Later}, {Class: Later}, {Class: Later}}
	throttled := []End{{Class: Throttled, RetryAfter: time.Minute}}
	limit := []Limit{{ID: "one", Interval: 10 * time.Minute, Burst: 1}}
	item := func(limits ...Limit) []Item[string] {
		return []Item[string]{{Seq: 1, Key: "a", Limits: limits}, {Seq: 2, Key: "b", Limits: limits}}
	}
	for says, c := range map[string]struct {
		lane *lane
		want map[Waits]int
	}{
		"of work in flight":          {&lane{items: item(), took: time.Hour}, map[Waits]int{Nothing: 2}},
		"of a limit":                 {&lane{items: item(limit...)}, map[Waits]int{ALimit: 0}},
		"of a next try":              {&lane{items: item()[:1], ends: map[int64][]End{1: later}}, map[Waits]int{ATime: 0}},
		"of a pause":                 {&lane{items: item()[:1], ends: map[int64][]End{1: throttled}}, map[Waits]int{ThePause: 0}},
		"of credentials":             {&lane{items: item(), barred: true}, map[Waits]int{TheBar: 0}},
		"of a connection":            {&lane{items: item(), closed: time.Now().AddDate(100, 0, 0)}, map[Waits]int{Opening: 0}},
		"of a store":                 {&lane{items: item(), fails: context.DeadlineExceeded}, map[Waits]int{TheStore: 0}},
		"of nothing, and is in none": {&lane{items: item()}, map[Waits]int{}},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := map[Waits]int{}
				b := NewBudget(time.Now, map[string]time.Time{})
				for s, n := range standings(t, c.lane, b, 20*time.Second+time.Millisecond) {
					if got[s.Waits] = n.Flying; s.Kind != fence.Connections || n.Lanes != 1 {
						t.Errorf("%v: %v", s, n)
					}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestHowManyAreInFlightIsNotedWithoutTheLockOfAllLanes(t *testing.T) {
	t.Parallel()
	d := New(Config{})
	r := &runner[string]{Dispatcher: d, claim: Claim{Claim: fence.Claim{Lane: theLane}}, label: "acme", flying: 1}
	r.stands(time.Now(), time.Time{})
	d.mu.Lock()
	r.flying = 5
	r.stands(time.Now(), time.Time{})
	d.mu.Unlock()
	want := map[Stance]Standing{{fence.Connections, "acme", Nothing}: {1, 5}}
	if diff := cmp.Diff(want, d.Standings()); diff != "" {
		t.Error(diff)
	}
}

func TestARunThatLostItsLifeSaysNothingOfTheRunThatCameAfterIt(t *testing.T) {
	t.Parallel()
	d, now := New(Config{Source: handing{}, Now: time.Now}), time.Now()
	runs := func(epoch int64, flying int) *runner[string] {
		c := fence.Claim{Lane: theLane, Epoch: epoch}
		d.runs[theLane] = run{epoch: epoch}
		r := &runner[string]{Dispatcher: d, claim: Claim{Claim: c}, label: "acme", flying: flying}
		r.stands(now, time.Time{})
		return r
	}
	before := runs(1, 1)
	runs(3, 5)
	// Its attempt ends, and with it the earlier run.
	before.flying = 0
	before.stands(now, now.Add(time.Minute))
	before.leaves(now, now.Add(time.Second))
	want := map[Stance]Standing{{fence.Connections, "acme", Nothing}: {1, 5}}
	if diff := cmp.Diff(want, d.Standings()); diff != "" {
		t.Error(diff)
	}
}

func TestALimitIsUsedUpWhileSomebodyWaitsForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(time.Now, map[string]time.Time{})
		of := func(id string) []Limit {
			return []Limit{{ID: id, Label: Label{"acme", "writes"}, Interval: time.Second, Burst: 1}}
		}
		for _, id := range []string{"a", "b", "c"} {
			b.Take("p", of(id))
		}
		b.Take("p", of("a"))
		b.Take("p", of("b"))
		if diff := cmp.Diff(map[Label]int{{"acme", "writes"}: 2}, b.UsedUp()); diff != "" {
			t.Error(diff)
		}
		time.Sleep(time.Minute)
		if got := b.UsedUp(); len(got) > 0 {
			t.Errorf("after a minute in which nobody asked: %v", got)
		}
	})
}

func TestALaneWithoutASlotIsDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewInProcess(time.Now)
		s.Activate(theLane, time.Now())
		s.Activate(fence.Lane{Kind: fence.Connections, ID: [16]byte{2}}, time.Now().Add(time.Hour))
		if n := s.Due(fence.Connections); n != 1 || s.Due(fence.Imports) != 0 {
			t.Errorf("%d lanes are due, %d of imports", n, s.Due(fence.Imports))
		}
	})
}
