package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// clock is the database's, as far as this process knows it: its own clock, which no step of the machine's moves,
// and how far the database's was ahead when it was last asked. It never goes back: where the database's has, it
// runs at half the speed until both are the same.
type clock struct {
	mu     sync.Mutex
	began  time.Time
	ahead  time.Duration
	told   time.Time
	toldAt time.Duration
}

// Now is the time of the database's clock, by which all processes compare times.
func (e *Engine) Now() time.Time { return e.clock.now(time.Since(e.clock.began)) }

// now is the time when a while has passed since the clock began.
func (c *clock) now(passed time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.began.Round(0).Add(passed + c.ahead)
	if least := c.told.Add((passed - c.toldAt) / 2); at.Before(least) {
		at = least
	}
	if passed >= c.toldAt {
		c.told, c.toldAt = at, passed
	}
	return at.UTC()
}

// set takes note of what the database's clock showed at some moment between two of this process.
func (c *clock) set(asked, answered time.Duration, database time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = database.Sub(c.began.Round(0).Add((asked + answered) / 2))
}

// tooLong is when an answer tells too little of the time at which it was given; the offset that was measured
// before is the better one.
const tooLong = 200 * time.Millisecond

// measure asks the database for its time.
func (e *Engine) measure(ctx context.Context) error {
	first := e.clock.began.IsZero()
	if first {
		e.clock.began = time.Now()
	}
	var micros int64
	asked := time.Since(e.clock.began)
	err := e.query(ctx, e.own, reading{`SELECT ` + databaseNow, nil, func(r engine.Row) error {
		return r.Scan(&micros)
	}, true})
	answered := time.Since(e.clock.began)
	if err == nil && (first || answered-asked < tooLong) {
		e.clock.set(asked, answered, time.UnixMicro(micros))
	}
	return err
}

// databaseNow is the database's time in microseconds.
const databaseNow = `clock_micros()`
