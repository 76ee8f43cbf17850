package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestEachLaneOfEachOwnerIsServedInTimeThoughAllComeAgain(t *testing.T) {
	t.Parallel()
	const each = 4
	for owners := 1; owners <= 3; owners++ {
		w, owner, waited := newWaiters(), map[fence.Lane]Owner{}, map[fence.Lane]int{}
		for o := range owners {
			for n := range each {
				l := laneNumber(100*o + n)
				owner[l] = ownerOf(byte(o))
				w.add(owner[l], l)
			}
		}
		for range 50 * owners {
			served, ok := w.next(func(fence.Lane) bool { return true })
			if !ok {
				t.Fatal("no lane waits")
			}
			for l := range owner {
				waited[l]++
				// Half of its owner's turns bring it one place nearer to the front.
				if waited[l] > 2*each*owners {
					t.Fatalf("of %d owners: %v waits for %d turns", owners, l.ID, waited[l])
				}
			}
			waited[served] = 0
			w.add(owner[served], served)
		}
	}
}

func TestTheLaneThatWaitsLongestAndTheOneThatCameLastTakeTurns(t *testing.T) {
	t.Parallel()
	w := newWaiters()
	for n := range 4 {
		w.add(ownerOf(1), laneNumber(n))
		w.add(ownerOf(2), laneNumber(10+n))
	}
	for _, want := range []int{0, 10, 3, 13, 1, 11, 2, 12} {
		if got, ok := w.next(func(fence.Lane) bool { return true }); !ok || got != laneNumber(want) {
			t.Fatalf("it is %v's turn, want that of %v", got.ID, laneNumber(want).ID)
		}
	}
	if _, ok := w.next(func(fence.Lane) bool { return true }); ok {
		t.Error("a lane is left")
	}
}

func TestALaneThatBecomesAnothersIsChargedToThat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFloor(64, func(fence.Lane) {})
		f.answered(t, 5, laneNumber(1), ownerOf(1), time.Millisecond, true)
		held := f.fill(laneNumber(1), ownerOf(2))
		if n := f.all.owners[ownerOf(2)]; n != len(held) || n < 2 || f.all.owners[ownerOf(1)] > 0 {
			t.Errorf("of %d places the one holds %d, the other %d", len(held), n, f.all.owners[ownerOf(1)])
		}
		for _, p := range held {
			p.Leave(time.Millisecond, true)
		}
		if len(f.all.owners) > 0 {
			t.Errorf("places are left: %v", f.all.owners)
		}
	})
}
