package postgres

import "time"

// The while between two tries to connect doubles from the shortest to the longest.
const shortestRest, longestRest = 50 * time.Millisecond, time.Second

// backOff says when to try again what has failed.
type backOff struct {
	err  error
	rest time.Duration
	next time.Time
}

// wait returns the last error while it is too early to try again.
func (b *backOff) wait() error {
	if b.err != nil && time.Now().Before(b.next) {
		return b.err
	}
	return nil
}

// had takes note of how a try ended.
func (b *backOff) had(err error) error {
	if err == nil {
		*b = backOff{}
		return nil
	}
	b.err, b.rest = err, min(max(2*b.rest, shortestRest), longestRest)
	b.next = time.Now().Add(b.rest)
	return err
}
