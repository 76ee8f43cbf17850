package perform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Resume makes the schedules fit the connections, whatever the last process left and whatever
// kinds the adapters can list since. It runs before any lane does, so nothing needs to be fenced.
func (i *Imports) Resume(ctx context.Context, all []connection.Connection) error {
	ids := make([]uuid.UUID, len(all))
	for n, c := range all {
		ids[n] = c.ID
	}
	schedules, err := i.c.Schedules.SchedulesOf(ctx, ids)
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
		if err := i.follow(ctx, c, live[c.ID]...); err != nil {
			return fmt.Errorf("scheduling the imports of connection %s: %w", c.ID, err)
		}
	}
	return nil
}

// follow makes the kinds of an active connection due, those left out that are scheduled already,
// and parks the schedules of any other. A TSP whose adapter this program lacks is parked as well.
func (i *Imports) follow(ctx context.Context, c connection.Connection, scheduled ...resource.Kind) error {
	adapter, ok := i.c.Importer.Caller.Registry().Adapter(c.TSP)
	if !ok || c.Status != connection.Active {
		return i.c.Schedules.ParkImports(ctx, c.ID)
	}
	kinds := slices.DeleteFunc(adapter.Spec().Importable(), func(k resource.Kind) bool {
		return slices.Contains(scheduled, k)
	})
	if len(kinds) == 0 {
		return nil
	}
	return i.c.Schedules.ScheduleImports(ctx, c.ID, kinds, stored(i.c.Now()))
}

// recheckAfter keeps many writes that miss something from importing over and over.
const recheckAfter = time.Minute

// Recheck makes the kinds of a connection due that were not imported of late.
func (i *Imports) Recheck(ctx context.Context, c connection.Connection) {
	all, err := i.c.Schedules.SchedulesOf(ctx, []uuid.UUID{c.ID})
	var kinds []resource.Kind
	for _, s := range all {
		// Parked ones stay parked, and what is due already needs no asking.
		if !s.NextAt.IsZero() && s.NextAt.After(i.c.Now()) && i.c.Now().Sub(s.LastSuccessAt) > recheckAfter {
			kinds = append(kinds, s.Kind)
		}
	}
	if err == nil && len(kinds) > 0 {
		err = i.c.Schedules.ScheduleImports(ctx, c.ID, kinds, stored(i.c.Now()))
	}
	if err != nil {
		i.c.Log.Warn("an import could not be asked for", "connection_id", c.ID, "error", err)
	}
}

// AtOnce imports, outside of the lanes, the kinds of a connection that were never imported. It is
// for the demonstration, which must have records to show before it prints its first line.
func (i *Imports) AtOnce(ctx context.Context, c connection.Connection) error {
	all, err := i.c.Schedules.SchedulesOf(ctx, []uuid.UUID{c.ID})
	if err != nil {
		return fmt.Errorf("reading schedules: %w", err)
	}
	for _, s := range all {
		if !s.LastSuccessAt.IsZero() {
			continue
		}
		if err := i.c.Importer.Run(ctx, i.source(c, i.c.Limits.Pace(c)), i.c.Importer.NewSweep(s.Kind)); err != nil {
			return err
		}
		to := s
		to.LastSuccessAt, to.NextAt = i.c.Now(), i.next()
		if err := i.c.Schedules.SettleImport(ctx, fence.Claim{}, s, to); err != nil {
			return fmt.Errorf("settling an import: %w", err)
		}
	}
	return nil
}
