package dispatch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fullLane is a lane of so many chains whose limit lets one of them go. The deadlines of the others
// are a second apart, the first a minute after the start, and the last accepted has the earliest.
func fullLane(chains int64) *lane {
	l := &lane{}
	for i := range chains {
		l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%05d", i),
			Limits:   []Limit{{ID: "x", Interval: 24 * time.Hour, Burst: 1}},
			Deadline: time.Now().Add(time.Minute + time.Duration(chains-1-i)*time.Second)})
	}
	return l
}

func TestDeadlinesBehindAUsedUpLimitAreToldInTimeHoweverManyChainsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		l := fullLane(3_000)
		stop := start(t, NewInProcess(time.Now), l)
		for _, s := range []int{0, 1, 2, 50} {
			time.Sleep(time.Until(begun.Add(time.Minute + time.Duration(s)*time.Second)))
			synctest.Wait()
			if _, _, without := l.counts(); len(without) != s+1 {
				t.Errorf("after %v ended %d, want %d", time.Since(begun), len(without), s+1)
			}
		}
		stop()
	})
}

func TestWhatMustEndBehindAUsedUpLimitEndsAtOnceHoweverManyChainsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := fullLane(3_000)
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(30 * time.Second)
		l.change(func() {
			for i := range l.items {
				if i%5 == 3 {
					l.items[i].End = "the grant is gone"
				}
			}
		})
		source.Activate(theLane, time.Now())
		synctest.Wait()
		if n, _, without := l.counts(); n != 1 || len(without) != 600 {
			t.Errorf("%d attempts, ended %d, want 600", n, len(without))
		}
		stop()
	})
}

func TestLookingOutTakesATwentiethOfTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := fullLane(3_000)
		l.reads = time.Millisecond
		source := NewInProcess(time.Now)
		begun := time.Now()
		stop := start(t, source, l)
		time.Sleep(time.Minute)
		synctest.Wait()
		var before, read int
		l.change(func() { before = len(l.queries) })
		time.Sleep(100 * time.Second)
		l.change(func() { read = len(l.queries) - before })
		stop()
		// All the time is 100,000 pages.
		if read < 500 || read > 8_000 {
			t.Errorf("read %d pages of a millisecond in 100 s", read)
		}
		want := map[int64]Reason{}
		// A pass over 47 pages takes a second.
		for s := range int64(98) {
			want[3_000-s] = Late
		}
		got := map[int64]Reason{}
		for seq, why := range l.without {
			if seq > 3_000-98 {
				got[seq] = why
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ended after %v (-want +got):\n%s", time.Since(begun), diff)
		}
	})
}
