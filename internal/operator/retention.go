package operator

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// sweepEvery is how often it is looked for sessions and codes that have ended.
const sweepEvery = 10 * time.Minute

// Forget removes sessions and codes that have ended, beside all other work, until ctx ends.
func (d *Door) Forget(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		at := d.clock()
		err := fence.InParts(ctx, func() (bool, error) { return d.c.Kept.SweepSessions(ctx, at) })
		if err != nil && ctx.Err() == nil {
			d.c.Log.Warn("sessions of operators that have ended could not be removed; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
