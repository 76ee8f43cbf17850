package perform

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
)

// Kept is for how long things are kept: operations after they ended, records of what was written after they were, and the
// calls of attempts after these ended.
type Kept struct{ Operations, Records, Exchanges time.Duration }

// Retention removes what is kept no longer.
type Retention interface {
	operation.Retention
	record.Retention
}

// forgetEvery is how often it is looked for what is kept no longer.
const forgetEvery = 10 * time.Minute

// Forget removes what is kept no longer, in parts beside all other work, until ctx ends.
func Forget(ctx context.Context, in Retention, kept Kept, now func() time.Time, log *slog.Logger) error {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		if err := forget(ctx, in, kept, now()); err != nil && ctx.Err() == nil {
			log.Warn("what is kept no longer could not be removed; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// forget does all of it: what fails keeps nothing else from being removed.
func forget(ctx context.Context, in Retention, kept Kept, at time.Time) error {
	keys := operation.KeysSince(at)
	return errors.Join(
		fence.InParts(ctx, func() (bool, error) { return in.SweepKeys(ctx, keys) }),
		fence.InParts(ctx, func() (bool, error) { return in.SweepExchanges(ctx, at.Add(-kept.Exchanges)) }),
		along(ctx, in.SweepOperations, at.Add(-kept.Operations)),
		along(ctx, in.SweepRecords, at.Add(-kept.Records)))
}

// along sweeps from the oldest to what is younger than a time.
func along(ctx context.Context, sweep func(context.Context, int64, time.Time) (int64, error), before time.Time) error {
	behind := int64(0)
	return fence.InParts(ctx, func() (more bool, err error) {
		behind, err = sweep(ctx, behind, before)
		return behind > 0, err
	})
}
