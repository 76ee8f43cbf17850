package throttle

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func at() *clock { return &clock{time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)} }

func TestACallerMayDoTwiceItsRateAtOnceAndThenItsRate(t *testing.T) {
	t.Parallel()
	c := at()
	b := New(Rate{60, time.Minute}, 10, c.now)
	took := func() (n int) {
		for b.Take("a") == 0 {
			n++
		}
		return n
	}
	if n := took(); n != 120 {
		t.Errorf("%d at once", n)
	}
	if wait := b.Take("a"); wait != time.Second {
		t.Errorf("then it waits for %s", wait)
	}
	c.at = c.at.Add(30 * time.Second)
	if n := took(); n != 30 {
		t.Errorf("%d after half a minute", n)
	}
}

func TestWhoIsRefusedIsChargedNothing(t *testing.T) {
	t.Parallel()
	c := at()
	b := New(Rate{1, time.Second}, 10, c.now)
	for range 100 {
		b.Take("a")
	}
	c.at = c.at.Add(time.Second)
	if wait := b.Take("a"); wait != 0 {
		t.Errorf("after a hundred in vain it waits for %s", wait)
	}
}

func TestNobodyIsChargedForOthers(t *testing.T) {
	t.Parallel()
	b := New(Rate{1, time.Hour}, 10, at().now)
	for b.Take("a") == 0 {
	}
	if wait := b.Take("b"); wait != 0 {
		t.Errorf("b waits for %s", wait)
	}
}

func TestMemoryIsBoundedAndWhoComesOftenIsNotForgotten(t *testing.T) {
	t.Parallel()
	b := New(Rate{1, time.Hour}, 100, at().now)
	for b.Take("often") == 0 {
	}
	for i := range 10_000 {
		b.Take(fmt.Sprint(i))
		if i%50 == 0 && b.Take("often") == 0 {
			t.Fatalf("it was forgotten after %d others", i)
		}
		if n := len(b.young) + len(b.old); n > 200 {
			t.Fatalf("%d are remembered", n)
		}
	}
}

func TestManyAtOnceGetNoMoreThanOne(t *testing.T) {
	t.Parallel()
	b := New(Rate{100, time.Hour}, 10, at().now)
	var took atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				if b.Take("a") == 0 {
					took.Add(1)
				}
			}
		})
	}
	all.Wait()
	if took.Load() != 200 {
		t.Errorf("%d", took.Load())
	}
}

func BenchmarkTake(b *testing.B) {
	all := New(Rate{1_000_000, time.Second}, 10_000, time.Now)
	for b.Loop() {
		all.Take("a client")
	}
}
