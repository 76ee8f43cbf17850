package webhook

import (
	"fmt"
	"slices"
	"time"
)

// Mover is who changes the state of a subscription.
type Mover string

// The movers.
const (
	// Owner is the partner whose subscription it is.
	Owner Mover = "owner"
	// Receiver asks never to be called again, by a 410.
	Receiver Mover = "receiver"
	// Breaker finds that the receiver fails too often.
	Breaker Mover = "breaker"
)

// Move is a change of a subscription's state; its text is the event's behind "webhook.".
type Move string

// The moves.
const (
	Activate Move = "activated"
	Pause    Move = "paused"
	Stall    Move = "staled"
	Delete   Move = "deleted"
)

// rule says who may make a move, from which states, and to which.
type rule struct {
	by   []Mover
	from []Status
	to   Status
}

// moves is the table of docs/state-machine.md; a test compares them. A subscription begins as
// active, and what is deleted stays so.
var moves = map[Move]rule{
	Activate: {[]Mover{Owner}, []Status{Paused, Stale}, Active},
	Pause:    {[]Mover{Owner, Receiver}, []Status{Active, Stale}, Paused},
	Stall:    {[]Mover{Breaker}, []Status{Active}, Stale},
	Delete:   {[]Mover{Owner}, []Status{Active, Paused, Stale}, Deleted},
}

// Event returns the name of the event that tells of the move.
func (m Move) Event() string { return "webhook." + string(m) }

// Move returns the subscription after a move, or an error if the mover may not make it. Whoever
// activates vouches for the receiver: its judging begins anew.
func (s Subscription) Move(m Move, by Mover, at time.Time) (Subscription, error) {
	r := moves[m]
	if !slices.Contains(r.by, by) || !slices.Contains(r.from, s.Status) {
		return s, fmt.Errorf("a webhook subscription that is %s cannot be %s by its %s", s.Status, m, by)
	}
	s.Status = r.to
	if m == Activate {
		s.Health = unproven(at)
	}
	return s.changed(at), nil
}

// unproven is what is known of a receiver that is judged from a time on.
func unproven(at time.Time) Health {
	return Health{Since: at.UTC().Truncate(time.Microsecond), Success: 1}
}

// changed notes when the subscription was changed. Its time grows with each change, so that it tells
// one reading of it from a later one.
func (s Subscription) changed(at time.Time) Subscription {
	at = at.UTC().Truncate(time.Microsecond)
	if !at.After(s.UpdatedAt) {
		at = s.UpdatedAt.Add(time.Microsecond)
	}
	s.UpdatedAt = at
	return s
}
