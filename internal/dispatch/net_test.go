package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/fence"
)

// panics is a log handler that counts the panics it is told of with their stacks.
type panics struct {
	slog.Handler
	mu sync.Mutex
	n  int
}

func (p *panics) Handle(_ context.Context, r slog.Record) error {
	told := map[string]bool{}
	r.Attrs(func(a slog.Attr) bool {
		told[a.Key] = a.Value.String() != ""
		return true
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Level == slog.LevelError && told["panic"] && told["stack"] {
		p.n++
	}
	return nil
}

func (p *panics) Enabled(context.Context, slog.Level) bool { return true }

func TestAPanicInOneCallHurtsNoOtherChainAndNoOtherLane(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call     string
		deadline time.Duration
		// met is how often the call is met in ten minutes.
		met int
		// ends is how the item ended without an attempt, at its deadline, and left whether it waits.
		ends map[int64]Reason
		left bool
	}{
		// At the start, and after pauses of one, two and four minutes.
		{"Begin", time.Hour, 4, nil, true},
		{"Begin", 150 * time.Second, 2, map[int64]Reason{1: Late}, false},
		{"Perform", time.Hour, 1, nil, false},
		{"Settle", time.Hour, 4, nil, true},
		// At its deadline the end itself is tried, and then left alone longer and longer.
		{"Settle", 150 * time.Second, 4, nil, true},
	} {
		t.Run(c.call+" with a deadline after "+c.deadline.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				met := 0
				l := &lane{items: []Item[string]{{Seq: 1, Key: "a", Deadline: time.Now().Add(c.deadline)},
					{Seq: 2, Key: "b"}, {Seq: 3, Key: "b"}, {Seq: 4, Key: "a"}}}
				l.breaks = func(call string, seq int64) {
					if call == c.call && seq == 1 {
						met++
						panic("no pointer at all")
					}
				}
				other := &lane{kind: fence.Imports, items: []Item[string]{{Seq: 1, Key: "x"}}}
				log := &panics{}
				begun := time.Now()
				source := NewInProcess(time.Now)
				stop := startLogged(t, source, slog.New(log), l, other)
				time.Sleep(150 * time.Second)
				synctest.Wait()
				if _, _, without := l.counts(); !cmp.Equal(without, c.ends) {
					t.Errorf("at the deadline ended %v", without)
				}
				for range 45 {
					source.Activate(theLane, time.Now())
					time.Sleep(10 * time.Second)
				}
				stop()
				if at, ok := l.performed(3); !ok || at.Sub(begun) > 0 {
					t.Errorf("another chain: performed %v after %v", ok, at.Sub(begun))
				}
				if at, ok := other.performed(1); !ok || at.Sub(begun) > 0 {
					t.Errorf("another lane: performed %v after %v", ok, at.Sub(begun))
				}
				if _, ok := l.performed(4); ok == c.left {
					t.Errorf("what follows in the chain was performed: %v", ok)
				}
				if met != c.met || log.n != met || !cmp.Equal(l.without, c.ends) {
					t.Errorf("met %d times, told %d times; ended %v", met, log.n, l.without)
				}
			})
		})
	}
}

func TestWhatAPanicLeavesUnknownEndsAsBroken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ends []Attempt[string]
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, breaks: func(call string, _ int64) {
			if call == "Perform" {
				panic("no pointer at all")
			}
		}}
		l.settles = func(a Attempt[string]) error { ends = append(ends, a); return nil }
		runFor(t, l, time.Minute)
		if len(ends) != 1 || ends[0].End.Class != Broken || ends[0].Verdict.Fate != Fails || ends[0].End.StartedAt.IsZero() {
			t.Errorf("it ended as %+v", ends)
		}
	})
}

func TestAPanicInReadingOrLookingIsMetASecondLaterAndHurtsNoOtherLane(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Heads", "Waiting"} {
		synctest.Test(t, func(t *testing.T) {
			met, healed := 0, time.Now().Add(10*time.Second)
			l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}}
			l.breaks = func(c string, _ int64) {
				if c == call && time.Now().Before(healed) {
					met++
					panic("no pointer at all")
				}
			}
			other := &lane{kind: fence.Imports, items: []Item[string]{{Seq: 1, Key: "x"}}}
			log := &panics{}
			source := NewInProcess(time.Now)
			stop := startLogged(t, source, slog.New(log), l, other)
			for range 95 {
				if call == "Heads" {
					source.Activate(theLane, time.Now())
				}
				time.Sleep(100 * time.Millisecond)
			}
			synctest.Wait()
			_, own := l.performed(1)
			_, others := other.performed(1)
			if own || !others || met != 10 || log.n != met {
				t.Errorf("%s: met %d times, told %d times; another lane was worked on: %v", call, met, log.n, others)
			}
			time.Sleep(2 * time.Second)
			stop()
			if _, ok := l.performed(1); !ok {
				t.Errorf("%s: the lane did not go on", call)
			}
		})
	}
}

func TestAPanicOfARunnerLeavesNothingInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}, {Seq: 2, Key: "b", Limits: []Limit{{ID: "x", Interval: time.Second, Burst: 1}}}},
			took: 2 * time.Minute}
		log := &panics{}
		ctx, cancel := context.WithCancel(t.Context())
		d := New(Config{Source: NewInProcess(time.Now), Now: time.Now, Log: slog.New(log),
			// It panics when it is to be charged.
			Budget: &Budget{now: time.Now},
			Kinds:  map[string]Kind{fence.Connections: KindOf[string](l, Policy{Base: time.Second, Cap: time.Minute})}})
		done := make(chan error)
		go func() { done <- d.Run(ctx) }()
		time.Sleep(270 * time.Second)
		cancel()
		if err := <-done; err != nil || l.most != 1 || !cmp.Equal([]int64{1}, l.log) {
			t.Errorf("performed %v, %d at once: %v", l.log, l.most, err)
		}
		// The lane breaks at the start and, once it is free again after two minutes, each minute.
		if log.n != 3 {
			t.Errorf("told of %d panics", log.n)
		}
	})
}
