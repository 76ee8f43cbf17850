package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// launch begins what may begin and returns when something more may, zero if that depends on
// attempts in flight or on new items. What must end does so whatever the others wait for; shut
// keeps those from being performed. A limit that is used up is asked for once: whatever came later
// and wants it waits as well, and whatever does not want it goes on. Chains are asked
// in the order in which their items were accepted, those of several shares in turns.
func (r *runner[T]) launch(now time.Time, shut bool) (next time.Time) {
	kept := map[string]bool{}
	r.refused, r.limited, r.limitOver = false, false, time.Time{}
	for c, share := range r.inTurns() {
		if c.flying {
			continue
		}
		item := &c.items[0]
		if item.ends(now) != "" {
			// A thousand that end together must not crowd the store.
			if r.ending < r.parallel {
				r.ending++
				c.ending = true
				r.fly(c, nil)
			}
			continue
		}
		next = earlier(next, item.Deadline)
		// What waits for an end is woken by it.
		if shut || r.refused || r.flying-r.ending >= r.room() || wants(item.Limits, kept) {
			continue
		}
		place, ok := r.enter()
		if !ok {
			r.refused = true
			continue
		}
		r.doubted = place.doubted()
		wait, used := r.config.Budget.Take(share, item.Limits)
		if len(used) == 0 {
			r.turns.take(share, now)
			r.fly(c, place)
			continue
		}
		place.Leave(0, false)
		for _, id := range used {
			kept[id] = true
		}
		next = earlier(next, now.Add(wait))
		r.limitOver = earlier(r.limitOver, now.Add(wait))
	}
	r.limited = len(kept) > 0
	return next
}

// enter takes a place on the floor, if the lane is on one.
func (r *runner[T]) enter() (*Place, bool) {
	if r.floor == nil {
		return nil, true
	}
	return r.floor.Enter(r.claim.Lane, r.owner)
}

// room is how many items may be performed at once. In a lane that was barred one shows whether it
// still is.
func (r *runner[T]) room() int {
	if r.gate.wait > 0 {
		return 1
	}
	return r.parallel
}

// wants tells whether one of the limits is kept by an item that came before.
func wants(limits []Limit, kept map[string]bool) bool {
	for _, l := range limits {
		if kept[l.ID] {
			return true
		}
	}
	return false
}

// fly makes one attempt beside the runner, and gives its place back when the other side has
// answered.
func (r *runner[T]) fly(c *chain[T], p *Place) {
	c.flying = true
	r.flying++
	r.crew.do(func() {
		var res result[T]
		// Performing and settling have nets of their own, which know more.
		if err := safely(func() error { res = r.attempt(c.items[0], p); return nil }); err != nil {
			res = result[T]{lost: true, spoiled: err}
		}
		p.Leave(0, false)
		res.chain = c
		// The runner reads until nothing is in flight, so this never blocks for ever.
		r.ended <- res
	})
}

// attempt performs an item and settles it. It runs in a goroutine of the crew and touches nothing of the
// runner's that changes.
func (r *runner[T]) attempt(item Item[T], p *Place) result[T] {
	ctx, now := r.working, r.config.Now
	a := Attempt[T]{Item: item, End: End{Rest: item.Rest, StartedAt: now(), EndedAt: now()}}
	if why := item.ends(now()); why != "" {
		a.Verdict = Verdict{Fate: Fails, Reason: why}
		res := r.settle(a)
		res.ended = true
		return res
	}
	if err := r.work.Begin(ctx, r.claim.Claim, item); err != nil {
		if !errors.Is(err, fence.ErrOvertaken) && ctx.Err() == nil {
			r.config.Log.Error("beginning an attempt", cause(err, r.keys("seq", item.Seq)...)...)
			// The store is in trouble, and every other item of the lane would meet the same.
			return result[T]{lost: true, verdict: Verdict{Pause: now().Add(time.Second)}}
		}
		return result[T]{lost: true}
	}
	// Beginning may have waited for the store. What was begun is found by whoever has the lane next, be it this process.
	if r.lapsed() {
		return result[T]{lost: true, cut: true}
	}
	began := now()
	calls := fenced(ctx, r.life)
	if err := safely(func() error { a.End = r.work.Perform(calls, item); return nil }); err != nil {
		a.End = End{Class: Broken, StartedAt: began, EndedAt: now()}
		r.config.Log.Error("performing an item", cause(err, r.keys("seq", item.Seq)...)...)
	}
	took := now().Sub(began)
	if a.End.Unsent {
		took = 0
	}
	p.Leave(took, a.End.good() || a.End.Class == Refused && p.answers())
	if ctx.Err() != nil {
		// The attempt was cut off by our own stop; what became of it is found out at the start.
		r.cut.Store(true)
		return result[T]{lost: true, cut: true}
	}
	a.Verdict = r.policy.Decide(item.Facts(), a.End, now())
	res := r.settle(a)
	res.began = began
	return res
}

// Settling is tried again for about a quarter of a minute, as a busy or full disk may need, and for
// a second once a stop was asked for: whoever stops the process waits ten until it is killed. The
// chain of an item that cannot be settled then is parked, longer each time, so that it does not
// hold up others. When its time has come it is read again as it is stored, and performed again as
// the work allows for what may have been done already.
const (
	settleTries = 10
	settlePause = 50 * time.Millisecond
	longestWait = 5 * time.Second
	// stoppedPause is what is left of the pauses after a stop.
	stoppedPause = time.Second
	parkedFor    = time.Minute
	parkedMost   = time.Hour
	// lostPause is how long a chain is left alone whose item somebody else has moved on.
	lostPause = 50 * time.Millisecond
)

// settle writes the end of an attempt. It is the one write that must not be given up lightly: the
// call was made, and nobody else knows how it ended. What the end means for the lane is so whether
// or not it could be settled.
func (r *runner[T]) settle(a Attempt[T]) result[T] {
	pause := settlePause
	ctx, giveUp := context.WithCancel(r.working)
	defer giveUp()
	defer context.AfterFunc(r.stopping, func() { time.AfterFunc(stoppedPause, giveUp) })()
	for try := 1; ; try++ {
		err := safely(func() error { return r.work.Settle(r.working, r.claim.Claim, a) })
		switch {
		case err == nil:
			return result[T]{verdict: a.Verdict, rest: a.End.Rest}
		case ctx.Err() != nil:
			r.cut.Store(true)
			return result[T]{verdict: a.Verdict, lost: true, cut: true}
		case errors.Is(err, fence.ErrOvertaken):
			return result[T]{verdict: a.Verdict, lost: true}
		// Neither a panic nor a lost store is a matter of waiting a little.
		case try == settleTries, fence.IsLost(err), errors.As(err, new(*panicked)):
			return result[T]{verdict: a.Verdict, lost: true, spoiled: err}
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, longestWait)
		}
	}
}
