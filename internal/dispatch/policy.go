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

// Fate is what becomes of an item.
type Fate string

// The fates.
const (
	Succeeds Fate = "succeeds"
	Fails    Fate = "fails"
	Retries  Fate = "retries"
	// Asks: the outcome is unknown and is looked up at the next attempt.
	Asks Fate = "asks"
)

// Reason says why an item fails where the class of its last attempt does not.
type Reason string

// The reasons.
const (
	// Ended: the item said itself that it must end.
	Ended Reason = "ended"
	// Late: its deadline passed.
	Late Reason = "late"
	// Exhausted: all attempts are used up.
	Exhausted Reason = "exhausted"
	// Blind: its outcome is unknown and cannot be found out.
	Blind Reason = "blind"
)

// Verdict is what follows from the end of an attempt. Pause and Stop concern the lane whatever the
// Fate of the item.
type Verdict struct {
	Fate Fate
	// At is when the next attempt may begin.
	At time.Time
	// Counts tells whether the attempt counts toward the bound.
	Counts bool
	// Pause closes the whole lane until then.
	Pause time.Time
	// Stop ends the run of the lane, which goes on when it is activated again, by the sweeper at the latest.
	Stop bool
	// Reason tells why an item failed although its class alone would not say so.
	Reason Reason
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
	v := Verdict{Fate: Retries, At: now.Add(p.delay(item, end))}
	if item.Unknown && end.Open {
		v.Fate = Asks
	}
	switch end.Class {
	case Done:
		return Verdict{Fate: Succeeds, Counts: true}
	case Refused:
		return Verdict{Fate: Fails, Counts: true}
	case Throttled:
		v.Pause = v.At
	// It does not count. The lane itself is kept closed while what bars it is looked into; the delay
	// keeps refusals that nobody confirms from following each other at once.
	case Barred:
		v.Stop = true
		v.At = now.Add(min(v.At.Sub(now), max(end.RetryAfter, barredMost)))
	case Unknown:
		v.Fate, v.Counts = Asks, true
		if item.Blind {
			return fails(v, Blind)
		}
	// Neither Later nor Throttled counts, as nothing happened at the other side: the deadline
	// bounds them, or the schedule.
	case Later:
	}
	if v.Counts && p.MaxCounted > 0 && item.Counted+1 >= p.MaxCounted || len(p.Schedule) > 0 && item.Streak >= len(p.Schedule) {
		return fails(v, Exhausted)
	}
	// It is read again at its deadline, to end then and not whenever the back-off would be over.
	if !item.Deadline.IsZero() && v.At.After(item.Deadline) {
		v.At = item.Deadline
	}
	return v
}

// barredMost bounds the delay of an item that met a bar: when the lane opens again the bar is gone,
// however often the item was tried before.
const barredMost = time.Minute

// fails lets the item fail; what follows for its lane stays.
func fails(v Verdict, why Reason) Verdict {
	v.Fate, v.Reason, v.At = Fails, why, time.Time{}
	return v
}

// delay is what the other side asks for, or the schedule's, or an exponential back-off.
func (p Policy) delay(item Facts, end End) time.Duration {
	if len(p.Schedule) > 0 {
		return max(jitter(p.Schedule[min(item.Streak, len(p.Schedule)-1)]), end.RetryAfter)
	}
	if end.RetryAfter > 0 {
		return end.RetryAfter
	}
	d := p.Base
	// Thirty doublings are past any cap, and a duration would overflow soon after.
	for range min(item.Streak, 30) {
		if d *= 2; d >= p.Cap {
			return jitter(p.Cap)
		}
	}
	return jitter(d)
}

// jitter spreads a delay over its last fifth, so that what failed together does not come
// back together.
func jitter(d time.Duration) time.Duration {
	return d - time.Duration(rand.Int64N(int64(d)/5+1))
}
