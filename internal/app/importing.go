package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// scheduleImports makes the kinds of an active connection due, those left out that are
// scheduled already, and parks the schedules of any other.
func (a *App) scheduleImports(ctx context.Context, c connection.Connection, scheduled []resource.Kind) error {
	if c.Status != connection.Active {
		return a.db.ParkImports(ctx, c.ID)
	}
	adapter, ok := a.caller.Registry().Adapter(c.TSP)
	if !ok {
		return a.db.ParkImports(ctx, c.ID)
	}
	kinds := slices.DeleteFunc(adapter.Spec().Importable(), func(k resource.Kind) bool {
		return slices.Contains(scheduled, k)
	})
	if len(kinds) == 0 {
		return nil
	}
	return a.db.ScheduleImports(ctx, c.ID, kinds, time.Now().UTC().Truncate(time.Microsecond))
}

// resumeImports makes the schedules fit the connections, whatever the last process left and
// whatever kinds the adapters can list since.
func (a *App) resumeImports(ctx context.Context) error {
	all, err := a.db.Connections(ctx)
	if err != nil {
		return fmt.Errorf("listing connections: %w", err)
	}
	ids := make([]uuid.UUID, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	schedules, err := a.db.SchedulesOf(ctx, ids)
	if err != nil {
		return fmt.Errorf("reading schedules: %w", err)
	}
	live := map[uuid.UUID][]resource.Kind{}
	for _, s := range schedules {
		if !s.NextAt.IsZero() {
			live[s.Connection] = append(live[s.Connection], s.Kind)
		}
	}
	for _, c := range all {
		if c.Status != connection.Active && len(live[c.ID]) == 0 {
			continue
		}
		if err := a.scheduleImports(ctx, c, live[c.ID]); err != nil {
			return fmt.Errorf("scheduling the imports of connection %s: %w", c.ID, err)
		}
	}
	return nil
}

// rechecking is the work of writes that has a connection imported when its TSP does not have
// what a write was for, so that the records which are gone are known to be.
type rechecking struct {
	*writes
	imports *imports
}

// Settle records the end of an attempt.
func (r rechecking) Settle(ctx context.Context, it dispatch.Item, end dispatch.End, v dispatch.Verdict) (dispatch.Item, error) {
	settled, err := r.writes.Settle(ctx, it, end, v)
	if t, ok := it.Value.(task); ok && err == nil && end.Class == tsp.Missing {
		r.imports.recheck(ctx, t.conn)
	}
	return settled, err
}

// recheckAfter keeps many writes that miss something from importing over and over.
const recheckAfter = time.Minute

// recheck makes the kinds of a connection due that were not imported of late.
func (i *imports) recheck(ctx context.Context, c connection.Connection) {
	all, err := i.schedules.SchedulesOf(ctx, []uuid.UUID{c.ID})
	var kinds []resource.Kind
	for _, s := range all {
		if !s.NextAt.IsZero() && s.NextAt.After(i.now()) && i.now().Sub(s.LastSuccessAt) > recheckAfter {
			kinds = append(kinds, s.Kind)
		}
	}
	if err == nil && len(kinds) > 0 {
		err = i.schedules.ScheduleImports(ctx, c.ID, kinds, i.now().UTC().Truncate(time.Microsecond))
	}
	if err != nil {
		i.log.Warn("an import could not be asked for", "connection_id", c.ID, "error", err)
	}
}
