package main

import (
	"slices"
	"time"
)

// delivery is one event for one receiver.
type delivery struct {
	op    *operation
	born  time.Duration
	ended bool
	// last says that it tells of the operation's end.
	last bool
}

// receiver is where a partner takes its webhooks. Its lane is always at work, as a partner with traffic has it.
type receiver struct {
	of              *system
	partner         int
	owner           *replica
	epoch           int
	waiting, flying []*delivery
	numbering       bool
}

// owned finds an owner for a receiver that has none.
func (r *receiver) owned() {
	if r.owner == nil {
		r.owner = r.of.place()
		r.owner.held++
		r.of.active++
	}
}

// pump numbers what waits, a page in one write, and sends it.
func (r *receiver) pump() {
	r.owned()
	n := min(len(r.waiting), r.of.sizes.window-len(r.flying), r.of.sizes.page)
	if r.numbering || n <= 0 || !r.owner.alive {
		return
	}
	page := slices.Clone(r.waiting[:n])
	r.waiting = r.waiting[n:]
	r.flying = append(r.flying, page...)
	by, epoch := r.owner.session(r.partner), r.epoch
	current := func() bool { return r.epoch == epoch }
	r.numbering = true
	r.of.tally.pages++
	by.give(number, func() {
		if !current() {
			return
		}
		r.numbering = false
		for _, d := range page {
			r.of.tally.sent++
			r.of.clock.after(r.of.sizes.answer, func() {
				by.give(deliver, func() {
					if current() {
						r.end(d)
					}
				})
			})
		}
		r.pump()
	})
}

// end is a delivery's end.
func (r *receiver) end(d *delivery) {
	r.flying = slices.DeleteFunc(r.flying, func(o *delivery) bool { return o == d })
	r.of.tally.delivered(d, r.of.clock.now)
	if d.last && d.op.then != nil {
		d.op.then()
	}
	r.pump()
}

// takenOver is the receiver after its owner has died: what was under way is sent again.
func (r *receiver) takenOver() {
	r.epoch++
	r.owner.held--
	r.of.active--
	r.owner, r.numbering = nil, false
	r.waiting = append(slices.Clone(r.flying), r.waiting...)
	r.flying = nil
	r.pump()
}
