package dispatch

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoNumberOfItemsBehindOneThatRetriesDelaysAnotherKey(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{1_000, 20_000} {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{ends: map[int64][]End{1: slices.Repeat([]End{{Class: Later}}, 100)}}
			for i := range n {
				l.items = append(l.items, Item[string]{Seq: i + 1, Key: "update/a"})
			}
			l.items = append(l.items, Item[string]{Seq: n + 1, Key: "update/b"})
			begun := time.Now()
			runFor(t, l, time.Second)
			if at, ok := l.performed(n + 1); !ok || at.Sub(begun) > 0 {
				t.Errorf("behind %d items: performed %v after %v", n, ok, at.Sub(begun))
			}
		})
	}
}

func TestChainsThatWaitDoNotKeepOthersFromBeingRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{ends: map[int64][]End{}}
		for i := range int64(2_000) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%04d", i), NotBefore: time.Now().Add(time.Hour)})
		}
		l.items = append(l.items, Item[string]{Seq: 5_000, Key: "update/z"})
		begun := time.Now()
		runFor(t, l, time.Second)
		if at, ok := l.performed(5_000); !ok || at.Sub(begun) > 0 {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
		if n := len(l.queries); n > 200 {
			t.Errorf("a lane of which one item may run was read %d times in a second", n)
		}
	})
}

func TestEveryStreamOfADeepLaneIsWorkedOnAndEachItemOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: time.Millisecond}
		for i := range int64(3_000) {
			key := fmt.Sprintf("%s/%d", []string{"create", "message", "update"}[i%3], i/7)
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: key})
		}
		want := slices.Clone(l.items)
		runFor(t, l, time.Minute)
		if len(l.log) != len(want) || len(l.items) != 0 {
			t.Fatalf("%d attempts at %d items, %d left", len(l.log), len(want), len(l.items))
		}
		last := map[string]int64{}
		for _, seq := range l.log {
			key := want[seq-1].Key
			if seq <= last[key] {
				t.Errorf("%d of %s came after %d", seq, key, last[key])
			}
			last[key] = seq
		}
	})
}

func TestWhatIsAddedWhileALaneRunsIsTakenInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 10 * time.Millisecond}
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		for i := range int64(200) {
			l.add(Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%d", i%3)})
			source.Activate(theLane, time.Now())
			time.Sleep(time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		stop()
		for key := range int64(3) {
			of := slices.DeleteFunc(slices.Clone(l.log), func(seq int64) bool { return (seq-1)%3 != key })
			if !slices.IsSorted(of) || len(of) < 66 {
				t.Errorf("the items of one key were performed as %v", of)
			}
		}
	})
}

func TestWhatComesInBehindTheFirstOfItsChainFollowsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, took: time.Second}
		source := NewInProcess(time.Now)
		begun := time.Now()
		stop := start(t, source, l)
		time.Sleep(500 * time.Millisecond)
		l.add(Item[string]{Seq: 2, Key: "a"})
		source.Activate(theLane, time.Now())
		time.Sleep(10 * time.Second)
		stop()
		if at, ok := l.performed(2); !ok || at.Sub(begun) != time.Second {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
	})
}

func TestALaneThatIsSmallIsReadAgainSoonThoughAReadingTookLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, reads: 100 * time.Millisecond}
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(150 * time.Millisecond)
		l.add(Item[string]{Seq: 2, Key: "b"})
		source.Activate(theLane, time.Now())
		time.Sleep(101 * time.Millisecond)
		begun := time.Now()
		l.change(func() { l.reads = 0 })
		l.add(Item[string]{Seq: 3, Key: "c"})
		source.Activate(theLane, time.Now())
		time.Sleep(time.Second)
		stop()
		if at, ok := l.performed(3); !ok || at.Sub(begun) > 5*time.Millisecond {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
	})
}

func TestWhatComesInBehindThePlaceOfAPassIsReadInTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 10 * time.Millisecond}
		for i := range int64(300) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%03d", i)})
		}
		source := NewInProcess(time.Now)
		begun := time.Now()
		stop := start(t, source, l)
		time.Sleep(25 * time.Millisecond)
		l.add(Item[string]{Seq: 999, Key: "update/000"}, Item[string]{Seq: 1_000, Key: "update/001"})
		source.Activate(theLane, time.Now())
		time.Sleep(10 * time.Second)
		stop()
		if at, ok := l.performed(1_000); !ok || at.Sub(begun) > time.Second {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
	})
}

func TestALaneGoesOnWhereItsLastSliceStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// Writes of the records whose keys come first keep coming in faster than the limit lets
		// them go; the records that come last have their turn all the same.
		l := &lane{slots: 1} // its own, so that its slices end
		limit := []Limit{{ID: "x", Interval: 100 * time.Millisecond, Burst: 1}}
		write := func(seq, record int64) Item[string] {
			return Item[string]{Seq: seq, Key: fmt.Sprintf("update/%03d", record), Limits: limit}
		}
		for i := range int64(400) {
			l.items = append(l.items, write(i+1, i))
		}
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		for i := range int64(1_200) {
			l.add(write(10_000+i, i%200))
			source.Activate(theLane, time.Now())
			time.Sleep(50 * time.Millisecond)
		}
		stop()
		if _, ok := l.performed(400); !ok {
			t.Errorf("after %d attempts the record that comes last was never written", len(l.log))
		}
	})
}

func TestALaneIsReadAgainSoonWhoeverItsReadingWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "event/a"}}, reads: 101 * time.Millisecond,
			waits: 100 * time.Millisecond}
		source := NewInProcess(time.Now)
		defer start(t, source, l)()
		time.Sleep(150 * time.Millisecond)
		l.add(Item[string]{Seq: 2, Key: "event/b"})
		begun := time.Now()
		source.Activate(theLane, begun)
		time.Sleep(time.Second)
		if at, ok := l.performed(2); !ok || at.Sub(begun) > 110*time.Millisecond {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
	})
}

func TestALaneThatWasLargeOnceIsReadAsASmallOneAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const flood, after = 300, 200
		l := &lane{took: 4 * time.Millisecond}
		for i := range int64(flood) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("create/%04d", i)})
		}
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(time.Second)
		begun := map[int64]time.Time{}
		for seq := int64(flood + 1); seq <= flood+after; seq++ {
			begun[seq] = time.Now()
			l.add(Item[string]{Seq: seq, Key: fmt.Sprintf("create/%04d", seq)})
			source.Activate(theLane, begun[seq])
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Second)
		stop()
		var waited []time.Duration
		for seq, since := range begun {
			at, ok := l.performed(seq)
			if !ok {
				t.Fatalf("%d was not performed", seq)
			}
			waited = append(waited, at.Sub(since))
		}
		slices.Sort(waited)
		if half := waited[len(waited)/2]; half > 2*time.Millisecond {
			t.Errorf("half of them waited for %v or more", half)
		}
	})
}
