package tables

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheWriterWaitsForMoreOnlyWhereManyWriteAndFewWait(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		last, waiting int
		closed, waits bool
	}{
		{last: 1}, {last: crowd - 1}, {last: crowd, waits: true}, {last: groupSize, waiting: enough - 1, waits: true},
		{last: groupSize, waiting: enough}, {last: crowd, closed: true},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := newTurns()
				for range c.waiting {
					queue(t, q, settles)
				}
				if c.closed {
					q.close()
				}
				began := time.Now()
				q.gather(c.last)
				if waited := time.Since(began); (waited == gatherFor) != c.waits || waited > gatherFor {
					t.Errorf("it has waited for %v", waited)
				}
			})
		})
	}
}

func TestWhatComesInTheMomentIsOneGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newTurns()
		go func() {
			for range 2 * crowd {
				time.Sleep(gatherFor / (4 * crowd))
				queue(t, q, accepts)
			}
		}()
		q.gather(crowd)
		if group := q.next(); len(group) != 2*crowd {
			t.Errorf("a group of %d", len(group))
		}
	})
}
