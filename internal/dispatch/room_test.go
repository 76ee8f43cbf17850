package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestAGroupLeavesRoomForOthersAndAnOwnerForOthersOfItsGroup(t *testing.T) {
	t.Parallel()
	r := newRoom(1000)
	held := func(group string, owner byte) (n int) {
		for o := (Owner{Group: group, ID: uuid.UUID{owner}}); r.open(o); n++ {
			r.take(o, 1)
		}
		return n
	}
	first, beside := held("a", 1), held("a", 2)
	other := held("b", 1)
	if first != 334 || beside < 100 || other < 150 {
		t.Errorf("they hold %d, %d of the same group, %d of another", first, beside, other)
	}
	for range first {
		r.take(Owner{Group: "a", ID: uuid.UUID{1}}, -1)
	}
	if n := held("b", 1); n == 0 {
		t.Error("what was given back is not free")
	}
}

func TestLanesKnownToBeQuickHavePlacesLeftWhateverOthersHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFloor(512, func(fence.Lane) {})
		f.answered(t, 1, laneNumber(9999), ownerOf(1), 10*time.Millisecond, true)
		for n := range 600 {
			f.fill(laneNumber(n), ownerOf(1))
		}
		if n := len(f.fill(laneNumber(9999), ownerOf(1))); n == 0 {
			t.Error("it has no place")
		}
	})
}
