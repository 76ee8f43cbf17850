package postgres

import "time"

// The while between two tries to connect doubles from the shortest to the longest. One that took long is followed
// by as long a rest, in which many who want to write are told at once.
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

// had takes note of how a try ended that took a while.
func (b *backOff) had(took time.Duration, err error) error {
	if err == nil {
		*b = backOff{}
		return nil
	}
	b.err, b.rest = err, min(max(2*b.rest, shortestRest), longestRest)
	b.next = time.Now().Add(max(b.rest, took))
	return err
}
