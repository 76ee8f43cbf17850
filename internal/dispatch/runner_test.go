package dispatch

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestAnItemThatRetriesBlocksOnlyItsKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}, {Seq: 2, Key: "a"}, {Seq: 3, Key: "b"}},
			ends: map[int64][]End{1: {{Class: Later}}}, took: time.Millisecond}
		runFor(t, l, time.Minute)
		// 1 and 3 begin at once, in either order; 1 comes again, and only then 2.
		first := slices.Sorted(slices.Values(l.log[:2]))
		if diff := cmp.Diff([]int64{1, 3, 1, 2}, append(first, l.log[2:]...)); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

func TestChainsWithTheSameNumberAreEachPerformedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: time.Millisecond}
		for _, key := range []string{"event/a", "event/b", "probe/c"} {
			l.items = append(l.items, Item[string]{Seq: 1, Key: key})
		}
		runFor(t, l, time.Minute)
		if len(l.log) != 3 || len(l.items) != 0 {
			t.Errorf("%d attempts at 3 items, of which %d are left", len(l.log), len(l.items))
		}
	})
}

func TestALimitThatIsUsedUpHoldsBackOnlyWhatWantsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		messages := Limit{ID: "messages", Interval: time.Minute, Burst: 1}
		all := Limit{ID: "all", Interval: 10 * time.Millisecond, Burst: 10}
		l := &lane{}
		for i := range int64(1_000) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("message/%d", i), Limits: []Limit{messages, all}})
		}
		l.items = append(l.items, Item[string]{Seq: 1_001, Key: "update/a", Limits: []Limit{all}})
		begun := time.Now()
		runFor(t, l, 30*time.Second)
		if at, ok := l.performed(1_001); !ok || at.Sub(begun) > time.Second {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
		if len(l.log) != 2 {
			t.Errorf("%d attempts", len(l.log))
		}
	})
}

func TestAnItemThatNeedsTwoLimitsIsNotStarvedByThoseThatNeedOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := Limit{ID: "shared", Interval: time.Second, Burst: 1}
		l := &lane{items: []Item[string]{{Seq: 1, Key: "message/a", Limits: []Limit{shared}},
			{Seq: 2, Key: "message/b", Limits: []Limit{shared, {ID: "own", Interval: 5 * time.Second, Burst: 1}}}}}
		for i := range int64(100) {
			l.items = append(l.items, Item[string]{Seq: i + 3, Key: fmt.Sprintf("update/%d", i), Limits: []Limit{shared}})
		}
		begun := time.Now()
		runFor(t, l, time.Minute)
		if at, ok := l.performed(2); !ok || at.Sub(begun) > 2*time.Second {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
	})
}

func TestACallThatHangsDelaysNoOtherRecordHoweverLongTheLaneRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "update/a"}}, hangs: 1}
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		for i := range int64(60) {
			time.Sleep(time.Second)
			l.add(Item[string]{Seq: i + 2, Key: fmt.Sprintf("update/b%d", i)})
			source.Activate(theLane, time.Now())
			synctest.Wait()
			if _, ok := l.performed(i + 2); !ok {
				t.Fatalf("%d s after the start a write of another record waits", i+1)
			}
		}
		stop()
	})
}

func TestALaneKeepsItsRateAndItsParallelism(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 700 * time.Millisecond}
		limit := []Limit{{ID: "x", Interval: 100 * time.Millisecond, Burst: 1}}
		for i := range int64(1000) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("create/%d", i), Limits: limit})
		}
		runFor(t, l, time.Minute)
		// Four attempts of 0.7 s at once: nobody waits for the slot, so no slice ends.
		if n := len(l.log); n < 340 || n > 344 {
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, ends: map[int64][]End{1: {{Class: Throttled, RetryAfter: 7500 * time.Millisecond}}}}
		runFor(t, l, time.Minute)
		if len(l.at) != 2 || l.at[1].Sub(l.at[0]) < 7500*time.Millisecond || l.at[1].Sub(l.at[0]) > 8*time.Second {
			t.Errorf("attempts at %v", l.at)
		}
	})
}

func TestWhatMustEndWithoutAnAttemptCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		used := []Limit{{ID: "x", Interval: time.Hour, Burst: 1}}
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a", Limits: used}, {Seq: 2, Key: "b", Limits: used, End: "not allowed"},
			{Seq: 3, Key: "c", Limits: used, Deadline: time.Now().Add(90 * time.Second)}, {Seq: 4, Key: "c", Limits: used}}}
		begun := time.Now()
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(89 * time.Second)
		if _, _, without := l.counts(); !cmp.Equal(map[int64]Reason{2: Ended}, without) {
			t.Errorf("before the deadline ended %v", without)
		}
		time.Sleep(1500 * time.Millisecond)
		stop()
		if diff := cmp.Diff(map[int64]Reason{2: Ended, 3: Late}, l.without); diff != "" {
			t.Errorf("%v after the start (-want +got):\n%s", time.Since(begun), diff)
		}
		if diff := cmp.Diff([]int64{1}, l.log); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

func TestAClosedLaneEndsWhatMustEndHoweverDeepItLies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{closed: time.Now().Add(time.Hour)}
		for i := range int64(1_000) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%04d", i)})
		}
		l.items = append(l.items, Item[string]{Seq: 2_000, Key: "update/z", End: "the connection was deleted"})
		runFor(t, l, time.Second)
		if len(l.log) > 0 || l.without[2_000] != Ended {
			t.Errorf("%d attempts, ended %v", len(l.log), l.without)
		}
	})
}

func TestALaneThatClosesWhileItRunsBeginsNothingMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 10 * time.Millisecond}
		for i := range int64(1_000) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%04d", i)})
		}
		l.items = append(l.items, Item[string]{Seq: 2_000, Key: "update/z", End: "the grant is gone"})
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(95 * time.Millisecond)
		l.mu.Lock()
		l.closed = time.Now().Add(time.Hour)
		l.mu.Unlock()
		source.Activate(theLane, time.Now())
		synctest.Wait()
		before, _, _ := l.counts()
		time.Sleep(5 * time.Second)
		stop()
		if len(l.log) != before || l.without[2_000] != Ended {
			t.Errorf("%d attempts before the lane closed and %d after; ended %v", before, len(l.log)-before, l.without)
		}
	})
}

func TestAChainWhoseSettlingFailsForGoodIsParkedLongerEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}, {Seq: 2, Key: "b"}},
			settles: func(a Attempt[string]) error {
				if a.Item.Seq == 1 {
					return errors.New("fields that cannot be read")
				}
				return nil
			}}
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(50 * time.Second)
		if _, n, _ := l.counts(); n != settleTries+1 {
			t.Errorf("%d settlings", n)
		}
		time.Sleep(40 * time.Second)
		if n, _, _ := l.counts(); n != 3 {
			t.Errorf("%d attempts; one of another key and a second one of the item were expected", n)
		}
		time.Sleep(510 * time.Second)
		if n, _, _ := l.counts(); n != 5 {
			t.Errorf("%d attempts after ten minutes; its pauses were to double", n)
		}
		begun := time.Now()
		stop()
		if d := time.Since(begun); d > 21*time.Second {
			t.Errorf("the stop took %v", d)
		}
	})
}

func TestWhatWasOvertakenIsDroppedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}}
		l.settles = func(Attempt[string]) error {
			l.items = nil
			return fence.ErrOvertaken
		}
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(time.Minute)
		begun := time.Now()
		stop()
		if d := time.Since(begun); l.settled != 1 || d > 0 {
			t.Errorf("%d settlings; the stop took %v", l.settled, d)
		}
	})
}

func TestEachClaimHasAGreaterEpochAndReachesTheSettling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, ends: map[int64][]End{1: {{Class: Throttled, RetryAfter: time.Minute}}}}
		runFor(t, l, 2*time.Minute)
		if len(l.claims) != 2 || l.claims[0].Lane != theLane || l.claims[0].Epoch >= l.claims[1].Epoch {
			t.Errorf("claims: %v", l.claims)
		}
	})
}
