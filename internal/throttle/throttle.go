// Package throttle bounds how often each of many callers may do something: a token bucket for each,
// in memory of a bounded size. Its buckets are those of one process: behind several, a caller gets as
// many times its rate. They are not split, since a caller with one connection is served by one process.
package throttle

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is what each caller may do: Events each Period, and twice as many at once after a rest.
type Rate struct {
	Events int
	Period time.Duration
}

// Buckets are the token buckets of callers. Their methods may be called at once.
type Buckets struct {
	every rate.Limit
	burst int
	size  int
	now   func() time.Time

	mu sync.Mutex
	// Two generations forget those who have not come for longest, at the price of a map look-up: when
	// the young one is full it becomes the old one, and whoever comes back from that is young again.
	young, old map[string]*rate.Limiter
}

// New returns buckets of a rate, which remember size callers at least and twice as many at most.
// Whoever is forgotten starts with a full bucket, so size must be more callers than can come within
// the time in which a bucket fills up.
func New(r Rate, size int, now func() time.Time) *Buckets {
	return &Buckets{every: rate.Limit(float64(r.Events) / r.Period.Seconds()), burst: 2 * r.Events, size: size, now: now,
		young: map[string]*rate.Limiter{}}
}

// Take charges a caller once and returns zero, or charges nothing and returns how long the caller
// must wait.
func (b *Buckets) Take(caller string) (wait time.Duration) {
	now := b.now()
	charge := b.of(caller).ReserveN(now, 1)
	if wait = charge.DelayFrom(now); wait > 0 {
		charge.CancelAt(now)
	}
	return wait
}

// of returns a caller's bucket.
func (b *Buckets) of(caller string) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l := b.young[caller]; l != nil {
		return l
	}
	l := b.old[caller]
	if l == nil {
		l = rate.NewLimiter(b.every, b.burst)
	}
	if len(b.young) >= b.size {
		b.old, b.young = b.young, map[string]*rate.Limiter{}
	}
	b.young[caller] = l
	return l
}
