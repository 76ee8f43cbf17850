package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
)

// replica is how this process stands among those that work on the same database. A process that works alone has none.
type replica interface {
	dispatch.Replica
	// ID names the replica until its end; none after it has the same.
	ID() uuid.UUID
	// Leads tells whether it does what one of all should do. For a moment two may believe so.
	Leads() bool
	// Dead tells whether a replica is none that lives, or may wake up.
	Dead(ctx context.Context, id uuid.UUID) (bool, error)
	// Replicas lists all that have not left.
	Replicas(ctx context.Context) ([]riversource.Replica, error)
}

// How often it is looked whether this replica leads, and for sync writes whose handlers died.
const (
	leadEvery    = time.Second
	handledEvery = 2 * time.Second
)

// How long a start waits for the other replicas to count this one, which those that live do within three beats, or to be
// taken for dead, which takes some seconds of this one's own beats; and how often it looks.
const (
	noticedWithin = 7 * time.Second
	noticedEvery  = 50 * time.Millisecond
)

// noticed returns once this replica has a part of what all have together: who sends requests to it before would have
// sync writes refused for want of one. It waits no longer than it takes to take one of the others for dead.
func (a *App) noticed(ctx context.Context) {
	a.awaits(ctx, func(part, _ int) bool { return part >= 0 })
}

// awaits returns once this replica stands among the others as it should, or when it is waited for no longer.
func (a *App) awaits(ctx context.Context, stands func(part, of int) bool) {
	if a.replica == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, noticedWithin)
	defer cancel()
	tick := time.NewTicker(noticedEvery)
	defer tick.Stop()
	for {
		if stands(a.replica.Share()) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// id is this replica's; zero for a process that is alone.
func (a *App) id() uuid.UUID {
	if a.replica == nil {
		return uuid.Nil
	}
	return a.replica.ID()
}

// leads is nil for a process that is alone.
func (a *App) leads() func() bool {
	if a.replica == nil {
		return nil
	}
	return a.replica.Leads
}

// leading has something done by one replica at a time, until ctx ends or it is done. It must be such that two may do it
// for a moment. It is done in terms: what fails when a term has ended is begun anew by whoever leads then.
func (a *App) leading(ctx context.Context, do func(context.Context) error) error {
	if a.replica == nil {
		return do(ctx)
	}
	tick := time.NewTicker(leadEvery)
	defer tick.Stop()
	for {
		if a.replica.Leads() {
			term, end := context.WithCancel(ctx)
			go func() {
				defer end()
				for a.replica.Leads() {
					select {
					case <-tick.C:
					case <-term.Done():
						return
					}
				}
			}()
			err := do(term)
			over := term.Err() == nil
			end()
			if over {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// watchHandlers ends the sync writes whose handlers died with their replicas, until ctx ends.
func (a *App) watchHandlers(ctx context.Context) error {
	if a.replica == nil {
		return nil
	}
	tick := time.NewTicker(handledEvery)
	defer tick.Stop()
	for {
		if err := a.endHandled(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("sync writes of replicas that died could not be ended; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *App) endHandled(ctx context.Context) error {
	var failed error
	err := a.writes.Handled(ctx, func(id uuid.UUID) bool {
		dead, err := a.replica.Dead(ctx, id)
		failed = errors.Join(failed, err)
		return err == nil && dead
	})
	return errors.Join(err, failed)
}

// refuseRestoreBeside keeps a restore from being told to a database that others work on: what they are at work on would
// be settled as if it had been lost. Those that have died are waited for until they are known to have.
func (a *App) refuseRestoreBeside(ctx context.Context, told time.Time) error {
	if told.IsZero() || a.replica == nil {
		return nil
	}
	a.awaits(ctx, func(_, of int) bool { return of <= 1 })
	if _, of := a.replica.Share(); of > 1 {
		return fmt.Errorf("--restored-from was given while %d other replica(s) work on this database; stop them, start this "+
			"one with it, and then the others without it", of-1)
	}
	return nil
}
