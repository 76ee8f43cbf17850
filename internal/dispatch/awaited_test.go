package dispatch

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatWaitsForAnItemBeginsOnceThatHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 10 * time.Second, items: []Item[string]{{Seq: 1, Key: "create/a"},
			{Seq: 2, Key: "message/a", After: []int64{1}}, {Seq: 3, Key: "message/a"}, {Seq: 4, Key: "message/b"},
			{Seq: 5, Key: "update/a", After: []int64{1, 4}}}, ends: map[int64][]End{1: {{Class: Later}}}}
		began := time.Now()
		runFor(t, l, time.Hour)
		first := func(seq int64) time.Duration {
			at, ok := l.performed(seq)
			if !ok {
				t.Fatalf("%d was not performed: %v", seq, l.log)
			}
			return at.Sub(began)
		}
		// The create is tried twice, a second apart at most.
		over := 20 * time.Second
		if at := first(4); at > time.Second {
			t.Errorf("what waits for nothing began after %s", at)
		}
		for _, seq := range []int64{2, 5} {
			if at := first(seq); at < over || at > over+2*time.Second {
				t.Errorf("%d began after %s", seq, at)
			}
		}
		if at := first(3); at < over+10*time.Second {
			t.Errorf("what is behind it in its chain began after %s", at)
		}
	})
}

func TestALaneIsNotReadWhileItsItemsWaitForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 6 * time.Hour, items: []Item[string]{{Seq: 1, Key: "create/a"}}}
		for i := range int64(300) {
			l.add(Item[string]{Seq: i + 2, Key: fmt.Sprintf("message/%03d", i), After: []int64{1}})
		}
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(time.Hour)
		before := 0
		l.change(func() { before = len(l.queries) })
		time.Sleep(4 * time.Hour)
		l.change(func() {
			if n := len(l.queries); n != before || len(l.log) != 1 {
				t.Errorf("it was read %d times more; attempts at %v", n-before, l.log)
			}
			l.took = time.Millisecond
		})
		time.Sleep(2 * time.Hour)
		if attempts, _, _ := l.counts(); attempts != 301 {
			t.Errorf("%d attempts", attempts)
		}
		stop()
	})
}

func TestItemsWaitForMoreThanIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: time.Millisecond}
		const many = mostAwaited + 200
		for i := range int64(many) {
			l.add(Item[string]{Seq: i + 1, Key: fmt.Sprintf("create/%05d", i), NotBefore: time.Now().Add(time.Minute)},
				Item[string]{Seq: many + i + 1, Key: fmt.Sprintf("message/%05d", i), After: []int64{i + 1}})
		}
		runFor(t, l, 10*time.Minute)
		if n := len(l.items); n != 0 {
			t.Errorf("%d items are left", n)
		}
	})
}

func TestTheEndOfWhatEndsWithoutAnAttemptIsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "create/a", NotBefore: time.Now().Add(time.Hour),
			Deadline: time.Now().Add(time.Minute)}, {Seq: 2, Key: "message/a", After: []int64{1}},
			{Seq: 3, Key: "message/b", After: []int64{2}, Deadline: time.Now().Add(30 * time.Second)}}}
		began := time.Now()
		runFor(t, l, time.Hour)
		at, ok := l.performed(2)
		if !ok || at.Sub(began) < time.Minute || at.Sub(began) > 62*time.Second {
			t.Errorf("performed %t after %s", ok, at.Sub(began))
		}
		if l.without[1] != Late || l.without[3] != Late || len(l.items) != 0 {
			t.Errorf("without an attempt ended %v; left are %v", l.without, l.items)
		}
	})
}

// What ends elsewhere, as a sync write does, tells the lane no more than that it is to be read anew.
func TestWhatALaneIsReadAnewForIsNotedAnew(t *testing.T) {
	t.Parallel()
	r := &runner[string]{reading: newReading(memory{})}
	for round := range 3 {
		for i := range int64(mostAwaited) {
			r.awaits(Item[string]{Key: fmt.Sprintf("message/%d", i), After: []int64{int64(round)*mostAwaited + i}}, time.Now())
		}
		if len(r.awaited.others) > 0 {
			t.Fatalf("in round %d there is no room", round)
		}
		r.reading.whole.wanted = false
		if r.activated(); !r.reading.whole.wanted {
			t.Fatal("the lane is not read anew")
		}
	}
}

// TestChainsAndWhatTheyWaitForHoldTogether makes lanes at random. Each item waits for those of its chain and for some
// earlier ones of others.
func TestChainsAndWhatTheyWaitForHoldTogether(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			l, before := &lane{took: time.Duration(r.IntN(500)) * time.Millisecond, ends: map[int64][]End{}}, map[int64][]int64{}
			n, chains := 1+r.Int64N(200), 1+r.IntN(30)
			var all []Item[string]
			for seq := int64(1); seq <= n; seq++ {
				it := Item[string]{Seq: seq, Key: fmt.Sprintf("%d/%d", r.IntN(3), r.IntN(chains)), Share: fmt.Sprint(r.IntN(2))}
				for range r.IntN(3) {
					if seq > 1 {
						it.After = append(it.After, 1+r.Int64N(seq-1))
					}
				}
				for _, other := range all {
					if other.Key == it.Key {
						before[seq] = append(before[seq], other.Seq)
					}
				}
				before[seq] = append(before[seq], it.After...)
				for range r.IntN(2) {
					l.ends[seq] = append(l.ends[seq], End{Class: []Class{Later, Refused, Unknown, Throttled}[r.IntN(4)]})
				}
				all = append(all, it)
			}
			// They come in the order of their numbers, some while the lane runs.
			source, ended := NewInProcess(time.Now), map[int64]bool{}
			l.settles = func(a Attempt[string]) error {
				ended[a.Item.Seq] = a.Verdict.Fate == Succeeds || a.Verdict.Fate == Fails
				return nil
			}
			l.breaks = func(call string, seq int64) {
				if call != "Perform" {
					return
				}
				l.change(func() {
					for _, other := range before[seq] {
						if !ended[other] {
							t.Errorf("seed %d: %d began before %d had ended", seed, seq, other)
						}
					}
				})
			}
			stop := start(t, source, l)
			for _, some := range slices.Collect(slices.Chunk(all, 1+r.IntN(50))) {
				l.add(some...)
				source.Activate(theLane, time.Now())
				time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
			}
			time.Sleep(time.Hour)
			stop()
			if len(l.items) > 0 {
				t.Errorf("seed %d: %d of %d items never ended", seed, len(l.items), n)
			}
		})
	}
}
