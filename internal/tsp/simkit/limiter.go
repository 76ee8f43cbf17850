package simkit

import (
	"sync"
	"time"
)

// Limit is a token bucket: N requests at once, refilled evenly over Per. Requests with the same Key share it.
type Limit struct {
	Key string
	N   int
	Per time.Duration
}

// Limiter enforces limits while it is enabled. Its zero value is disabled.
type Limiter struct {
	mu      sync.Mutex
	enabled bool
	// due is, per key, when the bucket will be full again: the theoretical arrival time of GCRA.
	due map[string]time.Time
}

// Enable turns enforcement on or off; every bucket starts full.
func (l *Limiter) Enable(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.enabled = on
	l.due = map[string]time.Time{}
}

// Enabled reports whether limits are enforced.
func (l *Limiter) Enabled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.enabled
}

// Take takes one request out of every bucket, or out of none. It returns how long to wait: 0 means taken.
func (l *Limiter) Take(now time.Time, limits ...Limit) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.enabled {
		return 0
	}
	var wait time.Duration
	for _, limit := range limits {
		wait = max(wait, l.next(now, limit).Sub(now)-limit.Per)
	}
	if wait > 0 {
		return wait
	}
	for _, limit := range limits {
		l.due[limit.Key] = l.next(now, limit)
	}
	return 0
}

// next is when the bucket would be full again if one request were taken now.
func (l *Limiter) next(now time.Time, limit Limit) time.Time {
	due := l.due[limit.Key]
	if due.Before(now) {
		due = now
	}
	return due.Add(limit.Per / time.Duration(limit.N))
}
