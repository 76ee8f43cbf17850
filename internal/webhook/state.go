package webhook

import (
	"fmt"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/fence"
)

// Mover is who changes the state of a subscription.
type Mover string

// The movers.
const (
	// ByOwner is the partner whose subscription it is.
	ByOwner Mover = "owner"
	// ByReceiver asks never to be called again, by a 410.
	ByReceiver Mover = "receiver"
	// ByBreaker finds that the receiver fails too often, or answers again.
	ByBreaker Mover = "breaker"
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

// arc is a move from a state, and who may make it.
type arc struct {
	from Status
	move Move
	by   []Mover
}

// arcs is the table of docs/state-machine.md; a test compares them. A subscription begins as active,
// and what is deleted stays so.
var arcs = []arc{
	{Active, Pause, []Mover{ByOwner, ByReceiver}},
	{Active, Stall, []Mover{ByBreaker}},
	{Stale, Pause, []Mover{ByOwner, ByReceiver}},
	{Stale, Activate, []Mover{ByOwner, ByBreaker}},
	{Paused, Activate, []Mover{ByOwner}},
	{Active, Delete, []Mover{ByOwner}},
	{Stale, Delete, []Mover{ByOwner}},
	{Paused, Delete, []Mover{ByOwner}},
}

// to is the state that a move leads to.
func (m Move) to() Status {
	return map[Move]Status{Activate: Active, Pause: Paused, Stall: Stale, Delete: Deleted}[m]
}

// Event returns the name of the event that tells of the move.
func (m Move) Event() string { return "webhook." + string(m) }

// Move returns the subscription after a move, or an error if the mover may not make it. An owner who
// activates it vouches for the receiver: its judging begins anew.
func (s Subscription) Move(m Move, by Mover, at time.Time) (Subscription, error) {
	may := func(a arc) bool { return a.from == s.Status && a.move == m && slices.Contains(a.by, by) }
	if !slices.ContainsFunc(arcs, may) {
		return s, fmt.Errorf("a webhook subscription that is %s cannot be %s by its %s", s.Status, m, by)
	}
	s.Status = m.to()
	if m == Activate {
		s.Health = unproven(at)
	}
	s = s.changed(at)
	if s.Paused = (audit.Mark{}); m == Pause {
		s.Paused = pausedBy(by, s.UpdatedAt)
	}
	return s, nil
}

// unproven is what is known of a receiver that is judged from a time on.
func unproven(at time.Time) Health {
	return Health{Since: at.UTC().Truncate(time.Microsecond), Success: 1}
}

// changed notes when the subscription was changed.
func (s Subscription) changed(at time.Time) Subscription {
	s.UpdatedAt = fence.Later(s.UpdatedAt, at)
	return s
}
