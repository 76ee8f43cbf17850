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

// Kept is for how long things are kept: operations after they ended, records of messages and other events after these
// happened and were last heard of, and the calls of attempts after these ended.
type Kept struct {
	Operations, Records, Exchanges time.Duration
	// History is how far back an import asks for events; what it may show again is kept.
	History time.Duration
}

// fleetGrace is for how long the records of a deleted fleet are kept: what was under way ends, and what its connections leave
// is told as deleted. A fleet that was deleted does not come back.
const fleetGrace = 24 * time.Hour

// Retention removes what is kept no longer.
type Retention interface {
	operation.Retention
	record.Retention
}

// beyondHistory is how much longer than an import reaches back an event is kept: one that is on its way began earlier.
const beyondHistory = 24 * time.Hour

// forgetEvery is how often it is looked for what is kept no longer.
const forgetEvery = 10 * time.Minute

// OfRecords is for how long records of messages and other events are kept: as long as is set, and for as long as an import
// may show one again in any case.
func (k Kept) OfRecords() time.Duration { return max(k.Records, k.History+beyondHistory) }

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
		along(ctx, in.SweepRecords, at.Add(-kept.OfRecords())),
		fence.InParts(ctx, func() (bool, error) { return in.SweepFleets(ctx, at.Add(-fleetGrace)) }))
}

// along sweeps from the oldest to what is younger than a time.
func along(ctx context.Context, sweep func(context.Context, int64, time.Time) (int64, error), before time.Time) error {
	behind := int64(0)
	return fence.InParts(ctx, func() (more bool, err error) {
		behind, err = sweep(ctx, behind, before)
		return behind > 0, err
	})
}
