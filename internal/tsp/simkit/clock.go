package simkit

import (
	"sync/atomic"
	"time"
)

// clock is the injected time plus an offset that tests move forward and back.
type clock struct {
	base   func() time.Time
	offset atomic.Int64
}

func newClock(base func() time.Time) *clock {
	if base == nil {
		base = time.Now
	}
	return &clock{base: base}
}

func (c *clock) now() time.Time          { return c.base().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }
func (c *clock) reset()                  { c.offset.Store(0) }
