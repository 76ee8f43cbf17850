package dispatch

import (
	"maps"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Where several processes make calls, each has its part of a limit: so much of its rate, its burst and its calls at
// once. A limit that one lane alone uses is whole where that lane runs, and what is known of it moves along; calls for
// such a lane that are made elsewhere, as sync writes are, keep to a part. A part shrinks at once. One that grows has
// none of what it gains yet, since whoever had it may have used it a moment ago.

// split is what a budget knows of other processes.
type split struct {
	replica Replica
	// part and of are what is this process's, as it was asked last; before is of how many it was a part before it grew
	// last, which was at grew.
	part, of, before int
	grew             time.Time
	// lived is the life in which the part was asked last, and anew tells that there was none in it yet. came is when there
	// was: others may have used what is known of limits from before, as their parts had grown.
	lived int64
	anew  bool
	came  time.Time
	// held are the lanes that run here.
	held map[fence.Lane]*holding
	// colds are when all limits of lanes counted as used up, because nothing was known of them.
	colds map[fence.Lane]time.Time
	// parts are of what part each limit's time is.
	parts map[string]part
}

// part is of how many one was this process's, and when.
type part struct {
	of int
	at time.Time
}

// holding is a lane that runs here, by which claim and since when, and the limits that it alone uses.
type holding struct {
	epoch int64
	since time.Time
	ids   map[string]bool
}

// Among has the budget keep to the part of one of several processes, whose limits start empty; nil stands for none.
// It comes before the first call.
func (b *Budget) Among(r Replica) *Budget {
	b.replica, b.part, b.of = r, -1, 1
	if r != nil {
		b.held, b.parts, b.colds = map[fence.Lane]*holding{}, map[string]part{}, map[fence.Lane]time.Time{}
		b.lived = r.Life()
	}
	return b
}

// noPart is when who has no part yet asks again.
const noPart = 100 * time.Millisecond

// follow asks anew which part is this process's, and tells whether it has one; mu is held.
func (b *Budget) follow(now time.Time) bool {
	if b.replica == nil {
		return true
	}
	part, of := b.replica.Share()
	of = max(of, 1)
	if life := b.replica.Life(); life != 0 && life != b.lived {
		// The part may be of the life before, and so are the claims of what is held.
		b.lived, b.anew, b.part, part = life, true, -1, -1
		clear(b.held)
	}
	if of < b.of {
		// Of two that follow each other the greater gain counts, for both.
		b.before, b.grew = max(b.of, b.before), now
	}
	if b.part < 0 && part >= 0 {
		b.cold = now
		if b.anew {
			b.anew, b.came = false, now
		}
	}
	b.part, b.of = part, of
	return part >= 0
}

// mine returns of how many parts one of a limit is this process's; mu is held.
func (b *Budget) mine(l Limit) int {
	if b.replica == nil || b.holds(l) {
		return 1
	}
	return b.of
}

func (b *Budget) holds(l Limit) bool {
	return b.held[l.Lane] != nil
}

// partOf returns one of so many parts of a limit. Parts of a burst that is smaller than their number take turns, see
// slot; of calls at once each has one at least.
func partOf(l Limit, of int) Limit {
	if of > 1 {
		l.Interval *= time.Duration(of)
		l.Burst = max(l.Burst/of, 1)
		if l.AtOnce > 0 {
			l.AtOnce = max(l.AtOnce/of, 1)
		}
	}
	return l
}

// ownPart is this process's part of a limit, and the time of that part; known tells that it has one.
type ownPart struct {
	Limit
	whole Limit
	time  time.Time
	known bool
}

// seen returns this process's part of a limit for whoever looks at it: nothing is kept of that; mu is held.
func (b *Budget) seen(l Limit) ownPart {
	t, there := b.tat[l.ID]
	if b.replica == nil {
		return ownPart{l, l, t, there}
	}
	of := b.mine(l)
	was, known := b.parts[l.ID]
	if known && !b.holds(l) && b.grew.After(was.at) {
		was.of = max(was.of, b.before)
	}
	// A part that shrinks keeps its time: of what was left it has as much less as it is smaller.
	if there && known && was.of > of {
		t = later(t, b.gained(l)).Add(gain(l, was.of, of))
	}
	return ownPart{partOf(l, of), l, t, there}
}

// own returns this process's part of a limit for whoever uses it, and keeps its time as one of that part; mu is held.
func (b *Budget) own(l Limit, now time.Time) ownPart {
	o := b.seen(l)
	if b.replica == nil {
		return o
	}
	if h := b.held[l.Lane]; h != nil {
		h.ids[l.ID] = true
	}
	if o.known {
		b.tat[l.ID] = o.time
	}
	b.parts[l.ID] = part{b.mine(l), now}
	return o
}

// gained is when the part of a limit grew last.
func (b *Budget) gained(l Limit) time.Time {
	if h := b.held[l.Lane]; h != nil {
		return h.since
	}
	return b.grew
}

// gain is what must pass until the burst has come that a part gains by growing.
func gain(l Limit, was, of int) time.Duration {
	more := partOf(l, of).Burst - partOf(l, was).Burst
	return time.Duration(more) * partOf(l, of).Interval
}

// fresh is the least that a limit's time is of which nothing is known, or not enough, because of what others may have
// used of it.
func (b *Budget) fresh(o ownPart) (t time.Time) {
	whole := o.whole
	if at, cold := b.colds[whole.Lane]; cold {
		// Whoever had it may have made its last call a moment ago.
		t = at.Add(time.Duration(whole.Burst) * whole.Interval)
	}
	if !b.came.IsZero() && !b.holds(whole) {
		t = later(t, b.came.Add(time.Duration(o.Burst)*o.Interval))
	}
	if !o.known && !b.holds(whole) && b.before > b.of {
		t = later(t, b.grew.Add(gain(whole, b.before, b.of)))
	}
	return t
}

// slot returns when the slot begins in which a call may be made at t or next: where a burst is too small for all, each
// has the first half of every so many intervals, so that no two make calls together. Any other limit has no slots.
func (b *Budget) slot(whole Limit, t time.Time) (begins time.Time, slotted bool) {
	of := b.mine(whole)
	if of <= 1 || whole.Burst >= of || whole.Interval <= 0 {
		return t, false
	}
	round := time.Duration(of) * whole.Interval
	begins = t.Truncate(round).Add(time.Duration(max(b.part, 0)) * whole.Interval)
	for begins.Add(whole.Interval / 2).Before(t) {
		begins = begins.Add(round)
	}
	return begins, true
}

// hold has the limits of a lane be whole here while it runs. left are their times as whoever ran it before has left
// them, and cold is when all of them counted as used up; zero if they did not.
func (b *Budget) hold(c fence.Claim, left map[string]time.Time, cold time.Time) {
	if b.replica == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	h := &holding{c.Epoch, b.now(), map[string]bool{}}
	b.follow(h.since)
	b.held[c.Lane] = h
	if !cold.IsZero() {
		b.colds[c.Lane] = later(cold, b.colds[c.Lane])
	}
	for id, t := range left {
		b.tat[id] = later(t, b.tat[id])
		b.parts[id], h.ids[id] = part{1, h.since}, true
	}
	b.settle(c.Lane, h, h.since)
}

// release ends that a lane's limits are whole here by a claim, and returns what hold must be given elsewhere.
func (b *Budget) release(c fence.Claim) (left map[string]time.Time, cold time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h, now := b.held[c.Lane], b.now()
	if h == nil || h.epoch != c.Epoch {
		return nil, cold
	}
	left = map[string]time.Time{}
	for id := range h.ids {
		if t := b.tat[id]; t.After(now) {
			left[id] = t
		}
	}
	delete(b.held, c.Lane)
	return left, b.colds[c.Lane]
}

// coldFor is more than any limit needs to be whole again.
const coldFor = time.Hour

// forgetParts drops what is known of the parts of limits that are forgotten, and of lanes whose limits are known; mu is
// held.
func (b *Budget) forgetParts(now time.Time) {
	maps.DeleteFunc(b.parts, func(id string, _ part) bool { _, known := b.tat[id]; return !known })
	maps.DeleteFunc(b.colds, func(_ fence.Lane, at time.Time) bool { return now.Sub(at) > coldFor })
}
