package webhook

import "time"

// After returns the subscription as the end of an attempt leaves it.
func (s Subscription) After(r Result, at time.Time) Subscription {
	if r.Verdict == Gone && s.Status != Deleted && s.Status != Paused {
		s.Status, s.UpdatedAt = Paused, at
	}
	if r.Verdict == Delivered && s.Status == Stale {
		s.Status, s.UpdatedAt = Active, at
	}
	return s
}

// ProbeAt is when one delivery of a stale subscription is to be tried; zero for any other.
func (s Subscription) ProbeAt() time.Time {
	if s.Status != Stale {
		return time.Time{}
	}
	return s.Health.Since.Add(time.Minute)
}
