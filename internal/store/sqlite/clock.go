package sqlite

import (
	"sync"
	"time"
)

// mostAhead is by how much the time that a database has seen may be ahead of the machine's clock at a start for it to be
// gone on from. What is further ahead was wrong, and is left.
const mostAhead = time.Hour

// clock is the machine's, but never goes back: what waits for a time would wait once more, and what happened would lie in
// the future. Where the machine's was set back it runs at half the speed until both are the same.
type clock struct {
	machine func() time.Time

	mu    sync.Mutex
	began time.Time
	// told is the last time that was told, and toldAt how long after the beginning.
	told   time.Time
	toldAt time.Duration
}

// begin has the clock go on from the last time that the database has seen.
func (c *clock) begin(machine func() time.Time, last time.Time) {
	c.machine, c.began = machine, time.Now()
	if last.Sub(machine()) <= mostAhead {
		c.told = last
	}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, passed := c.machine().Round(0), time.Since(c.began)
	if at.Before(c.told) {
		at = c.told.Add((passed - c.toldAt) / 2)
	}
	c.told, c.toldAt = at, passed
	return at.UTC()
}

// Now is the time by which the service works.
func (e *Engine) Now() time.Time { return e.clock.now() }
