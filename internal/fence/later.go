package fence

import "time"

// Later is the time of a change of what was changed before, in whole microseconds, as stores keep it. It
// grows with each change, so that it tells which of two readings is the later one.
func Later(before, at time.Time) time.Time {
	at = at.UTC().Truncate(time.Microsecond)
	if !at.After(before) {
		return before.Add(time.Microsecond)
	}
	return at
}
