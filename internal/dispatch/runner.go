package dispatch

import (
	"cmp"
	"context"
	"time"
)

// runner runs one lane for one claim. All decisions are made in its own goroutine; attempts
// run in others of the crew and report through ended.
type runner[T any] struct {
	*Dispatcher
	slot   *slot
	floor  *Floor
	claim  Claim
	work   Work[T]
	policy Policy
	// stopping ends with the stop, working a grace later.
	stopping, working context.Context
	crew              *crew
	// It has no buffer, since the runner waits for each attempt it has begun.
	ended chan result[T]

	window  window[T]
	reading reading
	gate    gate
	parked  map[string]parking
	turns   turns
	awaited awaited
	// parallel is the work's bound on attempts. Of what is in flight, ending are items that end
	// without one.
	parallel, flying, ending int
	owner                    Owner
	// refused tells that there was no place on the floor, limited that a limit is waited for, pressed that
	// another lane wants the slot.
	refused, limited, pressed bool
	// limitOver is when the first of the limits that are waited for is over, as far as this process knows.
	limitOver time.Time
	// doubted tells that the lane, when it began an attempt last, was not known to be quick.
	doubted bool
	// retry is when a lane that could not be read is read again, however often it is activated.
	retry time.Time
	// stance is where it is noted how the lane stands; nil before it is for the first time.
	stance *stance
	label  string
	// life is that of this process in which the lane was claimed.
	life int64
	// left tells that an attempt was cut off.
	left bool
}

func newRunner[T any](st *stint, claim Claim, s *slot, work Work[T], policy Policy) *runner[T] {
	d := st.Dispatcher
	life := cmp.Or(claim.Life, d.config.Budget.life())
	m, now := d.take(claim.Claim), d.config.Now()
	r := &runner[T]{Dispatcher: d, slot: s, floor: d.config.Kinds[claim.Lane.Kind].floor, claim: claim,
		work: work, policy: policy, working: st.working, crew: st.crew,
		ended: make(chan result[T]), window: newWindow[T](), gate: m.gate,
		reading: newReading(m), parked: m.parked, turns: m.turns, retry: m.retry, life: life}
	if m.gate.shut(now) {
		r.reading.whole.rest = m.rest
	}
	// It runs sooner than it asked for, so it was activated.
	if m.asked.IsZero() || now.Before(m.asked) {
		r.activated()
	}
	return r
}

// run works the lane until it has nothing to do, must wait long, or has had its slice. It returns
// when to run again, zero for when activated. Once it must stop it waits for what is in flight,
// for a claim is given back whole.
func (r *runner[T]) run(ctx context.Context) (again time.Time) {
	begun, lingered := r.config.Now(), false
	r.stopping = ctx
	defer func() {
		// Only a panic leaves something in flight, and whoever claims the lane next must not meet it.
		for ; r.flying > 0; r.flying-- {
			<-r.ended
		}
		r.leaves(r.config.Now(), again)
		r.remember(r.claim.Claim, memory{gate: r.gate, places: r.reading.reached(), lookouts: r.reading.watched(),
			parked: r.parked, turns: r.turns, rest: r.reading.rests(), retry: r.retry, asked: again})
		r.give(r.claim.Claim, r.leftover(again), r.left)
	}()
	if r.refused = r.floor.waiting(r.claim.Lane); r.refused {
		return begun.Add(crowdedFor)
	}
	if err := r.takeUp(ctx); err != nil {
		r.config.Log.Error("taking up what was begun in a lane", cause(err, r.keys()...)...)
		r.retry = begun.Add(time.Second)
		return r.after(ctx, begun)
	}
	for {
		now := r.config.Now()
		stops := ctx.Err() != nil || now.Before(r.retry) || r.lapsed()
		sliced := now.Sub(begun) > r.config.Slice
		moves := sliced && !r.doubted && r.crowds()
		over := stops || moves || sliced && r.slot.crowded()
		if over && !stops && !moves && r.flying > 0 && r.floor != nil {
			// It has its turn again when there is a slot, whatever is in flight until then.
			r.slot.leave()
			r.slot.enter(ctx)
			begun = r.config.Now()
			continue
		}
		if over && r.flying == 0 {
			return r.after(ctx, now)
		}
		r.reading.flying = r.flying
		if !over {
			if err := r.fill(ctx, now); ctx.Err() != nil {
				continue
			} else if err != nil {
				r.config.Log.Error("reading a lane", cause(err, r.keys()...)...)
				// The lane ends its run then: a store that does not answer is not asked in a
				// circle.
				r.retry = now.Add(time.Second)
				continue
			}
			r.retreat(now)
		}
		next := time.Time{}
		if !stops {
			next = r.launch(now, over)
		}
		// What is refused is not held: the lane is activated when there is a place, and reads anew.
		if r.refused && r.flying == 0 {
			return now.Add(crowdedFor)
		}
		if !over {
			r.reading.flying = r.flying
			if !r.sated() {
				next = earlier(next, r.reading.next(now, r.window.counts))
			}
			if r.flying == 0 && r.sleeps(now, next, lingered) {
				return next
			}
		}
		r.stands(now, next)
		lingered = r.wait(ctx, next, over)
	}
}

// crowds tells whether the lane should run in another process. It goes there when what is in flight has ended, so
// only lanes that are quick do.
func (r *runner[T]) crowds() bool {
	s, shares := r.config.Source.(Shared)
	return shares && s.Crowded()
}

// sated tells that the lane holds more than the floor lets it begin, though something of it is in flight:
// what came in meanwhile is read when that has ended.
func (r *runner[T]) sated() bool { return r.refused && r.flying > 0 }

// after tells when a lane that must stop wants to go on.
func (r *runner[T]) after(ctx context.Context, now time.Time) time.Time {
	switch {
	case ctx.Err() != nil:
		return time.Time{}
	case r.lapsed():
		return now.Add(time.Second)
	}
	return later(now, r.retry)
}

// lapsed tells whether the lane may be another process's.
func (r *runner[T]) lapsed() bool { return r.config.Budget.lapsed(r.life) }

// sleeps tells whether a lane with nothing in flight that has nothing to do until next gives its
// slot back. Sleeping costs nothing in the source, and a runner that sleeps costs a slot.
func (r *runner[T]) sleeps(now, next time.Time, lingered bool) bool {
	if r.gate.shut(now) || r.pressed {
		return next.IsZero() || next.After(now)
	}
	return lingered && next.IsZero() || next.Sub(now) > r.config.Linger
}

// wait returns when there may be something to decide, and tells whether it was idle for as
// long as an empty lane lingers.
func (r *runner[T]) wait(ctx context.Context, next time.Time, over bool) (lingered bool) {
	// Who is charged for attempts by a floor may wait for them without a slot.
	aside := r.flying > 0 && r.floor != nil
	d, later := r.config.Linger, time.Duration(0)
	switch {
	case !next.IsZero():
		d = max(next.Sub(r.config.Now()), 0)
	case aside:
		d = idle
	}
	if aside {
		d, later = min(d, patient), max(d-patient, 0)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	done, wake, press := ctx.Done(), r.claim.Wake, r.slot.press
	if over {
		// Nothing is read any more; only what is in hand matters.
		done, wake = nil, nil
	}
	// Who waits for a limit goes on where it is, and who is quick will soon.
	if r.flying > 0 && !(aside && r.doubted) || r.limited {
		press = nil
	}
	r.pressed = false
	// What happens while it waits without a slot changes the runner alone: whatever is decided of it is in one.
	defer r.slot.enter(ctx)
	for {
		select {
		case res := <-r.ended:
			r.apply(res)
		// New items may be anywhere.
		case <-wake:
			r.activated()
		case <-press:
			if aside {
				r.slot.leave()
				press = nil
				continue
			}
			r.pressed = true
		case <-done:
		case <-t.C:
			if later > 0 {
				if r.slot.held {
					press = r.slot.press
				}
				t.Reset(later)
				later = 0
				continue
			}
			return next.IsZero() && r.flying == 0
		}
		return false
	}
}

// activated lets the runner look at everything anew. What waits for others is noted anew as it is read: some of those
// have ended elsewhere, as sync writes do, and would be kept for nothing.
func (r *runner[T]) activated() {
	r.gate.activated()
	r.awaited = awaited{}
	r.reading.stale()
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
