package main

import (
	"slices"
	"time"
)

// operation is one write to a TSP.
type operation struct {
	lane *lane
	born time.Duration
	// marked says that a call may have been made, so that whoever takes the operation over looks it up.
	marked, ended bool
	// then is what its caller does when the last webhook has arrived.
	then func()
}

// lane is one connection: what waits for it, in its order, and its limit. One replica runs it at a time.
type lane struct {
	of      *system
	partner int
	limit   limit
	waiting []*operation
	flying  []*operation
	owner   *replica
	// epoch grows with each claim; what an earlier one began is told to nobody.
	epoch   int
	claimed time.Duration
	// coming says that the lane is on its way to an owner, and waits that it wakes when its limit allows.
	coming, waits bool
	rested        time.Duration
	// passed are the times at which its limit let a call pass, where they are watched.
	passed  []time.Duration
	watched bool
}

// wake has the lane go on with what waits: where it is, or with an owner to be found.
func (l *lane) wake() {
	switch {
	case l.owner != nil:
		l.pump()
	case !l.coming:
		l.coming = true
		l.of.clock.after(l.of.sizes.wake, l.claim)
	}
}

// claim gives the lane an owner. A dead one keeps it until the others have found out.
func (l *lane) claim() {
	l.coming = false
	if l.owner != nil {
		return
	}
	l.of.tally.activations++
	l.epoch++
	l.owner, l.claimed = l.of.place(), l.of.clock.now
	l.owner.held++
	l.of.active++
	l.pump()
}

// release gives the lane up. Its limit is kept with it.
func (l *lane) release() {
	l.owner.held--
	l.of.active--
	l.owner = nil
}

// pump begins what its limit allows.
func (l *lane) pump() {
	if !l.owner.alive {
		return
	}
	if len(l.flying) == 0 && l.of.clock.now-l.claimed > l.of.sizes.slice {
		l.release()
		l.wake()
		return
	}
	for len(l.waiting) > 0 && len(l.flying) < l.of.sizes.atOnce && l.of.clock.now-l.claimed <= l.of.sizes.slice {
		if wait := l.limit.take(l.of.clock.now); wait > 0 {
			l.later(wait)
			return
		}
		if l.watched {
			l.passed = append(l.passed, l.of.clock.now)
		}
		op := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.flying = append(l.flying, op)
		l.perform(op)
	}
	if len(l.waiting) == 0 && len(l.flying) == 0 {
		l.rested = l.of.clock.now
		l.of.clock.after(l.of.sizes.linger, l.sleep)
	}
}

// later pumps once its limit allows.
func (l *lane) later(wait time.Duration) {
	if l.waits {
		return
	}
	l.waits = true
	l.of.clock.after(wait, func() {
		l.waits = false
		if l.owner != nil {
			l.pump()
		}
	})
}

// sleep releases a lane that had nothing to do for the time of its linger.
func (l *lane) sleep() {
	idle := len(l.waiting) == 0 && len(l.flying) == 0
	if idle && l.owner != nil && l.owner.alive && l.of.clock.now-l.rested >= l.of.sizes.linger {
		l.release()
	}
}

// perform makes one attempt: marked, called, settled. Who was overtaken meanwhile settles nothing.
func (l *lane) perform(op *operation) {
	by, epoch := l.owner.session(l.partner), l.epoch
	current := func() bool { return l.epoch == epoch }
	call := func() {
		l.of.clock.after(l.of.sizes.call, func() {
			by.give(settle, func() {
				if current() {
					l.end(op)
				}
			})
		})
	}
	if op.marked {
		call()
		return
	}
	by.give(mark, func() {
		op.marked = true
		if current() {
			call()
		}
	})
}

// end is an operation's end, of which its receivers are told.
func (l *lane) end(op *operation) {
	l.flying = slices.DeleteFunc(l.flying, func(o *operation) bool { return o == op })
	l.of.tally.settled(op, l.of.clock.now)
	l.of.tell(op, true)
	l.pump()
}

// takenOver is the lane after its owner has died: what was called is looked up first, and its limit is as one
// that was used up.
func (l *lane) takenOver(now time.Duration) {
	l.epoch++
	l.limit.empty(now)
	for _, op := range l.flying {
		if op.marked {
			l.of.tally.unknown++
		}
	}
	l.waiting = append(slices.Clone(l.flying), l.waiting...)
	l.flying = nil
	l.release()
	if len(l.waiting) > 0 {
		l.wake()
	}
}
