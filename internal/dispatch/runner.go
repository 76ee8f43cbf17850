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
	gate    gate
	parked  map[string]parking
	// parallel is the work's bound on attempts. Of what is in flight, ending are items that end
	// without one.
	parallel, flying, ending int
	// retry is when a lane that could not be read is read again.
	retry time.Time
}

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
	// ended tells that the item had to end without an attempt.
	ended bool
}

func newRunner[T any](working context.Context, d *Dispatcher, claim Claim, work Work[T], policy Policy) *runner[T] {
	m, now := d.recall(claim.Lane), d.config.Now()
	r := &runner[T]{Dispatcher: d, claim: claim, work: work, policy: policy, working: working,
		ended: make(chan result[T]), window: newWindow[T](), gate: m.gate,
		reading: newReading(m.places), parked: m.parked}
	if m.gate.shut(now) {
		r.reading.whole.rest = m.rest
	}
	// It runs sooner than it asked for, so it was activated.
	if m.asked.IsZero() || now.Before(m.asked) {
		r.gate.activated()
	}
	return r
}

// run works the lane until it has nothing to do, must wait long, or has had its slice. It returns
// when to run again, zero for when activated. Once it must stop it waits for what is in flight,
// for a claim is given back whole.
func (r *runner[T]) run(ctx context.Context) (again time.Time) {
	begun, lingered := r.config.Now(), false
	defer func() {
		// Only a panic leaves something in flight, and whoever claims the lane next must not meet it.
		for ; r.flying > 0; r.flying-- {
			<-r.ended
		}
		r.remember(r.claim.Lane, memory{r.gate, r.reading.reached(), r.parked, r.reading.rests(), again})
	}()
	for {
		now := r.config.Now()
		stops := ctx.Err() != nil || now.Before(r.retry)
		over := stops || now.Sub(begun) > r.config.Slice && r.crowded()
		if over && r.flying == 0 {
			return r.after(ctx, now)
		}
		if !over {
			if err := r.fill(ctx, now); err != nil {
				r.config.Log.Error("reading a lane", cause(err, r.keys()...)...)
				// The lane ends its run then: a store that does not answer is not asked in a
				// circle.
				r.retry = now.Add(time.Second)
				continue
			}
		}
		next := time.Time{}
		if !stops {
			next = r.launch(now, over)
		}
		if !over {
			next = earlier(next, r.reading.next(now, r.roomy))
			if r.flying == 0 && r.sleeps(now, next, lingered) {
				return next
			}
		}
		lingered = r.wait(ctx, next, over)
	}
}

// after tells when a lane that must stop wants to go on.
func (r *runner[T]) after(ctx context.Context, now time.Time) time.Time {
	if ctx.Err() != nil {
		return time.Time{}
	}
	return later(now, r.retry)
}

// sleeps tells whether a lane with nothing in flight that has nothing to do until next gives its
// slot back. Sleeping costs nothing in the source, and a runner that sleeps costs a slot.
func (r *runner[T]) sleeps(now, next time.Time, lingered bool) bool {
	if r.gate.shut(now) {
		return next.IsZero() || next.After(now)
	}
	return lingered && next.IsZero() || next.Sub(now) > r.config.Linger
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
		// Nothing is read any more; only what is in hand matters.
		done, wake = nil, nil
	}
	select {
	case res := <-r.ended:
		r.apply(res)
	// New items may be anywhere.
	case <-wake:
		r.gate.activated()
		r.reading.stale()
	case <-done:
	case <-t.C:
		return next.IsZero() && r.flying == 0
	}
	return false
}

// apply takes the end of an attempt into the window.
func (r *runner[T]) apply(res result[T]) {
	now, c, v := r.config.Now(), res.chain, res.verdict
	r.flying--
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
	switch {
	case res.lost:
		// What was overtaken may look the same for a moment to whoever reads it.
		r.reading.again(c.key, later(until, now.Add(lostPause)))
	case v.Fate == Retries || v.Fate == Asks:
		r.reading.again(c.key, v.At)
	// The items behind were read before it ended.
	case !res.rest.IsZero() && (c.full || len(c.items) > 1):
		r.reading.again(c.key, res.rest)
	case len(c.items) > 1:
		next := c.items[1:]
		if due := r.take(next, c.full, now); !due.IsZero() {
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

// keys are what a log line tells of the lane, with more that follow.
func (r *runner[T]) keys(more ...any) []any {
	return append([]any{"lane", r.claim.Lane.ID, "kind", r.claim.Lane.Kind}, more...)
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
