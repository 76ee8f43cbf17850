package dispatch

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// passed is lanes that pass between processes, each of which is one door.
type passed struct {
	*InProcess
	mu   sync.Mutex
	ran  map[fence.Lane]*door
	left map[fence.Lane][]byte
	cuts map[fence.Lane]time.Time
	// lost: what runs leave is lost.
	lost bool
}

// door is how one process comes by the lanes.
type door struct {
	*passed
	// open tells whether it takes lanes.
	open func() bool
}

func newPassed() *passed {
	return &passed{InProcess: NewInProcess(time.Now), ran: map[fence.Lane]*door{}, left: map[fence.Lane][]byte{},
		cuts: map[fence.Lane]time.Time{}}
}

func (d *door) Claim(ctx context.Context, queue string) (Claim, error) {
	for {
		for !d.open() {
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
				return Claim{}, ctx.Err()
			}
		}
		wait, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		c, err := d.InProcess.Claim(wait, queue)
		cancel()
		if err == nil || ctx.Err() != nil {
			return c, err
		}
	}
}

func (d *door) Taken(c fence.Claim) Taken {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := d.ran[c.Lane]
	d.ran[c.Lane] = d
	return Taken{Moved: last != nil && last != d, Left: d.left[c.Lane], CutAt: d.cuts[c.Lane]}
}

func (d *door) Leave(c fence.Claim, left []byte, cut bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost {
		left = nil
	}
	d.left[c.Lane] = left
	if cut {
		d.cuts[c.Lane] = time.Now()
	}
}

// turned are two processes that run the same lanes by turns.
func turned(t *testing.T, p *passed, every time.Duration, l *lane) (stop func()) {
	t.Helper()
	begun := time.Now()
	house := &house{}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for i, r := range []*resident{house.enter(), house.enter()} {
		open := func() bool { return int(time.Since(begun)/every)%2 == i }
		d := New(Config{Source: &door{p, open}, Kinds: map[string]Kind{theLane.Kind: KindOf[string](l, Policy{Base: time.Second,
			Cap: time.Minute, MaxCounted: 3})}, Budget: NewBudget(time.Now, nil).Among(r), Now: time.Now,
			Log: slog.New(slog.DiscardHandler), MaxLanes: 1, Slice: every / 2, Linger: time.Nanosecond})
		all.Go(func() {
			if err := d.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// limited is many items, each in a chain of its own, that want limits.
func limited(n int, limits ...Limit) (items []Item[string]) {
	for i := range n {
		items = append(items, Item[string]{Seq: int64(i + 1), Key: uuid.UUID{15: byte(i), 14: byte(i >> 8)}.String(),
			Limits: limits})
	}
	return items
}

func TestALimitOfOneLaneIsWholeWhereverItRuns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lost  bool
		least int
	}{
		"and what is left of it moves along":     {false, 59},
		"and is empty if what was left was lost": {true, 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limit := Limit{ID: "x", Interval: time.Second, Burst: 3, Lane: theLane}
				p, l := newPassed(), &lane{items: limited(100, limit)}
				p.lost = c.lost
				stop := turned(t, p, 4*time.Second, l)
				time.Sleep(time.Minute)
				stop()
				made := &calls{at: l.at}
				if n := made.beyond(limit); n > 0 {
					t.Errorf("%d calls more than it allows", n)
				}
				if len(made.at) < c.least {
					t.Errorf("%d calls in a minute, of 60", len(made.at))
				}
			})
		})
	}
}

func TestATimeForWhichALaneWasToldToWaitHoldsWhereverItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := throttled(time.Minute, Item[string]{Seq: 2, Key: "update/b"})
		l.took = time.Millisecond
		p := newPassed()
		stop := turned(t, p, 2*time.Second, l)
		for range 70 {
			time.Sleep(time.Second)
			p.Activate(theLane, time.Now())
		}
		stop()
		for i, at := range l.at[1:] {
			if d := at.Sub(l.at[0]); d > 10*time.Millisecond && d < time.Minute {
				t.Errorf("attempt %d was made after %v", i+2, d)
			}
		}
		if len(p.ran) != 1 || len(l.at) < 3 {
			t.Fatalf("%d attempts over %d lanes", len(l.at), len(p.ran))
		}
	})
}

func TestALaneThatNeverRanHasItsLimitsWholeWhoeverSortedIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left []byte
		wait time.Duration
	}{
		"as nothing can be used up":   {[]byte{}, 0},
		"but not where somebody died": {nil, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, limit := newPassed(), Limit{ID: "x", Interval: time.Second, Burst: 3, Lane: theLane}
				p.ran[theLane], p.left[theLane] = &door{p, nil}, c.left
				b := NewBudget(time.Now, map[string]time.Time{}).Among((&house{}).enter())
				d := New(Config{Source: &door{p, nil}, Budget: b, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
				b.Take("", nil)
				time.Sleep(time.Minute)
				d.take(fence.Claim{Lane: theLane, Epoch: 2})
				if wait, _ := b.Take("", []Limit{limit}); wait != c.wait {
					t.Errorf("the first write waits for %v", wait)
				}
			})
		})
	}
}

func TestALaneWhoseAttemptWasCutOffCountsAsNotGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, hangs: 1}
		p := newPassed()
		stop := startKinds(t, Config{Source: &door{p, func() bool { return true }}, Grace: time.Second,
			Kinds: map[string]Kind{theLane.Kind: KindOf[string](l, Policy{})}, Log: slog.New(slog.DiscardHandler)})
		time.Sleep(time.Second)
		stop()
		if at := p.cuts[theLane]; !at.Equal(time.Now()) {
			t.Errorf("it was cut at %v", at)
		}
	})
}

func TestALaneThatWasTakenTellsSinceWhenWhileItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, l := newPassed(), &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, took: time.Second}
		cut := time.Now()
		p.cuts[theLane] = cut
		d := New(Config{Source: &door{p, func() bool { return true }}, Kinds: map[string]Kind{theLane.Kind: KindOf[string](l,
			Policy{})}, Budget: NewBudget(time.Now, nil), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- d.Run(ctx) }()
		time.Sleep(time.Second / 2)
		if at := d.CutAt(theLane); !at.Equal(cut) {
			t.Errorf("while it runs: %v", at)
		}
		time.Sleep(time.Minute)
		if at := d.CutAt(theLane); !at.IsZero() {
			t.Errorf("after its run: %v", at)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestARunThatLostItsLifeGivesNothingOfTheRunThatCameAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := Limit{ID: "x", Interval: time.Second, Burst: 3, Lane: theLane}
		p, r := newPassed(), (&house{}).enter()
		b := NewBudget(time.Now, map[string]time.Time{}).Among(r)
		d := New(Config{Source: &door{p, nil}, Budget: b, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		before, after := fence.Claim{Lane: theLane, Epoch: 1}, fence.Claim{Lane: theLane, Epoch: 3}
		d.take(before)
		// An attempt is in flight when the life ends; the lane was taken by another and comes back.
		r.lives(2)
		cut := time.Now()
		p.cuts[theLane] = cut
		d.take(after)
		// The later one may be over as well when the earlier one ends.
		ends := func() {
			d.remember(before, memory{gate: gate{paused: time.Now().Add(time.Hour)}})
			d.give(before, left{Paused: time.Now().Add(time.Hour)}, false)
		}
		ends()
		if at := d.CutAt(theLane); !at.Equal(cut) {
			t.Errorf("the lane was taken at %v", at)
		}
		for b.holds(limit) {
			if wait, _ := b.Take("", []Limit{limit}); wait > 0 {
				break
			}
		}
		d.give(after, left{}, false)
		given := string(p.left[theLane])
		ends()
		if !strings.Contains(given, `"x"`) || string(p.left[theLane]) != given {
			t.Errorf("the later run leaves %s, then it is %s", given, p.left[theLane])
		}
		if m := d.recall(theLane); !m.gate.paused.IsZero() {
			t.Errorf("the next run is kept from running until %v", m.gate.paused)
		}
	})
}
