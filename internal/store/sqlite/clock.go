package sqlite

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// metaOffset is the name under which the database keeps by how many microseconds its clock is behind the machine's,
// or ahead of it if they are less than none.
const metaOffset = "clock offset"

// What the clock makes of a step ahead of the machine's. A short one, and one of more than an hour, as of a machine
// that knows its time only some while after its start, is taken over at once.
const (
	shortStep = time.Second
	longStep  = time.Hour
)

// caughtUp is what a clock that is behind may have caught up since the last beat before a process died.
const caughtUp = 250 * time.Millisecond

// clock is the machine's without its steps. It never goes back, since what waits for a time would wait once more;
// where the machine's was set back it runs at half the speed until both are the same. And it does not leap, since a
// write of which nobody knows is sent again once a time has passed in which it would have been found: where the
// machine's was set ahead it runs a quarter faster.
type clock struct {
	machine func() time.Time

	mu    sync.Mutex
	began time.Time
	// told is the last time that was told, and toldAt how long after the beginning.
	told   time.Time
	toldAt time.Duration
}

// begin has the clock go on as far behind the machine's, or ahead, as it was, and not before the last time that the
// database has seen.
func (c *clock) begin(machine func() time.Time, last time.Time, offset time.Duration) {
	c.machine, c.began = machine, time.Now()
	at := machine().Round(0)
	if off := offset.Abs(); off > shortStep && off <= longStep {
		c.told = at.Add(caughtUp - offset)
	}
	if last.After(c.told) && last.Sub(at) <= longStep && (!c.told.IsZero() || last.After(at)) {
		c.told = last
	}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, passed := c.machine().Round(0), time.Since(c.began)
	since := passed - c.toldAt
	most := c.told.Add(since + since/4)
	switch ahead := at.Sub(most); {
	case at.Before(c.told):
		at = c.told.Add(since / 2)
	case ahead > shortStep && ahead <= longStep:
		at = most
	}
	c.told, c.toldAt = at, passed
	return at.UTC()
}

// offset is by how much it is behind the machine's; negative where it is ahead.
func (c *clock) offset() time.Duration { return c.machine().Sub(c.now()) }

// isOff tells that it differs from the machine's by more than is noted as nothing.
func (c *clock) isOff() bool { return c.offset().Abs() > shortStep }

// Now is the time by which the service works.
func (e *Engine) Now() time.Time { return e.clock.now() }

// beginClock has the clock go on where the database was left.
func (e *Engine) beginClock(ctx context.Context, now func() time.Time) error {
	last, err := e.lastBeat(ctx)
	if err != nil {
		return err
	}
	text, err := e.meta(ctx, metaOffset)
	if err != nil {
		return err
	}
	// What cannot be read is none.
	micros, _ := strconv.ParseInt(string(text), 10, 64)
	e.clock.begin(now, last.at, time.Duration(micros)*time.Microsecond)
	return nil
}

// keepOffset notes by how much the clock and the machine's differ, for the next start.
func (e *Engine) keepOffset(s engine.Statements) error {
	if !e.clock.isOff() {
		return s.Exec(`DELETE FROM meta WHERE name = ?1`, []any{metaOffset})
	}
	return s.Exec(`INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2`,
		[]any{metaOffset, []byte(strconv.FormatInt(e.clock.offset().Microseconds(), 10))})
}
