package webhook

import (
	"net/http"
	"time"
)

// The circuit breaker as the contract documents it. The window is the last 100 deliveries: of fewer
// Health.Success is the plain rate, of more a moving average in which each weighs a hundredth.
const (
	window = 100
	// grace is for how long nobody is judged: whoever has just made or changed a receiver may still
	// be at work on it.
	grace = 15 * time.Minute
	// From manyCounted deliveries on the least average counts, from someCounted on the least rate, and
	// below these failures in a row.
	manyCounted, leastAverage = 50, 0.95
	someCounted, leastRate    = 20, 0.80
	mostInRow                 = 10
	// rounding keeps a rate of 16 in 20, told by 20 additions, from being under 80 %.
	rounding = 1e-9
	// tolerated is how many failed attempts at one delivery say nothing: the contract's quick ones. A
	// deploy of a receiver takes as long.
	tolerated = 3
)

// The pace at which a stale subscription is tried: the wait doubles with each failure.
const (
	firstProbe = time.Minute
	lastProbe  = time.Hour
)

// After returns the subscription as the end of an attempt leaves it: its health, what was learned
// of its receiver, and its status. A receiver that answered 410 asked never to be called again
// and pauses it; one that fails too often makes it stale; one probe that is delivered makes a
// stale one active, with a health that begins anew. An answer from another URL than the present
// one tells nothing, nor does an attempt that we failed ourselves.
func (s Subscription) After(r Result, at time.Time) Subscription {
	if s.Status == Deleted || r.URL != "" && r.URL != s.URL {
		return s
	}
	if r.Refused {
		s.Refused++
	}
	if r.Learned != "" && s.Encoding == Automatic {
		s.Learned = r.Learned
	}
	switch {
	case r.Verdict == Gone:
		return s.moved(Pause, ByReceiver, at)
	case s.Status == Stale:
		return s.probed(r, at)
	case r.Verdict == Delivered:
		s.Health = s.Health.count(true)
	// A receiver that asks for time is neither well nor ill.
	case r.Verdict == Retry && r.Attempt > tolerated && r.StatusCode != http.StatusTooManyRequests:
		s.Health = s.Health.count(false)
		if s.Status == Active && s.Health.trips(at) {
			s = s.moved(Stall, ByBreaker, at)
			s.Health.Since, s.Health.Counted = at, 0
		}
	}
	return s
}

// moved returns the subscription after a move, or as it is where the move may not be made: one that its
// owner has paused stays so, whatever comes of what was in flight.
func (s Subscription) moved(m Move, by Mover, at time.Time) Subscription {
	next, err := s.Move(m, by, at)
	if err != nil {
		return s
	}
	return next
}

// count takes one more delivery in. It counts no further than the window, so that of a receiver that is
// well there is nothing new to write.
func (h Health) count(success bool) Health {
	h.Counted = min(h.Counted+1, window)
	value := 0.0
	h.FailedInRow++
	if success {
		value, h.FailedInRow = 1, 0
	}
	h.Success += (value - h.Success) / float64(h.Counted)
	return h
}

// trips tells whether a failure just counted is one too many.
func (h Health) trips(at time.Time) bool {
	switch {
	case at.Before(h.Since.Add(grace)):
		return false
	case h.Counted >= manyCounted:
		return h.Success < leastAverage-rounding
	case h.Counted >= someCounted:
		return h.Success < leastRate-rounding
	}
	return h.FailedInRow >= mostInRow
}

// ProbeAt is when one delivery of a stale subscription is to be tried, zero for any other: deliveries
// of those are not held back, or are all.
func (s Subscription) ProbeAt() time.Time {
	if s.Status != Stale {
		return time.Time{}
	}
	wait := firstProbe
	for range s.Health.Counted {
		if wait *= 2; wait >= lastProbe {
			wait = lastProbe
			break
		}
	}
	return s.Health.Since.Add(wait)
}

// probed returns a stale subscription as an attempt leaves it. What ends before a probe was due had begun
// before it was stale, and proves nothing new. What says nothing of the receiver makes no wait longer; a
// receiver that asks for more time gets it, so that Since may lie ahead.
func (s Subscription) probed(r Result, at time.Time) Subscription {
	switch {
	case at.Before(s.ProbeAt()):
	case r.Verdict == Delivered:
		return s.moved(Activate, ByBreaker, at)
	case r.Verdict == Retry:
		s.Health.Since = at
		if r.Attempt > 0 && r.StatusCode != http.StatusTooManyRequests {
			s.Health.Counted++
			s.Health.FailedInRow++
		}
		if asked := at.Add(r.RetryAfter); asked.After(s.ProbeAt()) {
			s.Health.Since = at.Add(asked.Sub(s.ProbeAt()))
		}
	}
	return s
}
