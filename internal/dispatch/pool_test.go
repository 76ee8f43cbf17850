package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestALaneThatLingersGivesItsSlotToOneThatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := NewInProcess(time.Now)
		l := &lane{kind: fence.Receivers, slots: 1, items: []Item[string]{{Seq: 1, Key: "a"}}}
		stop := start(t, source, l)
		time.Sleep(10 * time.Millisecond)
		begun := time.Now()
		for n := range 5 {
			source.Activate(fence.Lane{Kind: fence.Receivers, ID: uuid.UUID{9, byte(n)}}, time.Now())
		}
		l.add(Item[string]{Seq: 2, Key: "b"})
		source.Activate(l.lane(), time.Now())
		time.Sleep(20 * time.Second)
		stop()
		if at, ok := l.performed(2); !ok || at.Sub(begun) > 500*time.Millisecond {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
	})
}

func TestAKindOfLanesThatHasNoSlotLeftLeavesOthersTheirs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := NewInProcess(time.Now)
		flood := &lane{kind: fence.Receivers, slots: 1, items: []Item[string]{{Seq: 1, Key: "a"}}, took: time.Minute}
		writes := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}}
		begun := time.Now()
		stop := start(t, source, flood, writes)
		for n := range 100 {
			source.Activate(laneNumber(n), time.Now())
		}
		time.Sleep(time.Second)
		if at, ok := writes.performed(1); !ok || at.Sub(begun) > 10*time.Millisecond {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
		time.Sleep(2 * time.Minute)
		stop()
	})
}
