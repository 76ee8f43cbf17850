package webhook

import "time"

// Schedule returns the delays between the attempts of a delivery: delay i follows failed
// attempt i+1. After the first attempt come three quick ones within 5 seconds, as the contract
// documents, then slow ones of which the last is made 24 hours after the first. A delivery
// that fails beyond the last delay becomes a dead letter. Whoever runs it adds jitter and
// waits longer where Result.RetryAfter says so.
func Schedule() []time.Duration {
	delays := []time.Duration{
		500 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second,
		time.Minute, 5 * time.Minute, 15 * time.Minute,
		time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour,
	}
	// The last delay makes up the day, so a change of another leaves the promise as it is.
	rest := 24 * time.Hour
	for _, d := range delays {
		rest -= d
	}
	return append(delays, rest)
}
