package dispatch

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// lane is a lane's work in memory: items and how their attempts end, one class per attempt.
type lane struct {
	mu     sync.Mutex
	items  []Item
	ends   map[int64][]End
	log    []int64 // the Seq of each attempt, in order
	at     []time.Time
	flying int
	most   int
	took   time.Duration
	closed time.Time
}

func (l *lane) Heads(_ context.Context, _ fence.Lane, after int64, n int) (Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var heads []Item
	for _, it := range l.items {
		if it.Seq > after && len(heads) < n {
			heads = append(heads, it)
		}
	}
	if time.Now().Before(l.closed) {
		return Batch{Closed: l.closed}, nil
	}
	return Batch{Items: heads, Parallel: 4}, nil
}

func (l *lane) Begin(context.Context, Item) error { return nil }

func (l *lane) Perform(_ context.Context, item Item) End {
	l.mu.Lock()
	l.log, l.at = append(l.log, item.Seq), append(l.at, time.Now())
	l.flying++
	l.most = max(l.most, l.flying)
	end := End{Class: tsp.Done}
	if ends := l.ends[item.Seq]; len(ends) > 0 {
		end, l.ends[item.Seq] = ends[0], ends[1:]
	}
	l.mu.Unlock()
	time.Sleep(l.took)
	l.mu.Lock()
	l.flying--
	l.mu.Unlock()
	return end
}

func (l *lane) Settle(_ context.Context, item Item, _ End, v Verdict) (Item, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	item.NotBefore, item.Unknown = v.At, v.Fate == Asks
	item.Streak++
	i := slices.IndexFunc(l.items, func(it Item) bool { return it.Seq == item.Seq })
	if v.Fate == Succeeds || v.Fate == Fails {
		l.items = slices.Delete(l.items, i, i+1)
	} else {
		l.items[i] = item
	}
	return item, nil
}

func (l *lane) Waiting(context.Context) ([]fence.Lane, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.items) == 0 {
		return nil, nil
	}
	return []fence.Lane{theLane}, nil
}

var theLane = fence.Lane{Kind: fence.Connections, ID: uuid.UUID{1}}

// runFor runs a dispatcher over the lane for some virtual time.
func runFor(t *testing.T, l *lane, d time.Duration) {
	t.Helper()
	runOver(t, NewInProcess(time.Now), l, d)
}

func runOver(t *testing.T, source Source, l *lane, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	disp := New(Config{Source: source, Works: map[string]Work{fence.Connections: l},
		Policies: map[string]Policy{fence.Connections: {Base: time.Second, Cap: time.Minute, MaxCounted: 3}},
		Budget:   NewBudget(time.Now, map[string]time.Time{}), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	done := make(chan error)
	go func() { done <- disp.Run(ctx) }()
	time.Sleep(d)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAnItemThatRetriesBlocksOnlyItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item{{Seq: 1, Key: "a"}, {Seq: 2, Key: "a"}, {Seq: 3, Key: "b"}},
			ends: map[int64][]End{1: {{Class: tsp.Unavailable}}}, took: time.Millisecond}
		runFor(t, l, time.Minute)
		// 1 and 3 begin at once, in either order; 1 comes again, and only then 2.
		first := slices.Sorted(slices.Values(l.log[:2]))
		if diff := cmp.Diff([]int64{1, 3, 1, 2}, append(first, l.log[2:]...)); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

func TestALaneKeepsItsRateAndItsParallelism(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 700 * time.Millisecond}
		limit := []Limit{{ID: "x", Interval: 100 * time.Millisecond, Burst: 1}}
		for i := range int64(1000) {
			l.items = append(l.items, Item{Seq: i + 1, Key: uuid.NewString(), Limits: limit})
		}
		runFor(t, l, time.Minute)
		// Four attempts of 0.7 s at once allow 342, less what the ends of slices cost.
		if n := len(l.log); n < 325 || n > 343 {
			t.Errorf("%d attempts in a minute", n)
		}
		if l.most != 4 {
			t.Errorf("%d attempts were in flight at once", l.most)
		}
		l = &lane{items: l.items}
		runFor(t, l, time.Minute)
		if n := len(l.log); n < 590 || n > 602 {
			t.Errorf("%d attempts in a minute at 10 a second", n)
		}
	})
}

func TestAThrottleClosesTheWholeLaneForTheTimeGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item{{Seq: 1, Key: "a"}}, ends: map[int64][]End{1: {{Class: tsp.Throttled, RetryAfter: 7500 * time.Millisecond}}}}
		runFor(t, l, time.Minute)
		if len(l.at) != 2 || l.at[1].Sub(l.at[0]) < 7500*time.Millisecond || l.at[1].Sub(l.at[0]) > 8*time.Second {
			t.Errorf("attempts at %v", l.at)
		}
	})
}

func TestALostHintIsFoundBySweeping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lane{}
		time.AfterFunc(20*time.Second, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.items = append(l.items, Item{Seq: 1, Key: "a"})
		})
		runFor(t, l, 25*time.Second)
		if len(l.log) != 1 {
			t.Errorf("the item ran %d times", len(l.log))
		}
	})
}

func TestALaneThatItsWorkKeepsClosedOpensWhenItIsActivated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, after := range []time.Duration{time.Second, 5 * time.Second} {
			l := &lane{items: []Item{{Seq: 1, Key: "a"}}, closed: time.Now().Add(time.Minute)}
			source := NewInProcess(time.Now)
			time.AfterFunc(after, func() {
				l.mu.Lock()
				l.closed = time.Time{}
				l.mu.Unlock()
				source.Activate(theLane, time.Now())
			})
			runOver(t, source, l, after+time.Second)
			if len(l.log) != 1 {
				t.Errorf("activated after %v, the item ran %d times", after, len(l.log))
			}
		}
	})
}

func TestWhatFollowsFromEachClass(t *testing.T) {
	t.Parallel()
	p := Policy{Base: time.Second, Cap: time.Minute, MaxCounted: 3}
	now := time.Unix(1e9, 0)
	for _, c := range []struct {
		name string
		item Item
		end  End
		fate Fate
		stop bool
	}{
		{"done succeeds", Item{}, End{Class: tsp.Done}, Succeeds, false},
		{"a refusal fails", Item{}, End{Class: tsp.Rejected}, Fails, false},
		{"a missing permission fails", Item{}, End{Class: tsp.Forbidden}, Fails, false},
		{"our own bug fails", Item{}, End{Class: tsp.Broken}, Fails, false},
		{"refused credentials stop the lane", Item{}, End{Class: tsp.Unauthorized}, Retries, true},
		{"an unavailable TSP is tried for long", Item{Counted: 99}, End{Class: tsp.Unavailable}, Retries, false},
		{"a throttle does not count", Item{Counted: 99}, End{Class: tsp.Throttled}, Retries, false},
		{"an unknown outcome is looked up", Item{Strength: tsp.VerifyFirst}, End{Class: tsp.Unknown}, Asks, false},
		{"an unknown outcome that cannot be looked up fails", Item{Strength: tsp.None}, End{Class: tsp.Unknown}, Fails, false},
		{"unknown outcomes do not go on for ever", Item{Strength: tsp.Native, Counted: 2}, End{Class: tsp.Unknown}, Fails, false},
		{"a look-up that fails leaves it unknown", Item{Unknown: true, Strength: tsp.VerifyFirst}, End{Class: tsp.Unavailable, Open: true}, Asks, false},
		{"a deadline ends it", Item{}, End{Class: tsp.Unavailable, Expired: true}, Fails, false},
	} {
		v := p.Decide(c.item, c.end, now)
		if v.Fate != c.fate || v.Stop != c.stop {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

func TestABudgetThatWasNotSavedStartsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := []Limit{{ID: "x", Interval: time.Second, Burst: 5}}
		taken := func(b *Budget) (n int) {
			for b.Take(limit) <= 0 {
				n++
			}
			return n
		}
		if n := taken(NewBudget(time.Now, map[string]time.Time{})); n != 5 {
			t.Errorf("a fresh budget allows %d at once", n)
		}
		if n := taken(NewBudget(time.Now, nil)); n != 1 {
			t.Errorf("a budget after a crash allows %d at once", n)
		}
	})
}
