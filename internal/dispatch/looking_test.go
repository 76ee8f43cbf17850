package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Of four processes one runs a lane, gives it back once its limit is whole, and takes it again.
func TestLookingAtALimitTakesNothingOfItFromTheLaneThatComesBack(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]func(*Budget, []Limit){
		"nobody looks":                  func(*Budget, []Limit) {},
		"what is left is looked at":     func(b *Budget, l []Limit) { b.Remaining(l) },
		"how long it takes is foreseen": func(b *Budget, l []Limit) { b.Foresee("", l, 0) },
		"both":                          func(b *Budget, l []Limit) { b.Foresee("", l, 0); b.Remaining(l) },
	} {
		synctest.Test(t, func(t *testing.T) {
			home := &house{}
			mine := home.enter()
			for range 3 {
				home.enter()
			}
			time.Sleep(seenWithin)
			b := NewBudget(time.Now, map[string]time.Time{}).Among(mine)
			limits := []Limit{{ID: "x", Interval: 100 * time.Millisecond, Burst: 100, Lane: theLane}}
			claim := fence.Claim{Lane: theLane, Epoch: 1}
			b.hold(claim, nil, time.Time{})
			time.Sleep(time.Minute)
			if n := taken(b, limits, 0); n != 100 {
				t.Errorf("%s: %d at once while it runs here first", name, n)
			}
			time.Sleep(time.Minute)
			left, cold := b.release(claim)
			look(b, limits)
			claim.Epoch++
			b.hold(claim, left, cold)
			look(b, limits)
			if n := taken(b, limits, 0); n != 100 {
				t.Errorf("%s: %d at once once it runs here again", name, n)
			}
		})
	}
}
