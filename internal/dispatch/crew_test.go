package dispatch

import (
	"sync"
	"testing"
	"testing/synctest"
)

func TestNoJobOfACrewWaitsForAnotherAndNobodyIsLeftWhenItIsDismissed(t *testing.T) {
	t.Parallel()
	// The bubble fails if a goroutine outlives it.
	synctest.Test(t, func(t *testing.T) {
		c := newCrew()
		for range 3 {
			var all sync.WaitGroup
			all.Add(4 * idleMost)
			for range 4 * idleMost {
				c.do(func() {
					all.Done()
					all.Wait()
				})
			}
			all.Wait()
			synctest.Wait()
			if n := c.idle.Load(); n != idleMost {
				t.Errorf("%d goroutines are kept", n)
			}
		}
		c.dismiss()
	})
}
