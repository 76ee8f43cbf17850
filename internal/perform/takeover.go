package perform

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// Recovery takes up what nobody is at work on any more. operation.Recovery is it.
type Recovery interface {
	Interrupted(ctx context.Context, at time.Time, of operation.Left, settles func(operation.Operation) time.Duration) (
		int, error)
	Unsent(ctx context.Context, at time.Time, of operation.Left, marked func(operation.Operation) bool) (int, error)
	Handlers(ctx context.Context) ([]uuid.UUID, error)
}

// taken is when a connection's lane was taken last from whoever had not given it back.
func (w *Writes) taken(connection uuid.UUID) (at time.Time) {
	if w.c.CutAt != nil {
		at = w.c.CutAt(connection)
	}
	return at
}

// TakeUp ends the attempts that whoever had the lane before has begun. What became of them is found out.
func (w *Writes) TakeUp(ctx context.Context, claim fence.Claim) error {
	if w.c.Recovery == nil {
		return nil
	}
	return w.recover(ctx, operation.Left{Claim: claim}, "connection_id", claim.Lane.ID)
}

// Handled ends the sync writes whose handlers died with their replicas; dead tells which replicas did. One that is
// unknown is dead: whoever handles a write was known before. So is who has no id, since all that live have one.
func (w *Writes) Handled(ctx context.Context, dead func(replica uuid.UUID) bool) error {
	all, err := w.c.Recovery.Handlers(ctx)
	if err != nil {
		return fmt.Errorf("listing the replicas that handle sync writes: %w", err)
	}
	for _, id := range all {
		if !dead(id) {
			continue
		}
		if err := w.recover(ctx, operation.Left{Sync: true, Handler: id}, "replica", id); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writes) recover(ctx context.Context, of operation.Left, key string, id uuid.UUID) error {
	again, err := w.c.Recovery.Unsent(ctx, w.c.Now(), of, Marked(w.c.Settling.Registry))
	if err != nil {
		return fmt.Errorf("taking up operations of which nothing was sent: %w", err)
	}
	cut, err := w.c.Recovery.Interrupted(ctx, w.c.Now(), of, w.c.Settling.Of)
	if err != nil {
		return fmt.Errorf("taking up interrupted operations: %w", err)
	}
	if again+cut > 0 {
		w.c.Log.Warn("operations were interrupted by the end of another replica", key, id, "unsent", again, "count", cut)
	}
	return nil
}
