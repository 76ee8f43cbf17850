package dispatch

import (
	"cmp"
	"maps"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Limit is a rate that calls are charged to: one call each Interval on average and Burst at once;
// without an Interval it bounds calls at once alone. ID names the budget; whoever names the same
// ID shares it. Two limits of one ID must be equal in everything else.
type Limit struct {
	ID       string
	Label    Label
	Interval time.Duration
	Burst    int
	// AtOnce bounds the calls in flight; 0 does not.
	AtOnce int
	// Lane is the one that alone uses the limit; zero where several do.
	Lane fence.Lane
	// Patience is how long the turn of whoever was told to wait is kept, from when that wait is over; zero
	// for as long as a lane needs to come back.
	Patience time.Duration
}

// Budget holds the state of all limits of a process, by the generic cell rate algorithm:
// one time per limit, at which the budget would be whole again.
type Budget struct {
	now func() time.Time

	// mu is held for arithmetic alone, since every call of the process comes through here.
	mu  sync.Mutex
	tat map[string]time.Time
	// queues are those of the limits for which somebody waits, or did.
	queues map[string]*queue
	// cold is when a limit of which nothing is known had its burst used up; zero if none had.
	cold time.Time
	// rooms are entered by calls in flight, one for each limit that bounds them.
	rooms map[string]*callRoom
	// full is how many queues or times there are when those that tell nothing are forgotten.
	full int
	split
	elsewhere
}

// fullAtLeast is the least that Budget.full is.
const fullAtLeast = 64

// NewBudget returns a budget. saved is what State returned when the last process stopped in
// order; nil after a crash, when limits start empty so that they cannot be exceeded.
func NewBudget(now func() time.Time, saved map[string]time.Time) *Budget {
	b := &Budget{now: now, tat: map[string]time.Time{}, queues: map[string]*queue{}, rooms: map[string]*callRoom{},
		full: fullAtLeast}
	if saved == nil {
		b.cold = now()
	}
	for id, t := range saved {
		b.tat[id] = t
	}
	return b
}

// State returns what NewBudget needs to go on from here. Limits that are whole again are left out:
// without a time a limit is whole.
func (b *Budget) State() map[string]time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, out := b.now(), map[string]time.Time{}
	for id, t := range b.tat {
		if t.After(now) {
			out[id] = t
		}
	}
	return out
}

// Take charges one call to all limits if each allows it now. If not it charges nothing and returns
// how long to wait before asking again, with the ids of those that do not allow it. Charging some
// of several limits would use up what other items want of them while this one waits for the rest.
// Shares for which somebody waits take turns, so that none gets all of a limit, whoever asks oftener.
func (b *Budget) Take(share string, limits []Limit) (wait time.Duration, used []string) {
	return b.Borrow(share, limits, 0)
}

// Borrow is Take for somebody who may run ahead of each limit by as much as it gives in a time,
// and by one call at least where that time is not zero.
func (b *Budget) Borrow(share string, limits []Limit, ahead time.Duration) (wait time.Duration, used []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.forget(now)
	has := b.follow(now)
	for _, l := range limits {
		b.queue(l).leave(share)
		if short := b.wait(b.own(l, now), share, now, ahead, has); short > 0 {
			wait, used = max(wait, short), append(used, l.ID)
			b.queue(l).wait(share, now.Add(short+cmp.Or(l.Patience, patience)))
		}
	}
	if len(used) == 0 {
		b.charge(limits, now)
		for _, l := range limits {
			b.queue(l).take(share, now)
		}
	}
	return wait, used
}

// Foresee returns how long a share would have to wait for each of the limits now if it asked to run so far ahead of it,
// as far as this process knows. It charges nothing and takes no turn.
func (b *Budget) Foresee(share string, limits []Limit, ahead time.Duration) []time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	has := b.follow(now)
	waits := make([]time.Duration, len(limits))
	for i, l := range limits {
		waits[i] = max(b.wait(b.seen(l), share, now, ahead, has), 0)
	}
	return waits
}

// wait is how long a share has to wait for a limit, those included whose turn comes before its own. has tells that this
// process has a part of what is shared; mu is held.
func (b *Budget) wait(l ownPart, share string, now time.Time, ahead time.Duration, has bool) time.Duration {
	short := b.short(l, now, ahead)
	if !has && !b.holds(l.whole) {
		short = max(short, noPart)
	}
	before := 0
	if q := b.queues[l.ID]; q != nil {
		before = q.before(share, now)
	}
	if short <= 0 && short+time.Duration(before)*l.whole.Interval > 0 {
		short = comeBack
	}
	return short
}

// short is how long until a limit allows a call to somebody who may run so far ahead of it; mu is held.
func (b *Budget) short(l ownPart, now time.Time, ahead time.Duration) time.Duration {
	most := time.Duration(l.Burst-1) * l.Interval
	if ahead > 0 && l.Interval > 0 {
		most += max(ahead, l.Interval)
	}
	short := b.at(l, now).Add(-most).Sub(now)
	if ahead == 0 {
		if begins, slotted := b.slot(l.whole, now.Add(max(short, 0))); slotted {
			return max(short, begins.Sub(now))
		}
	}
	return short
}

// Shut makes limits allow nothing for a time, as when the other side says that they are used up.
// It never opens one earlier than it was shut until. Calls in flight are not called back.
func (b *Budget) Shut(limits []Limit, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.forget(now)
	b.follow(now)
	for _, whole := range limits {
		l := b.own(whole, now)
		// The burst must be used up as well, or it could be taken while the limit is shut.
		until := now.Add(d + time.Duration(l.Burst-1)*l.Interval)
		if b.at(l, now).Before(until) {
			b.tat[l.ID] = until
		}
	}
}

// charge is one call's cost; mu is held.
func (b *Budget) charge(limits []Limit, now time.Time) {
	for _, whole := range limits {
		l := b.own(whole, now)
		from := b.at(l, now)
		if begins, slotted := b.slot(whole, from); slotted && begins.Before(from) {
			from = begins
		}
		b.tat[l.ID] = from.Add(l.Interval)
		b.note(whole, now)
	}
}

// forget drops what tells nothing: the times of limits that are whole again, and queues in which nobody
// waits and no turn counts. It looks when there are twice as many as it left; mu is held.
func (b *Budget) forget(now time.Time) {
	if max(len(b.tat), len(b.queues)) < b.full {
		return
	}
	maps.DeleteFunc(b.tat, func(_ string, t time.Time) bool { return !t.After(now) })
	b.forgetParts(now)
	maps.DeleteFunc(b.queues, func(_ string, q *queue) bool { return q.over(now) })
	b.full = max(fullAtLeast, 2*max(len(b.tat), len(b.queues)))
}

// at returns the time of this process's part of a limit, which is never in the past.
func (b *Budget) at(l ownPart, now time.Time) time.Time {
	t := l.time
	if !l.known && !b.cold.IsZero() {
		t = b.cold.Add(time.Duration(l.Burst-1) * l.Interval)
	}
	if b.replica != nil {
		t = later(t, b.fresh(l))
	}
	return later(t, now)
}
