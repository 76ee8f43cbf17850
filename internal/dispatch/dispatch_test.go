package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestALostHintIsFoundBySweeping(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{}
		time.AfterFunc(20*time.Second, func() { l.add(Item[string]{Seq: 1, Key: "a"}) })
		runFor(t, l, 25*time.Second)
		if len(l.log) != 1 {
			t.Errorf("the item ran %d times", len(l.log))
		}
	})
}

func TestALaneThatItsWorkKeepsClosedOpensWhenItIsActivated(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{time.Second, 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, closed: time.Now().Add(time.Minute)}
			source := NewInProcess(time.Now)
			stop := start(t, source, l)
			time.Sleep(after)
			l.mu.Lock()
			l.closed = time.Time{}
			l.mu.Unlock()
			source.Activate(theLane, time.Now())
			time.Sleep(time.Second)
			stop()
			if len(l.log) != 1 {
				t.Errorf("activated after %v, the item ran %d times", after, len(l.log))
			}
		})
	}
}

func TestAStopEndsHoweverManyLanesAreDue(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{0, 1, 2, 20, 200} {
		t.Run(fmt.Sprintf("%d lanes", lanes), func(t *testing.T) {
			t.Parallel()
			for range 100 {
				synctest.Test(t, func(t *testing.T) { stopWith(t, lanes) })
			}
		})
	}
}

// stopWith stops a dispatcher while lanes are due and attempts are in flight that would take
// longer than the grace.
func stopWith(t *testing.T, lanes int) {
	ctx, cancel := context.WithCancel(t.Context())
	source := NewInProcess(time.Now)
	l := &lane{took: time.Hour}
	for i := range int64(4) {
		l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprint(i)})
	}
	d := New(Config{Source: source, Budget: NewBudget(time.Now, nil), Now: time.Now, MaxLanes: max(1, lanes/2),
		Kinds: map[string]Kind{fence.Connections: KindOf[string](l, Policy{})}, Grace: time.Second, Log: slog.New(slog.DiscardHandler)})
	for i := range lanes {
		source.Activate(fence.Lane{Kind: fence.Connections, ID: uuid.UUID{2, byte(i), byte(i >> 8)}}, time.Now())
	}
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	time.Sleep(time.Duration(lanes%3) * time.Millisecond)
	cancel()
	begun := time.Now()
	if err := <-done; err != nil || time.Since(begun) > time.Second {
		t.Errorf("the stop took %v: %v", time.Since(begun), err)
	}
}

func TestAStopTellsWhetherItCutAttemptsOff(t *testing.T) {
	t.Parallel()
	for took, cut := range map[time.Duration]bool{500 * time.Millisecond: false, 2 * time.Second: true} {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{took: took, items: []Item[string]{{Seq: 1, Key: "a"}}}
			source := NewInProcess(time.Now)
			d := New(Config{Source: source, Budget: NewBudget(time.Now, nil), Now: time.Now, Grace: time.Second,
				Kinds: map[string]Kind{fence.Connections: KindOf[string](l, Policy{})}, Log: slog.New(slog.DiscardHandler)})
			source.Activate(fence.Lane{Kind: fence.Connections}, time.Now())
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			if err := d.Run(ctx); err != nil || d.Cut() != cut {
				t.Errorf("an attempt of %v: cut %t, %v", took, d.Cut(), err)
			}
		})
	}
}

func TestAStopTellsOfAttemptsThatCouldNotBeSettled(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, settles: func(Attempt[string]) error { return errors.New("full") }}
			if ends {
				l.items[0].End = "it must end, so nothing was sent"
			}
			source := NewInProcess(time.Now)
			d := New(Config{Source: source, Budget: NewBudget(time.Now, nil), Now: time.Now, Grace: time.Second,
				Kinds: map[string]Kind{fence.Connections: KindOf[string](l, Policy{})}, Log: slog.New(slog.DiscardHandler)})
			source.Activate(fence.Lane{Kind: fence.Connections}, time.Now())
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Second, cancel)
			if err := d.Run(ctx); err != nil || d.Cut() == ends {
				t.Errorf("without an attempt %t: cut %t, %v", ends, d.Cut(), err)
			}
		})
	}
}

func TestAChainRestsAfterItsItemHasEnded(t *testing.T) {
	t.Parallel()
	for _, without := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			began, rest := time.Now(), time.Now().Add(10*time.Second)
			l := &lane{items: []Item[string]{{Seq: 1, Key: "a", Rest: rest}, {Seq: 2, Key: "a"}, {Seq: 3, Key: "b"}}}
			if without {
				l.items[0].End = "it must end"
			} else {
				l.ends = map[int64][]End{1: {{Class: Refused, Rest: rest}}}
			}
			l.settles = func(a Attempt[string]) error {
				if a.Item.Seq == 1 {
					l.items[1].NotBefore = a.End.Rest
				}
				return nil
			}
			runFor(t, l, 15*time.Second)
			for i, seq := range l.log {
				if at := l.at[i].Sub(began); seq == 2 && at < 10*time.Second || seq == 3 && at > time.Second {
					t.Errorf("without an attempt %t: %d was performed after %v", without, seq, at)
				}
			}
			if !slices.Contains(l.log, 2) {
				t.Errorf("without an attempt %t: performed %v", without, l.log)
			}
		})
	}
}
