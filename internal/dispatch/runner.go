package dispatch

import (
	"context"
	"time"
)

// runner runs one lane for one claim. All decisions are made in its own goroutine; attempts
// run in theirs and report through ended.
type runner[T any] struct {
	*Dispatcher
	claim   Claim
	work    Work[T]
	policy  Policy
	working context.Context
	// It has no buffer, since the runner waits for each attempt it has begun.
	ended chan result[T]

	window  window[T]
	reading reading
	// parked holds the chains that are left alone until a time because their item could not be
	// settled.
	parked map[string]parking
	// parallel is the work's bound, and flying how many attempts are in flight.
	parallel int
	flying   int
	// stopped: a verdict said that nothing of the lane can take effect until it is activated.
	stopped bool
	// reopen is when a pause ends; shut is until when the work itself keeps the lane closed,
	// which any activation may change.
	reopen, shut time.Time
}

// result is the end of an attempt, told to the runner.
type result[T any] struct {
	chain   *chain[T]
	verdict Verdict
	// rest is until when nothing else of the chain may begin; zero if it may at once.
	rest time.Time
	// lost tells that the item is no longer ours or could not be settled; spoiled says why not.
	lost    bool
	spoiled error
}

func newRunner[T any](working context.Context, d *Dispatcher, claim Claim, work Work[T], policy Policy) *runner[T] {
	memory := d.recall(claim.Lane)
	return &runner[T]{Dispatcher: d, claim: claim, work: work, policy: policy, working: working,
		ended: make(chan result[T]), window: newWindow[T](),
		reading: newReading(memory.places), parked: memory.parked}
}

// run works the lane until it has nothing to do, must wait long, or has had its slice. It returns
// when to run again, zero for when activated. Once it must stop it waits for what is in flight,
// for a claim is given back whole.
func (r *runner[T]) run(ctx context.Context) time.Time {
	begun, lingered := r.config.Now(), false
	defer func() { r.remember(r.claim.Lane, memory{r.reading.reached(), r.parked}) }()
	for {
		now := r.config.Now()
		over := ctx.Err() != nil || r.stopped || now.Sub(begun) > r.config.Slice && r.crowded() || now.Before(r.reopen) ||
			now.Before(r.shut) && r.reading.finished() && len(r.window.order) == r.flying
		if over && r.flying == 0 {
			return r.after(ctx, now)
		}
		next := time.Time{}
		if !over {
			if err := r.fill(ctx, now); err != nil {
				r.config.Log.Error("reading a lane", "lane", r.claim.Lane.ID, "kind", r.claim.Lane.Kind, "error", err)
				// The lane ends its run then: a store that does not answer is not asked in a
				// circle.
				r.reopen = now.Add(time.Second)
				continue
			}
			next = earlier(r.launch(now), r.reading.next(now, r.roomy))
			// Sleeping longer than that costs nothing in the source, and a runner that sleeps
			// costs a slot.
			if r.flying == 0 && (lingered && next.IsZero() || next.Sub(now) > r.config.Linger) {
				return next
			}
		}
		lingered = r.wait(ctx, next, over)
	}
}

// after tells when a lane that must stop wants to go on.
func (r *runner[T]) after(ctx context.Context, now time.Time) time.Time {
	switch {
	case ctx.Err() != nil || r.stopped:
		return time.Time{}
	case now.Before(r.reopen):
		return r.reopen
	case now.Before(r.shut):
		return earlier(r.shut, r.reading.next(now, r.roomy))
	}
	return now
}

// wait returns when there may be something to decide, and tells whether it was idle for as
// long as an empty lane lingers.
func (r *runner[T]) wait(ctx context.Context, next time.Time, over bool) (lingered bool) {
	d := r.config.Linger
	if !next.IsZero() {
		d = max(next.Sub(r.config.Now()), 0)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	done, wake := ctx.Done(), r.claim.Wake
	if over {
		// Nothing is launched any more; only the attempts in flight matter.
		done, wake = nil, nil
	}
	select {
	case res := <-r.ended:
		r.apply(res)
	// Whatever kept the lane shut may be over, and new items may be anywhere.
	case <-wake:
		r.shut = time.Time{}
		r.reading.stale()
	case <-done:
	case <-t.C:
		return next.IsZero() && r.flying == 0
	}
	return false
}

// apply takes the end of an attempt into the window.
func (r *runner[T]) apply(res result[T]) {
	r.flying--
	c, v := res.chain, res.verdict
	c.flying = false
	if !v.Pause.IsZero() {
		r.reopen = later(r.reopen, v.Pause)
		r.close(r.claim.Lane, v.Pause)
	}
	r.stopped = r.stopped || v.Stop
	var until time.Time
	if res.spoiled != nil {
		until = r.park(c, res.spoiled)
	} else if !res.lost {
		delete(r.parked, c.key)
	}
	// A chain leaves the window with each end and comes back if its next item may begin, because
	// its place follows from that item.
	r.window.drop(c)
	switch {
	case res.lost:
		// What was overtaken may look the same for a moment to whoever reads it.
		r.reading.again(c.key, later(until, r.config.Now().Add(lostPause)))
	case v.Fate == Retries || v.Fate == Asks:
		r.reading.again(c.key, v.At)
	// The items behind were read before it ended.
	case !res.rest.IsZero() && (c.full || len(c.items) > 1):
		r.reading.again(c.key, res.rest)
	case len(c.items) > 1:
		next := c.items[1:]
		if due := r.take(next, c.full, r.config.Now()); !due.IsZero() {
			r.reading.again(c.key, due)
		}
	case c.full:
		r.reading.again(c.key, time.Time{})
	}
}

// parking is how long a chain is left alone because its item could not be settled.
type parking struct {
	until time.Time
	wait  time.Duration
}

// park leaves a chain alone, twice as long as the last time, and tells of it.
func (r *runner[T]) park(c *chain[T], err error) time.Time {
	wait := min(max(parkedFor, 2*r.parked[c.key].wait), parkedMost)
	p := parking{r.config.Now().Add(wait), wait}
	r.parked[c.key] = p
	r.config.Log.Error("an attempt could not be settled; its chain is left alone for a while", "lane", r.claim.Lane.ID,
		"kind", r.claim.Lane.Kind, "seq", c.items[0].Seq, "until", p.until, "error", err)
	return p.until
}

// earlier returns the earlier of two times, of which zero means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// later returns the later of two times, of which zero is the earliest.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
