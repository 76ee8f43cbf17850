package dispatch

import (
	"math/rand/v2"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Policy decides what follows from the end of an attempt.
type Policy struct {
	// Base and Cap bound the exponential back-off.
	Base, Cap time.Duration
	// MaxCounted bounds the attempts that count.
	MaxCounted int
	// Schedule, if not empty, holds the delays between attempts instead of the back-off; the
	// item fails when they are used up.
	Schedule []time.Duration
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

// Verdict is what follows from the end of an attempt.
type Verdict struct {
	Fate Fate
	// At is when the next attempt may begin.
	At time.Time
	// Counts tells whether the attempt counts toward the bound.
	Counts bool
	// Pause closes the whole lane until then.
	Pause time.Time
	// Stop closes the lane until it is activated again.
	Stop bool
	// Reason tells people why an item failed although its class alone would not say so.
	Reason string
}

// Decide returns what follows from an attempt at an item that ended at now.
func (p Policy) Decide(item Item, end End, now time.Time) Verdict {
	v := Verdict{Counts: end.Class.Counts() && !end.Expired}
	switch {
	case end.Expired:
		return p.fail(v, "the operation was not done before its deadline")
	case end.Class == tsp.Done:
		v.Fate = Succeeds
		return v
	case len(p.Schedule) > 0:
		return p.scheduled(v, item, end, now)
	}
	v.Fate, v.At = Retries, now.Add(p.delay(item, end))
	if item.Unknown && end.Open {
		v.Fate = Asks
	}
	switch end.Class {
	case tsp.Throttled:
		v.Pause = v.At
	case tsp.Unauthorized:
		v.At, v.Stop = now, true
	case tsp.Unavailable:
	case tsp.Unknown:
		v.Fate = Asks
		if item.Strength == tsp.None || item.Strength == "" {
			return p.fail(v, "outcome unknown: the TSP may have taken the write and cannot be asked")
		}
	default:
		return p.fail(v, "")
	}
	if v.Counts && item.Counted+1 >= p.MaxCounted {
		return p.fail(v, "all attempts are used up")
	}
	if !item.Deadline.IsZero() && v.At.After(item.Deadline) {
		v.At = item.Deadline
	}
	return v
}

func (p Policy) fail(v Verdict, reason string) Verdict {
	v.Fate, v.Reason, v.At, v.Pause, v.Stop = Fails, reason, time.Time{}, time.Time{}, false
	return v
}

// scheduled follows a fixed schedule. A receiver that says when to come back is obeyed.
func (p Policy) scheduled(v Verdict, item Item, end End, now time.Time) Verdict {
	if item.Streak >= len(p.Schedule) || end.Class == tsp.Rejected {
		return p.fail(v, "all attempts are used up")
	}
	v.Fate = Retries
	v.At = now.Add(max(jitter(p.Schedule[item.Streak]), end.RetryAfter))
	return v
}

// delay is what the TSP asks for, or an exponential back-off.
func (p Policy) delay(item Item, end End) time.Duration {
	if end.RetryAfter > 0 {
		return end.RetryAfter
	}
	d := p.Base
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
