package dispatch

import (
	"math/rand/v2"
	"time"
)

// Policy decides what follows from the end of an attempt. It has no state, so one serves all lanes
// of a kind.
type Policy struct {
	// Base and Cap bound the exponential back-off.
	Base, Cap time.Duration
	// MaxCounted bounds the attempts that count. Zero does not bound them.
	MaxCounted int
	// Schedule, if not empty, holds the delays between attempts instead of the back-off; the
	// item fails when they are used up.
	Schedule []time.Duration
	// Once lets an item fail with its first attempt that is not done. What follows for the lane
	// follows all the same.
	Once bool
}

// Facts are what a policy looks at of an item. They are what does not depend on the type of the
// work, so that rules can be tested without one.
type Facts struct {
	Deadline        time.Time
	Counted, Streak int
	Unknown, Blind  bool
}

// Facts returns what a policy looks at.
func (i Item[T]) Facts() Facts {
	return Facts{Deadline: i.Deadline, Counted: i.Counted, Streak: i.Streak, Unknown: i.Unknown, Blind: i.Blind}
}

// Decide returns what follows from an attempt at an item that ended at now.
func (p Policy) Decide(item Facts, end End, now time.Time) Verdict {
	v := p.repeat(item, end, now)
	if p.Once && v.Fate != Succeeds {
		v.Fate, v.At = Fails, time.Time{}
		// With one attempt allowed, "all are used up" says nothing; its class says why.
		if v.Reason == Exhausted {
			v.Reason = ""
		}
		if end.Class == Unknown {
			v.Reason = Blind
		}
	}
	return v
}

func (p Policy) repeat(item Facts, end End, now time.Time) Verdict {
	if end.Class == Done {
		return Verdict{Fate: Succeeds, Counts: true}
	}
	v := Verdict{Fate: Retries, At: now.Add(p.delay(item, end)), Grows: end.Waits == 0}
	if item.Unknown && end.Open || end.Class == Unknown || item.Unknown && end.Waits > 0 {
		v.Fate = Asks
	}
	switch end.Class {
	case Throttled:
		v.Pause = v.At
	// It does not count: nobody has confirmed the refusal yet. The lane itself is kept closed while
	// what bars it is looked into.
	case Barred:
		v.Stop = true
	case Unknown, Refused, Broken:
		v.Counts = end.Waits == 0
	// Neither Later nor Throttled counts, as nothing happened at the other side: the deadline
	// bounds them, or the schedule.
	case Done, Later:
	}
	if end.Waits > 0 {
		v.At = now.Add(end.Waits)
	}
	if why, over := p.over(item, end, v); over {
		return fails(v, why)
	}
	// It is read again at its deadline, to end then and not whenever the back-off would be over.
	if !item.Deadline.IsZero() && v.At.After(item.Deadline) {
		v.At = item.Deadline
	}
	return v
}

// over tells whether an item fails with an attempt from which v would follow otherwise.
func (p Policy) over(item Facts, end End, v Verdict) (why Reason, over bool) {
	switch {
	case end.Class == Unknown && item.Blind:
		return Blind, true
	// The work has its own reason to look again, and its own end of that.
	case end.Waits > 0:
		return "", false
	// A look-up that is refused says nothing of what is looked for.
	case end.Class == Refused && v.Fate != Asks, end.Class == Broken && len(p.Schedule) == 0:
		return "", true
	case v.Counts && p.MaxCounted > 0 && item.Counted+1 >= p.MaxCounted,
		len(p.Schedule) > 0 && item.Streak >= len(p.Schedule):
		return Exhausted, true
	}
	return "", false
}

// fails lets the item fail; what follows for its lane stays.
func fails(v Verdict, why Reason) Verdict {
	v.Fate, v.Reason, v.At = Fails, why, time.Time{}
	return v
}

// longestBar bounds how long a barred lane goes without a look whether it still is, and how long
// an item that found it so waits: its lane's pause is what keeps refusals apart.
const longestBar = time.Minute

// delay is what the other side asks for, or the schedule's, or an exponential back-off.
func (p Policy) delay(item Facts, end End) time.Duration {
	if len(p.Schedule) > 0 {
		return max(jitter(p.Schedule[min(item.Streak, len(p.Schedule)-1)]), end.RetryAfter)
	}
	if end.RetryAfter > 0 {
		return end.RetryAfter
	}
	d, most := p.Base, p.Cap
	if end.Class == Barred {
		most = min(most, longestBar)
	}
	// Thirty doublings are past any cap, and a duration would overflow soon after.
	for range min(item.Streak, 30) {
		if d *= 2; d >= most {
			return jitter(most)
		}
	}
	return jitter(d)
}

// jitter spreads a delay over its last fifth, so that what failed together does not come
// back together.
func jitter(d time.Duration) time.Duration {
	return d - time.Duration(rand.Int64N(int64(d)/5+1))
}
