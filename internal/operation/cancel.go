package operation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/wire"
)

// How long a caller waits for the decision whether its operation is cancelled, and how often it is looked for.
const (
	decidedWithin = 10 * time.Second
	firstLook     = 5 * time.Millisecond
	longestLook   = 200 * time.Millisecond
)

// Cancel ends an operation of which nothing has reached its TSP, as Failed with the Reason Cancelled: the contract has
// no status for it. It returns once that is decided, and returns one that was cancelled before as it is. Any other is a
// conflict that tells what is out.
func (s *Service) Cancel(ctx context.Context, partner, conn, id uuid.UUID) (Operation, error) {
	until := time.NewTimer(decidedWithin)
	defer until.Stop()
	var asked *Operation
	for pause := firstLook; ; pause = min(2*pause, longestLook) {
		op, err := s.get(ctx, partner, conn, id)
		if err != nil || op.Reason == Cancelled {
			return op, err
		}
		if err := op.uncancelled(asked); err != nil {
			return op, err
		}
		if asked == nil {
			switch err := s.Cancels.AskCancel(ctx, op); {
			case err == nil:
				asked = &op
			case !errors.Is(err, fence.ErrOvertaken):
				return op, fmt.Errorf("asking to cancel an operation: %w", err)
			}
		}
		look := time.NewTimer(pause)
		select {
		case <-look.C:
		case <-until.C:
			return op, &problem.Error{Code: problem.Unavailable, RetryAfter: time.Second, Detail: fmt.Sprintf(
				"it is not decided yet whether operation %s can be cancelled; it is not begun anew before that is. Ask "+
					"again, or read the operation", id)}
		case <-ctx.Done():
			look.Stop()
			return op, fmt.Errorf("waiting for an operation to be cancelled: %w", ctx.Err())
		}
	}
}

// uncancelled tells what is out of an operation that cannot be cancelled, or was not; nil if that is not decided. asked
// is the operation as it was asked to be cancelled; nil if it was not.
func (op Operation) uncancelled(asked *Operation) error {
	why := ""
	switch {
	case op.State.Ended():
		why = fmt.Sprintf("it ended at %s with the status %s", moment(op.UpdatedAt), op.State.Wire())
		if !op.CutAt.IsZero() {
			why += ", and the TSP may have taken it"
		}
	case op.Sync:
		why = "it was sent at once, at " + moment(op.SentAt) + ", and its caller waits for the answer"
	case op.State == Sending:
		why = underWay(" since " + moment(op.SentAt))
	case op.State == Unknown:
		why = "it was sent at " + moment(op.SentAt) + " without an answer, and what became of it is being found out"
	case asked == nil || op.IsAsked():
		return nil
	case op.Tries > asked.Tries:
		why = underWay("")
	default:
		why = "a part of it has reached the TSP, or may have; it is brought to its end"
	}
	return problem.New(problem.Conflict, "operation %s was not cancelled: %s", op.ID, why)
}

// underWay is what is out while an attempt is made, and since one was that has ended meanwhile.
func underWay(since string) string {
	return "an attempt was under way to the TSP" + since + " and may be repeated; ask again to keep it from that"
}

func moment(t time.Time) string { return wire.Time(t).String() }
