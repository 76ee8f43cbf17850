package dispatch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/fence"
)

// throttled is a lane whose first attempt is told to wait, with what comes due after it.
func throttled(d time.Duration, others ...Item[string]) *lane {
	return &lane{items: append([]Item[string]{{Seq: 1, Key: "update/a"}}, others...),
		ends: map[int64][]End{1: {{Class: Throttled, RetryAfter: d}}}}
}

func TestAPausedLaneEndsWhatMustEndWhenItMust(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		soon := time.Now().Add(time.Second)
		l := throttled(time.Hour, Item[string]{Seq: 2, Key: "update/b", NotBefore: soon, Deadline: soon.Add(time.Minute)},
			Item[string]{Seq: 3, Key: "update/c", NotBefore: soon}, Item[string]{Seq: 4, Key: "update/d", NotBefore: soon})
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(10 * time.Second)
		l.change(func() { l.items[2].End = "the grant is gone" })
		source.Activate(theLane, time.Now())
		synctest.Wait()
		if _, _, without := l.counts(); !cmp.Equal(map[int64]Reason{3: Ended}, without) {
			t.Errorf("at once ended %v", without)
		}
		time.Sleep(time.Until(soon.Add(time.Minute - time.Millisecond)))
		var before int
		l.change(func() { before = len(l.without) })
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if _, _, without := l.counts(); before != 1 || !cmp.Equal(map[int64]Reason{2: Late, 3: Ended}, without) {
			t.Errorf("at the deadline ended %v, %d before it", without, before)
		}
		time.Sleep(58 * time.Minute)
		if n, _, _ := l.counts(); n != 1 {
			t.Errorf("%d attempts during the pause", n)
		}
		time.Sleep(2 * time.Minute)
		stop()
		if len(l.log) != 3 || len(l.queries) > 8 {
			t.Errorf("%d attempts, read %d times", len(l.log), len(l.queries))
		}
	})
}

func TestAPausedLaneTellsEachDeadlineHoweverDeepItLies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		l := throttled(time.Hour)
		for i := range int64(1_000) {
			l.items = append(l.items, Item[string]{Seq: i + 2, Key: fmt.Sprintf("update/%04d", i), NotBefore: begun.Add(time.Second),
				Deadline: begun.Add(time.Minute + time.Duration(i/100)*time.Minute)})
		}
		stop := start(t, NewInProcess(time.Now), l)
		for minute := range 10 {
			time.Sleep(time.Until(begun.Add(time.Duration(minute+1)*time.Minute + time.Millisecond)))
			synctest.Wait()
			if _, _, without := l.counts(); len(without) != (minute+1)*100 {
				t.Errorf("after %v ended %d", time.Since(begun), len(without))
			}
		}
		stop()
		if n := len(l.queries); len(l.log) != 1 || n > 400 {
			t.Errorf("%d attempts, read %d times", len(l.log), n)
		}
	})
}

func TestAPausedLaneHoldsNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := throttled(time.Hour, Item[string]{Seq: 2, Key: "update/b", Deadline: time.Now().Add(time.Second),
			NotBefore: time.Now().Add(time.Minute)})
		l.slots = 1
		other := &lane{kind: fence.Imports, took: 10 * time.Millisecond}
		source := NewInProcess(time.Now)
		stop := start(t, source, l, other)
		time.Sleep(100 * time.Millisecond)
		other.add(Item[string]{Seq: 1, Key: "x"})
		source.Activate(other.lane(), time.Now())
		synctest.Wait()
		if _, ok := other.performed(1); !ok {
			t.Error("another lane waits for the slot of one that is paused")
		}
		stop()
	})
}

func TestADeadlineIsToldWhileTheAttemptThatPausedTheLaneHasCompany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		soon := time.Now().Add(time.Second)
		l := throttled(time.Hour, Item[string]{Seq: 2, Key: "update/b"},
			Item[string]{Seq: 3, Key: "update/c", NotBefore: soon, Deadline: soon.Add(time.Minute)},
			Item[string]{Seq: 4, Key: "update/d", NotBefore: soon})
		l.hangs = 2
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(5 * time.Second)
		l.change(func() { l.items[3].End = "the grant is gone" })
		source.Activate(theLane, time.Now())
		synctest.Wait()
		if _, _, without := l.counts(); !cmp.Equal(map[int64]Reason{4: Ended}, without) {
			t.Errorf("at once ended %v", without)
		}
		time.Sleep(time.Until(soon.Add(time.Minute)))
		synctest.Wait()
		if n, _, without := l.counts(); n != 2 || !cmp.Equal(map[int64]Reason{3: Late, 4: Ended}, without) {
			t.Errorf("%d attempts; at the deadline ended %v", n, without)
		}
		stop()
	})
}

func TestAFloodOfHintsDoesNotHaveAPausedLaneReadInCircles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := throttled(time.Hour)
		for i := range int64(300) {
			l.items = append(l.items, Item[string]{Seq: i + 2, Key: fmt.Sprintf("update/%03d", i), NotBefore: time.Now().Add(time.Second)})
		}
		l.reads = 10 * time.Millisecond
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(10 * time.Second)
		var before int
		l.change(func() { before = len(l.queries) })
		for range 6_000 {
			source.Activate(theLane, time.Now())
			time.Sleep(10 * time.Millisecond)
		}
		stop()
		// All the time is 6,000 pages of 10 ms, and a fifth of it 1,200; the first page of a run comes
		// on top.
		if n := len(l.queries) - before; n < 600 || n > 1_800 || len(l.log) != 1 {
			t.Errorf("read %d pages in a minute, %d attempts", n, len(l.log))
		}
	})
}
