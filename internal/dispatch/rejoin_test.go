package dispatch

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestWhoComesBackHasNothingLeftOfALimit(t *testing.T) {
	t.Parallel()
	for name, busy := range map[string]bool{"and asks all the time": true, "and asks when all count it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := Limit{ID: "x", Interval: 20 * time.Second, Burst: 12}
				house, made := &house{}, &calls{}
				one, other := house.enter(), house.enter()
				stays, goes := NewBudget(time.Now, nil).Among(one), NewBudget(time.Now, nil).Among(other)
				use := func(b *Budget) {
					for {
						if wait, _ := b.Take("", []Limit{l}); wait > 0 {
							return
						}
						made.made()
					}
				}
				stays.Take("", nil)
				time.Sleep(seenWithin + time.Second)
				// Neither has used its burst.
				stays.Take("", []Limit{l})
				goes.Take("", []Limit{l})
				made.made()
				made.made()
				time.Sleep(time.Hour)
				other.leave()
				time.Sleep(seenWithin + time.Millisecond)
				stays.Take("", nil)
				time.Sleep(time.Hour)
				use(stays)
				other.comesBack(2)
				for range 20 {
					stays.Take("", nil)
					if busy {
						use(goes)
					}
					time.Sleep(seenWithin / 20)
				}
				time.Sleep(time.Millisecond)
				for range 600 {
					use(goes)
					use(stays)
					time.Sleep(time.Second)
				}
				if n := made.beyond(l); n > 0 {
					t.Errorf("%d calls more than it allows", n)
				}
				if n, all := made.within(time.Now().Add(-5*time.Minute), time.Now()), 15; n < all-1 {
					t.Errorf("both together make %d calls of %d", n, all)
				}
			})
		})
	}
}
