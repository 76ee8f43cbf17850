package operation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Cause is a code for why an operation has not ended. Callers may ask lists for it.
type Cause string

// The causes. The first that holds is told, in the order of Causes.
const (
	// InFlight: an attempt is under way.
	InFlight Cause = "in_flight"
	// ConnectionPaused and ConnectionStale: the connection takes no writes, because somebody paused it, or because the TSP
	// refuses its credentials.
	ConnectionPaused Cause = "connection_paused"
	ConnectionStale  Cause = "connection_stale"
	// RetryAfter: the TSP asked to be left alone for a time.
	RetryAfter Cause = "retry_after"
	// LookingUp: an attempt had no trustworthy answer, and what became of it is found out.
	LookingUp Cause = "looking_up"
	// BackOff: the last attempt failed, and the next one comes later.
	BackOff Cause = "back_off"
	// Behind: an earlier write of its chain must end first, or one whose record it names; or one has ended without an answer
	// and may take effect until ProgressRead.NextAttemptAt.
	Behind Cause = "behind"
	// RateLimited: a limit of the TSP is used up.
	RateLimited Cause = "rate_limited"
	// Window: as many calls are under way as may be at once.
	Window Cause = "window"
	// InQueue: nothing keeps it but what is before it in its lane.
	InQueue Cause = "queued"
	// Untold: what it waits for is known to another replica alone.
	Untold Cause = "unknown"
)

// Causes lists all of them.
func Causes() []Cause {
	return []Cause{InFlight, ConnectionPaused, ConnectionStale, RetryAfter, LookingUp, BackOff, Behind, RateLimited, Window,
		InQueue, Untold}
}

// ProgressRead is the wire form of why an operation waits. It is found out when it is read and never written.
type ProgressRead struct {
	State State `json:"state"`
	// Reason says Code in words.
	Reason string `json:"reason"`
	Code   Cause  `json:"code"`
	// Limit is the one that is used up, Behind the operation that must end first, or may take effect yet, where it is the
	// caller's own, and Class that of the last attempt.
	Limit  string     `json:"limit,omitempty"`
	Behind *uuid.UUID `json:"behind,omitempty"`
	Class  tsp.Class  `json:"class,omitempty"`
	// NextAttemptAt is the time that is set for the next attempt; null where none is.
	NextAttemptAt *wire.Time `json:"next_attempt_at"`
	Attempts      int        `json:"attempts"`
	AttemptsLeft  int        `json:"attempts_left"`
	Position      Place      `json:"position"`
	Deadline      wire.Time  `json:"deadline"`
	// EarliestTurn is before when nothing of it is sent, as far as is known; null where that is not.
	EarliestTurn *wire.Time `json:"earliest_turn"`
	// CanBeTried tells that Service.Try would end its wait now.
	CanBeTried bool `json:"can_be_tried"`
}

// Place is how many earlier operations have not ended. AtLeast tells that there may be more: not all were counted.
type Place struct {
	Chain   int  `json:"chain"`
	Lane    int  `json:"lane"`
	AtLeast bool `json:"at_least"`
}

// Explainer tells why operations wait.
type Explainer interface {
	// Explain tells why each of some operations that have not ended waits. They have their Attempts.
	Explain(ctx context.Context, ops []Operation) ([]ProgressRead, error)
}

// Lines tells what comes before operations.
type Lines interface {
	// Ahead tells what comes before each of some operations that have not ended. It counts a bounded number of them,
	// however many wait.
	Ahead(ctx context.Context, ops []Operation) ([]Ahead, error)
	// Unanswered returns operations of a partner that ended without an answer to what was sent at a time or later: their ID,
	// Connection, OrderKey and CutAt, in no order. It looks at a bounded number, the newest of those that have failed.
	Unanswered(ctx context.Context, partner uuid.UUID, since time.Time) ([]Operation, error)
}

// Ahead is what comes before an operation: in its chain First, the oldest one that has not ended, which is
// Partner's; zero if there is none.
type Ahead struct {
	First, Partner uuid.UUID
	Place
	// Named tells that First is one whose record the operation names. No store knows of it.
	Named bool
	// Left is the operation of the same partner that has left the hold behind which this one waits; zero if there is none or
	// it is not known. Ahead leaves it out.
	Left uuid.UUID
}

// Rests tells whether an operation waits for nothing but a time: until then an earlier one of its chain may take effect that
// has ended.
func (op Operation) Rests(now time.Time) bool {
	return op.State == Queued && len(op.Awaits) == 0 && op.NextAt.After(now)
}

// EndsBy is when an operation fails if it has not ended by then. What may have been sent is found out, or comes to its end,
// after it has expired, too.
func (op Operation) EndsBy() time.Time {
	sent := op.State == Sending || op.State == Unknown
	if sent || op.ExpiresAt.IsZero() || op.Deadline.Before(op.ExpiresAt) {
		return op.Deadline
	}
	return op.ExpiresAt
}

// explained fills in why those operations wait that have not ended.
func (s *Service) explained(ctx context.Context, ops []Operation) error {
	if s.Explainer == nil {
		return nil
	}
	var at []int
	for i := range ops {
		if !ops[i].State.Ended() {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil
	}
	waiting := ops
	// An operation is large, and most lists are of those that wait or of those that do not.
	if len(at) < len(ops) {
		waiting = make([]Operation, len(at))
		for i, from := range at {
			waiting[i] = ops[from]
		}
	}
	all, err := s.Explainer.Explain(ctx, waiting)
	now := s.Now()
	for i := range all {
		op := &ops[at[i]]
		op.Progress = &all[i]
		all[i].CanBeTried = waitKept(op, now) == nil
	}
	return err
}

// due is a time that is set, if it is to come.
func due(at, now time.Time) *wire.Time {
	if !at.After(now) {
		return nil
	}
	return Turn(at)
}

// Turn is a time before which nothing of an operation is sent.
func Turn(at time.Time) *wire.Time {
	t := wire.Time(at.UTC())
	return &t
}

// Progressed returns what is told of an operation at a time whatever it waits for. left is how many of its attempts may
// count yet.
func (op Operation) Progressed(now time.Time, left int) ProgressRead {
	return ProgressRead{State: op.State, NextAttemptAt: due(op.NextAt, now), Attempts: op.Tries,
		AttemptsLeft: max(left, 0), Deadline: wire.Time(op.EndsBy()), EarliestTurn: due(op.NextAt, now)}
}
