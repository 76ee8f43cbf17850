package dispatch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// sharing is a source of which another process should have a part as well.
type sharing struct {
	*InProcess
	crowded bool
}

func (s sharing) Crowded() bool { return s.crowded }

func TestALaneOfLongWorkIsGivenBackAfterItsSliceWhereItsProcessHasTooMany(t *testing.T) {
	t.Parallel()
	for crowded, most := range map[bool]int{false: 1, true: 6} {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{took: time.Second}
			for n := range 100 {
				l.add(Item[string]{Seq: int64(n + 1), Key: fmt.Sprint("key", n)})
			}
			stop := startKinds(t, Config{Source: sharing{NewInProcess(time.Now), crowded}, Slice: 5 * time.Second,
				Kinds: map[string]Kind{theLane.Kind: KindOf[string](l, Policy{})}})
			time.Sleep(time.Minute)
			stop()
			epochs := map[int64]bool{}
			for _, c := range l.claims {
				epochs[c.Epoch] = true
			}
			if len(l.items) > 0 || len(epochs) > most || crowded && len(epochs) < 3 {
				t.Errorf("crowded %v: %d items are left after %d claims", crowded, len(l.items), len(epochs))
			}
		})
	}
}
