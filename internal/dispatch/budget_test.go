package dispatch

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// taken counts how many calls a budget allows at once.
func taken(b *Budget, limits []Limit, ahead time.Duration) (n int) {
	for {
		if wait, _ := b.Borrow("", limits, ahead); wait > 0 {
			return n
		}
		n++
	}
}

func TestABudgetThatWasNotSavedStartsEmpty(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := []Limit{{ID: "x", Interval: time.Second, Burst: 5}}
		if n := taken(NewBudget(time.Now, map[string]time.Time{}), limit, 0); n != 5 {
			t.Errorf("a fresh budget allows %d at once", n)
		}
		if n := taken(NewBudget(time.Now, nil), limit, 0); n != 1 {
			t.Errorf("a budget after a crash allows %d at once", n)
		}
		b := NewBudget(time.Now, map[string]time.Time{})
		taken(b, limit, 0)
		if n := taken(NewBudget(time.Now, b.State()), limit, 0); n != 0 {
			t.Errorf("a budget that was used up before a stop allows %d at once", n)
		}
	})
}

func TestABudgetNamesTheLimitsThatAreUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(time.Now, map[string]time.Time{})
		slow, fast := Limit{ID: "slow", Interval: time.Minute, Burst: 1}, Limit{ID: "fast", Interval: time.Second, Burst: 9}
		b.Take("", []Limit{slow})
		wait, used := b.Take("", []Limit{fast, slow})
		if diff := cmp.Diff([]string{"slow"}, used); diff != "" || wait != time.Minute {
			t.Errorf("wait %v (-want +got):\n%s", wait, diff)
		}
		if n := taken(b, []Limit{fast}, 0); n != 9 {
			t.Errorf("a call that was not allowed was charged: %d left of 9", n)
		}
	})
}

func TestWhoBorrowsIsBoundAndPaysBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			limit Limit
			ahead time.Duration
			want  int
		}{
			{Limit{ID: "x", Interval: time.Second, Burst: 2}, 5 * time.Second, 7},
			{Limit{ID: "x", Interval: time.Minute, Burst: 1}, 5 * time.Second, 2},
			{Limit{ID: "x", Interval: time.Second, Burst: 2}, 0, 2},
		} {
			b := NewBudget(time.Now, map[string]time.Time{})
			if n := taken(b, []Limit{c.limit}, c.ahead); n != c.want {
				t.Errorf("%v ahead of %+v: %d at once, want %d", c.ahead, c.limit, n, c.want)
			}
			debt := time.Duration(c.want-c.limit.Burst+1) * c.limit.Interval
			if wait, _ := b.Take("", []Limit{c.limit}); wait != debt {
				t.Errorf("%v ahead of %+v: the next one waits %v, want %v", c.ahead, c.limit, wait, debt)
			}
		}
	})
}

func TestAShutLimitAllowsNothingForItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(time.Now, map[string]time.Time{})
		limit := []Limit{{ID: "x", Interval: time.Second, Burst: 5}}
		b.Shut(limit, 30*time.Second)
		if wait, _ := b.Take("", limit); wait != 30*time.Second {
			t.Errorf("the next call waits %v", wait)
		}
		b.Shut(limit, time.Second)
		if wait, _ := b.Take("", limit); wait != 30*time.Second {
			t.Errorf("a shorter time opened it: the next call waits %v", wait)
		}
	})
}

func TestAPacerChargesEachCallOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		write := Limit{ID: "1/write", Interval: time.Second, Burst: 1}
		p := &Pacer{Budget: NewBudget(time.Now, map[string]time.Time{}), Named: keyed(map[string]Limit{"write": write})}
		p.Budget.Take("", []Limit{write})
		begun := time.Now()
		for _, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			if want == 0 {
				p.Prepaid("write")
			}
			if err := p.Wait(t.Context(), "write", "unknown"); err != nil || time.Since(begun) != want {
				t.Errorf("a call was made after %v, want %v: %v", time.Since(begun), want, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := p.Wait(ctx, "write"); err == nil {
			t.Error("a call was made after its context had ended")
		}
	})
}

func TestABudgetForgetsLimitsThatTellNothing(t *testing.T) {
	t.Parallel()
	for _, saved := range []map[string]time.Time{{}, nil} {
		synctest.Test(t, func(t *testing.T) {
			b := NewBudget(time.Now, saved)
			time.Sleep(time.Minute)
			for i := range 10_000 {
				call := Limit{ID: fmt.Sprint(i), Interval: time.Second, Burst: 5, AtOnce: 2}
				p := &Pacer{Budget: b, Named: keyed(map[string]Limit{"call": call})}
				if n := taken(b, []Limit{call}, 0); n != 5 {
					t.Fatalf("a new limit allows %d at once", n)
				}
				leave, err := p.Enter(t.Context(), "call", "call")
				if err != nil {
					t.Fatal(err)
				}
				leave()
				time.Sleep(time.Second)
			}
			if len(b.tat) > 200 || len(b.queues) > 200 || len(b.rooms) > 0 {
				t.Errorf("it holds %d times, %d queues and %d rooms", len(b.tat), len(b.queues), len(b.rooms))
			}
			time.Sleep(time.Minute)
			if n := taken(b, []Limit{{ID: "0", Interval: time.Second, Burst: 5}}, 0); n != 5 {
				t.Errorf("one that was forgotten allows %d at once", n)
			}
			if wait, _ := b.Take("", []Limit{{ID: "new", Interval: time.Hour, Burst: 1}}); wait > 0 {
				t.Errorf("another waits %v", wait)
			}
		})
	}
}

func TestABudgetForgetsNoLimitThatIsUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(time.Now, map[string]time.Time{})
		slow := []Limit{{ID: "slow", Interval: time.Hour, Burst: 1}}
		b.Take("", slow)
		for i := range 1000 {
			b.Take("", []Limit{{ID: fmt.Sprint(i), Interval: time.Second, Burst: 5}})
			time.Sleep(time.Second)
		}
		if wait, _ := b.Take("", slow); wait != time.Hour-1000*time.Second {
			t.Errorf("wait %v", wait)
		}
	})
}

// keyed are limits by their keys.
func keyed(limits map[string]Limit) func(string) (Limit, bool) {
	return func(key string) (Limit, bool) {
		l, ok := limits[key]
		return l, ok
	}
}

func TestWhatIsForeseenOfLimitsIsChargedToNoneOfThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(time.Now, map[string]time.Time{})
		limits := []Limit{{ID: "a", Label: Label{"acme", "quick"}, Interval: time.Second, Burst: 1},
			{ID: "b", Label: Label{"acme", "slow"}, Interval: time.Minute, Burst: 1}}
		for range 3 {
			if waits := b.Foresee("p", limits, 0); !slices.Equal(waits, []time.Duration{0, 0}) {
				t.Fatalf("before anything was charged: %v", waits)
			}
		}
		if wait, _ := b.Take("p", limits); wait != 0 {
			t.Fatalf("it has charged: %v", wait)
		}
		for range 3 {
			if waits := b.Foresee("p", limits, 0); !slices.Equal(waits, []time.Duration{time.Second, time.Minute}) {
				t.Errorf("once they are used up: %v", waits)
			}
		}
		if len(b.UsedUp()) != 0 {
			t.Error("it waits for its turn")
		}
	})
}
