package dispatch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestADeadlineIsToldWhileAllThatMayBeInFlightHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{took: 30 * time.Minute}
		for i := range int64(4) {
			l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%d", i)})
		}
		l.items = append(l.items, Item[string]{Seq: 9, Key: "update/9", Deadline: time.Now().Add(3 * time.Second)})
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if _, _, without := l.counts(); !cmp.Equal(map[int64]Reason{9: Late}, without) {
			t.Errorf("at the deadline ended %v", without)
		}
		stop()
	})
}

func TestAnItemWhoseTimeComesAfterItsDeadlineEndsAtItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a", NotBefore: time.Now().Add(time.Hour),
			Deadline: time.Now().Add(time.Minute)}}}
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, _, without := l.counts(); !cmp.Equal(map[int64]Reason{1: Late}, without) {
			t.Errorf("at the deadline ended %v", without)
		}
		stop()
	})
}

func TestALaneWhoseSliceIsOverBeginsNothingMoreAndEndsWhatMustEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		used := []Limit{{ID: "x", Interval: time.Second, Burst: 1}}
		l := &lane{slots: 1, hangs: 1, items: []Item[string]{{Seq: 1, Key: "update/a"}}}
		for i := range int64(100) {
			l.items = append(l.items, Item[string]{Seq: i + 2, Key: fmt.Sprintf("update/b%02d", i), Limits: used})
		}
		l.items[100].Deadline = time.Now().Add(20 * time.Second)
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if n, _, without := l.counts(); n > 12 || !cmp.Equal(map[int64]Reason{101: Late}, without) {
			t.Errorf("%d attempts; at the deadline ended %v", n, without)
		}
		stop()
	})
}
