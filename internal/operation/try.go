package operation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

// Trying is what Service.Try needs of the store, beside Store.
type Trying interface {
	// TryAt has the next attempt of an operation, in Retry or Unknown, begin at a time unless it may begin sooner, but not
	// before the hold of its chain is over, and wakes its lane. fence.ErrOvertaken if it has moved on since it was read.
	TryAt(ctx context.Context, op Operation, at time.Time) error
}

// apart keeps an attempt that is asked for apart from the one before it: by the shortest back-off, and by a tenth of a second for
// each attempt so far, so that whoever asks for days leaves no log of hundreds of thousands of attempts.
func (op Operation) apart() time.Duration {
	return max(time.Second, time.Duration(op.Tries)*time.Second/10)
}

// mostTurns is how often an operation is read anew that moves on while it is to be tried.
const mostTurns = 3

// Try ends the wait of an operation for its next attempt, or for the next look at what became of the last one, and returns it
// with what it waits for then. The attempt is the one that would have come later: it has its turn in its lane, under every
// limit, and counts as it would have. What waits for anything else is a conflict that says for what.
func (s *Service) Try(ctx context.Context, partner, conn, id uuid.UUID) (Operation, error) {
	for range mostTurns {
		op, err := s.Get(ctx, partner, conn, id)
		if err != nil {
			return op, err
		}
		now := s.Now()
		if op.State.Ended() {
			return op, op.notTried(fmt.Sprintf("it ended at %s with the status %s", moment(op.UpdatedAt), op.State.Wire()) + s.endedHow(ctx, op))
		}
		if err := op.untried(now); err != nil {
			return op, err
		}
		err = s.Trying.TryAt(ctx, op, later(now, op.UpdatedAt.Add(op.apart())))
		switch {
		case err == nil:
			return s.Get(ctx, partner, conn, id)
		case !errors.Is(err, fence.ErrOvertaken):
			return op, fmt.Errorf("having an operation tried: %w", err)
		}
	}
	return Operation{}, problem.New(problem.Conflict, "operation %s was tried in this moment; read it to see what came of that", id)
}

// notTried is the conflict that says why an operation is not tried.
func (op Operation) notTried(why string) error {
	return problem.New(problem.Conflict, "operation %s is not tried at once, and nothing was changed: %s", op.ID, why)
}

// untried tells for what an operation that has not ended waits that nobody may pass over; nil if its wait can be ended.
func (op Operation) untried(now time.Time) error {
	why := waitKept(&op, now)
	if why == nil {
		return nil
	}
	return op.notTried(why())
}

// waitKept says why an operation that has not ended is not tried at once; nil if it would be. A list asks of each
// whether there is a reason, and for no text.
func waitKept(op *Operation, now time.Time) (why func() string) {
	p := op.Progress
	switch {
	case op.Sync:
		return func() string {
			return "it was sent at once, at " + moment(op.SentAt) + ", and its caller waits for the answer"
		}
	case op.State == Sending:
		return func() string { return "a call of it is under way since " + moment(op.SentAt) }
	case op.IsAsked():
		return func() string { return "it is to be cancelled, and that is not decided yet" }
	case p != nil && p.keeps():
		return func() string { return p.Reason + p.until() }
	case p != nil && p.Position.Chain > 0:
		return func() string {
			return "an earlier write must end first: of the same record, or between the same two people"
		}
	case op.State == Queued:
		return func() string { return "it waits for nothing but its turn" }
	case p != nil && p.AttemptsLeft == 1 && op.NextAt.After(now):
		return func() string {
			return "one attempt is left that counts, and is kept for its time, " + moment(op.NextAt) + ": no write is to fail sooner because " +
				"somebody asked"
		}
	}
	return nil
}

// endedHow tells what can be done with an operation that has ended instead.
func (s *Service) endedHow(ctx context.Context, op Operation) string {
	switch {
	case op.IsUnknown():
		return ", its outcome unknown; look at the TSP, and POST .../resolve what you find"
	case op.State == Failed:
		return "; " + s.again(ctx, op)
	case op.Verification != nil && op.Verification.Status == Unverified:
		return "; its record is read back in the time that its TSP needs to show it"
	}
	return ""
}

// keeps tells whether what an operation waits for is something else than its own next attempt or look.
func (p ProgressRead) keeps() bool {
	switch p.Code {
	case InFlight, ConnectionPaused, ConnectionStale, RetryAfter, Behind, RateLimited, Window:
		return true
	case LookingUp, BackOff, InQueue, Untold:
	}
	return false
}

// until says what a cause is about: the operation before it, or when it is over.
func (p ProgressRead) until() string {
	switch {
	case p.Behind != nil && p.NextAttemptAt != nil:
		return fmt.Sprintf("; that is %s, and that write operation %s", p.NextAttemptAt, *p.Behind)
	case p.Behind != nil:
		return fmt.Sprintf("; that is operation %s", *p.Behind)
	case p.Code == ConnectionPaused, p.Code == ConnectionStale, p.Code == InFlight:
		return ""
	case p.NextAttemptAt != nil:
		return "; that is " + p.NextAttemptAt.String()
	case p.EarliestTurn != nil:
		return "; its turn may come at " + p.EarliestTurn.String()
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
