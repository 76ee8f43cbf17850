package main

import "time"

// limit is a rate by the generic cell rate algorithm: a call each interval, and burst at once. The zero limit
// bounds nothing.
type limit struct {
	interval time.Duration
	burst    int
	// whole is when the limit would be whole again.
	whole time.Duration
}

// take charges a call, or tells how long to wait before asking again.
func (l *limit) take(now time.Duration) (wait time.Duration) {
	whole := max(l.whole, now)
	if wait := whole - time.Duration(l.burst-1)*l.interval - now; l.interval > 0 && wait > 0 {
		return wait
	}
	l.whole = whole + l.interval
	return 0
}

// empty makes the limit as one that was used up this moment: whoever goes on with it knows nothing of what was
// called before.
func (l *limit) empty(now time.Duration) { l.whole = now + time.Duration(l.burst)*l.interval }
