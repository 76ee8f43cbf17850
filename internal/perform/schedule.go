package perform

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Resume makes the kinds of active connections due that are not scheduled, whatever the last process left and whatever
// kinds the adapters can list since. It parks nothing: a connection may have become active since it was read, by another
// replica, and the lane of one that is not active parks what is due.
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
		adapter, ok := i.c.Importer.Caller.Registry().Adapter(c.TSP)
		if !ok || c.Status != connection.Active {
			continue
		}
		kinds := slices.DeleteFunc(adapter.Spec().Importable(), func(k resource.Kind) bool {
			return slices.Contains(live[c.ID], k)
		})
		if len(kinds) == 0 {
			continue
		}
		if err := i.c.Schedules.ScheduleImports(ctx, c.ID, kinds, stored(i.c.Now())); err != nil {
			return fmt.Errorf("scheduling the imports of connection %s: %w", c.ID, err)
		}
	}
	return nil
}

// recheckAfter keeps many writes that miss something from importing over and over.
const recheckAfter = time.Minute

// Recheck makes the kinds of a connection due that were not imported of late.
func (i *Imports) Recheck(ctx context.Context, c connection.Connection) {
	all, err := i.c.Schedules.SchedulesOf(ctx, []uuid.UUID{c.ID})
	var kinds []resource.Kind
	for _, s := range all {
		// Parked ones stay parked, what is due already needs no asking, and events are never found
		// to be gone.
		later := !s.NextAt.IsZero() && s.NextAt.After(i.c.Now())
		if later && !s.Kind.Facts().Log && i.c.Now().Sub(s.LastSuccessAt) > recheckAfter {
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
		began := i.c.Now()
		sweep := i.c.Importer.NewSweep(s.Kind, i.since(s))
		if err := i.c.Importer.Run(ctx, i.source(c, i.c.Limits.Pace(c)), sweep); err != nil {
			return err
		}
		end := record.ImportEnd{From: s, To: s, Execution: record.Execution{Began: began, Ended: i.c.Now()}}
		end.To.LastSuccessAt, end.To.NextAt = end.Ended, i.next(s.Kind)
		if err := i.c.Schedules.SettleImport(ctx, fence.Claim{}, end); err != nil {
			return fmt.Errorf("settling an import: %w", err)
		}
	}
	return nil
}

// next is when a kind is due again, spread so that connections made together drift apart.
func (i *Imports) next(kind resource.Kind) time.Time {
	every := record.Interval(kind, i.c.Every)
	return stored(i.c.Now().Add(every - rand.N(every/10+1)))
}

// What became due while no process ran is not imported all at once where it is much: after a start
// connections take turns for a quarter of the interval, each always at the same moment of it. One that is
// imported anew or asked for meanwhile does not wait.
const (
	spreadPart   = 4
	spreadBeyond = 50
)

// inTurn leaves out the connections whose turn after a start has not come.
func (i *Imports) inTurn(due []uuid.UUID) []uuid.UUID {
	spread := record.Interval(resource.KindMessage, i.c.Every) / spreadPart
	gone := i.c.Now().Sub(i.begun)
	if gone >= spread || len(due) <= spreadBeyond {
		return due
	}
	return slices.DeleteFunc(due, func(id uuid.UUID) bool {
		moment := float64(binary.BigEndian.Uint32(id[12:])) / (1 << 32)
		return time.Duration(moment*float64(spread)) > gone
	})
}

// overlap is how far an import of events reaches back behind the last one. Devices without a signal
// send them late, and what a TSP knows of one, such as that a message was read, comes later still.
const overlap = 24 * time.Hour

// since is back to when an import asks for events.
func (i *Imports) since(s record.Schedule) time.Time {
	oldest := i.c.Now().Add(-i.c.History)
	if last := s.LastSuccessAt.Add(-overlap); last.After(oldest) {
		oldest = last
	}
	return stored(oldest)
}

// turn is the place of a kind among those that are due: events come behind the records that they
// name, which are known then.
func turn(s record.Schedule) int64 {
	if s.Kind.Facts().Log {
		return s.Seq + 1<<40
	}
	return s.Seq
}
