package simkit

import (
	"slices"
	"sync"
	"time"
)

// Limit is a token bucket of N requests at once, refilled evenly over Per; or, with AtOnce, a bound of the calls that
// are under way at the same time, each of which lasts Per at least: a simulator answers sooner than any TSP. Requests
// with the same Key share it.
type Limit struct {
	Key    string
	N      int
	Per    time.Duration
	AtOnce int
	// Assumed says that the TSP states no such limit. A simulator refuses nobody for it, unless the switch AssumedLimits
	// is on: what paces Waybill out of caution must not make a TSP that it is not.
	Assumed bool
}

// AssumedLimits is the switch of every simulator that lets limits be enforced too which no TSP states. It serves tests
// of those who keep to them.
const AssumedLimits = "assumed_limits"

// Limiter enforces limits while it is enabled. Its zero value is disabled.
type Limiter struct {
	// assumed tells whether assumed limits are enforced too; nil is no.
	assumed func() bool
	mu      sync.Mutex
	enabled bool
	// due is, per key, when the bucket will be full again: the theoretical arrival time of GCRA.
	due map[string]time.Time
	// under counts the calls under way, per key.
	under map[string]int
}

// Enable turns enforcement on or off; every bucket starts full, and no call counts as under way.
func (l *Limiter) Enable(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.enabled = on
	l.due, l.under = map[string]time.Time{}, map[string]int{}
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
	limits = l.stated(limits)
	var wait time.Duration
	for _, limit := range limits {
		if limit.N > 0 {
			wait = max(wait, l.next(now, limit).Sub(now)-limit.Per)
		}
	}
	if wait > 0 {
		return wait
	}
	for _, limit := range limits {
		if limit.N > 0 {
			l.due[limit.Key] = l.next(now, limit)
		}
	}
	return 0
}

// stated leaves out the limits that are assumed, unless they are enforced too.
func (l *Limiter) stated(limits []Limit) []Limit {
	if l.assumed != nil && l.assumed() {
		return limits
	}
	return slices.DeleteFunc(slices.Clone(limits), func(one Limit) bool { return one.Assumed })
}

// next is when the bucket would be full again if one request were taken now.
func (l *Limiter) next(now time.Time, limit Limit) time.Time {
	due := l.due[limit.Key]
	if due.Before(now) {
		due = now
	}
	return due.Add(limit.Per / time.Duration(limit.N))
}

// Enter begins a call under the bounds of calls at once, or tells that there is no place. The call must last as long as
// it says, and then leave, which may be called once.
func (l *Limiter) Enter(limits ...Limit) (leave func(), lasts time.Duration, entered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	under := l.under
	var keys []string
	for _, limit := range l.stated(limits) {
		if limit.AtOnce == 0 || !l.enabled {
			continue
		}
		if under[limit.Key] >= limit.AtOnce {
			return nil, 0, false
		}
		keys, lasts = append(keys, limit.Key), max(lasts, limit.Per)
	}
	for _, key := range keys {
		under[key]++
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, key := range keys {
			under[key]--
		}
	}, lasts, true
}
