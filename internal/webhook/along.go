package webhook

import "time"

// Draws lists the states of the other subscriptions of its receiver that go Along with one that has
// changed. What happened to one thing comes in order at a receiver, whatever subscriptions tell of it,
// and a single one that is kept waiting would let the others overtake it: so whatever the receiver shows,
// and whoever vouches for it, concerns all of them. What an owner pauses or deletes is that one alone.
func Draws(was, is Subscription, by Mover) []Status {
	switch {
	case is.Status == Active && (was.Status != Active || was.URL != is.URL):
		return []Status{Stale}
	case is.Status == Stale && was.Health != is.Health, is.Status == Paused && was.Status != Paused && by == ByReceiver:
		return []Status{Active, Stale}
	}
	return nil
}

// Along returns a subscription as it is after another one of its receiver, which Draws it, became as it is.
// Stale ones have one pace at which they are tried.
func (s Subscription) Along(with Subscription, at time.Time) Subscription {
	switch with.Status {
	case Active:
		return s.moved(Activate, ByBreaker, at)
	case Paused:
		return s.moved(Pause, ByReceiver, at)
	case Stale:
		s = s.moved(Stall, ByBreaker, at)
		s.Health.Since, s.Health.Counted = with.Health.Since, with.Health.Counted
	}
	return s
}
