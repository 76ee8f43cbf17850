package app

import (
	"context"
	"time"
)

// stopsEvery is how often it is looked for operations that must not be sent any more. A lane that knows of one ends it
// at its moment; this finds what stands behind others, and what a lost hint has left.
const stopsEvery = time.Second

// watchStops wakes the lanes of operations that must not be sent any more, until ctx ends.
func (a *App) watchStops(ctx context.Context) error {
	tick := time.NewTicker(stopsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		stopped, err := a.writes.StoppedLanes(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Error("operations that must not be sent any more could not be looked for; it is tried again", "error", err)
		}
		for _, lane := range stopped {
			a.lanes.activate(lane)
		}
	}
}
