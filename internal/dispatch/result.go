package dispatch

import "time"

// result is the end of an attempt, told to the runner.
type result[T any] struct {
	chain   *chain[T]
	verdict Verdict
	// rest is until when nothing else of the chain may begin; zero if it may at once.
	rest time.Time
	// began is when the item was performed; zero if it was not.
	began time.Time
	// lost tells that the item is no longer ours or could not be settled; spoiled says why not.
	lost    bool
	spoiled error
	// cut tells that it was begun and has no end: our own stop has cut it off, or others may have taken the lane.
	cut bool
	// ended tells that the item had to end without an attempt.
	ended bool
}

// apply takes the end of an attempt into the window.
func (r *runner[T]) apply(res result[T]) {
	now, c, v := r.config.Now(), res.chain, res.verdict
	r.flying--
	// One that could not be settled has no end either, as far as whoever has the lane next can know.
	unsettled := res.spoiled != nil && !res.ended
	r.left = r.left || res.cut || unsettled
	if unsettled {
		r.cut.Store(true)
	}
	if c.ending {
		r.ending--
	}
	c.flying, c.ending = false, false
	r.gate.paused = later(r.gate.paused, v.Pause)
	switch {
	case v.Stop:
		r.gate.bar(now)
	case !res.began.IsZero():
		r.gate.passed(res.began)
	}
	var until time.Time
	if res.spoiled != nil {
		until = r.park(c, res)
	} else if !res.lost {
		delete(r.parked, c.key)
	}
	// A chain leaves the window with each end and comes back if its next item may begin, because
	// its place follows from that item.
	r.window.drop(c)
	if res.lost || v.Fate == Succeeds || v.Fate == Fails {
		r.release(c.items[0].Seq)
	}
	switch {
	case res.lost:
		// What was overtaken may look the same for a moment to whoever reads it.
		r.reading.again(c.key, later(until, now.Add(lostPause)))
	case v.Fate == Retries || v.Fate == Asks:
		r.reading.again(c.key, v.At)
	// The items behind were read before it ended.
	case !res.rest.IsZero() && (c.full || len(c.items) > 1):
		r.reading.again(c.key, res.rest)
	// What it waits for may have ended since it was read.
	case len(c.items) > 1 && len(c.items[1].After) > 0:
		r.reading.again(c.key, time.Time{})
	case len(c.items) > 1:
		next := c.items[1:]
		if due := r.take(c.of, next, c.full, now); !due.IsZero() {
			r.reading.again(c.key, due)
		}
	case c.full:
		r.reading.again(c.key, time.Time{})
	}
}

// park leaves a chain alone, twice as long as the last time, and tells of it. It returns when to
// look at the chain again: at its item's deadline at the latest, since then it must end.
func (r *runner[T]) park(c *chain[T], res result[T]) time.Time {
	now, head := r.config.Now(), c.items[0]
	wait := min(max(parkedFor, 2*r.parked[c.key].wait), parkedMost)
	p := parking{until: now.Add(wait), wait: wait, ended: res.ended}
	r.parked[c.key] = p
	r.config.Log.Error("an attempt could not be begun or settled; its chain is left alone for a while",
		cause(res.spoiled, r.keys("seq", head.Seq, "until", p.until)...)...)
	return p.next(head.Deadline)
}
