package dispatch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// second is a limit of one call each second.
func second() []Limit { return []Limit{{ID: "account", Interval: time.Second, Burst: 1}} }

// flood is a lane in which one share has queued much, each on a chain of its own.
func flood(n int64) *lane {
	l := &lane{}
	for i := range n {
		l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("create/%05d", i), Share: "one", Limits: second()})
	}
	return l
}

func TestAShareWaitsForNoMoreThanTheOthersTurn(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{50, 1_000, 5_000} {
		synctest.Test(t, func(t *testing.T) {
			l, source := flood(n), NewInProcess(time.Now)
			stop := start(t, source, l)
			defer stop()
			time.Sleep(10*time.Second + time.Millisecond)
			for i := range int64(3) {
				seq, asked := n+1+i, time.Now()
				l.add(Item[string]{Seq: seq, Key: fmt.Sprintf("create/9%d", i), Share: "two", Limits: second()})
				source.Activate(theLane, time.Now())
				time.Sleep(5 * time.Second)
				if at, ok := l.performed(seq); !ok || at.Sub(asked) > 2*time.Second {
					t.Errorf("behind %d of another: performed %v after %v", n, ok, at.Sub(asked))
				}
			}
			if attempts, _, _ := l.counts(); attempts < 25 {
				t.Errorf("%d attempts in 25 slots", attempts)
			}
		})
	}
}

func TestSharesOfALaneGetEqualPartsAndKeepTheOrderOfTheChainsThatTheyShare(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		first, step int
		least, most int
	}{
		"chains of its own": {3_000, 1, 95, 105},
		// An item of the other one's is in the way of each, and is made in its turn.
		"chains of another": {500, 2, 47, 60},
	} {
		synctest.Test(t, func(t *testing.T) {
			l, keys := flood(2_000), map[int64]string{}
			for i := range 300 {
				seq, key := int64(5_000+i), fmt.Sprintf("create/%05d", c.first+c.step*i)
				l.items = append(l.items, Item[string]{Seq: seq, Key: key, Share: "two", Limits: second()})
			}
			for _, i := range l.items {
				keys[i.Seq] = i.Key
			}
			runFor(t, l, 200*time.Second)
			two, last := 0, map[string]int64{}
			for _, seq := range l.log {
				if seq >= 5_000 {
					two++
				}
				if seq < last[keys[seq]] {
					t.Errorf("%s: %d came after %d", keys[seq], seq, last[keys[seq]])
				}
				last[keys[seq]] = seq
			}
			if len(l.log) < 199 || two < c.least || two > c.most {
				t.Errorf("%s: %d of %d were the other's", says, two, len(l.log))
			}
		})
	}
}

// takes are how often a share took something of a limit in a time, asking again when it is told to.
func takes(b *Budget, share string, limits []Limit, until time.Time) (n int) {
	for time.Now().Before(until) {
		wait, _ := b.Take(share, limits)
		if wait <= 0 {
			n++
		}
		time.Sleep(wait)
	}
	return n
}

func TestSharesOfALimitTakeTurnsWhoeverAsksOftener(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(time.Now, map[string]time.Time{})
		until := time.Now().Add(100 * time.Second)
		many, few := make(chan int), make(chan int)
		for range 20 {
			go func() { many <- takes(b, "many", second(), until) }()
		}
		go func() { few <- takes(b, "few", second(), until) }()
		all := 0
		for range 20 {
			all += <-many
		}
		if got := <-few; got < 48 || got > 52 || all+got < 99 {
			t.Errorf("one got %d, and twenty of another %d", got, all)
		}
	})
}

func TestATurnIsNotKeptForWhoHasGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(time.Now, map[string]time.Time{})
		b.Take("here", second())
		if wait, _ := b.Take("gone", second()); wait != time.Second {
			t.Fatalf("it waits for %v", wait)
		}
		// The turn that was kept costs its patience once.
		if n := takes(b, "here", second(), time.Now().Add(20*time.Second)); n < 18 {
			t.Errorf("%d of 20 were taken", n)
		}
		if n := len(b.queues["account"].waits); n > 1 {
			t.Errorf("%d wait", n)
		}
	})
}

func TestLanesThatShareALimitGetEqualPartsForTheirShares(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, two := flood(1_000), &lane{kind: fence.Imports}
		for i := range int64(100) {
			two.items = append(two.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("create/%05d", i), Share: "two", Limits: second()})
		}
		stop := start(t, NewInProcess(time.Now), one, two)
		time.Sleep(100 * time.Second)
		stop()
		if a, b := len(one.log), len(two.log); b < 45 || b > 55 || a+b < 98 {
			t.Errorf("%d and %d were performed", a, b)
		}
	})
}
