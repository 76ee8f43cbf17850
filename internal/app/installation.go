package app

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/store"
)

// installation is all of the installation, as the console shows it.
type installation struct{ *App }

// Replicas lists the processes that work on the store; a file has one.
func (i installation) Replicas(ctx context.Context) (all []console.Replica, err error) {
	if i.replica == nil {
		return []console.Replica{{Name: replicaName(), Version: version(), BeatAt: i.now(), Waits: i.laneWaits()}}, nil
	}
	found, err := i.replica.Replicas(ctx)
	for _, r := range found {
		all = append(all, console.Replica(r))
	}
	return all, err
}

// Waiting is what has not ended of each TSP, and when that was counted; the zero time while it is not known.
func (i installation) Waiting() ([]console.Waiting, time.Time) {
	if last := i.backlog.waiting.Load(); last != nil {
		return last.of, last.counted
	}
	return nil, time.Time{}
}

// Tables tells how far the tables are migrated.
func (i installation) Tables(ctx context.Context) (console.Tables, error) {
	of, err := store.Status(ctx, i.config.DatabaseURL)
	out := console.Tables{Pending: of.Pending()}
	for _, m := range of.Migrations {
		if !m.AppliedAt.IsZero() {
			out.Version, out.AppliedAt = m.Version, m.AppliedAt
		}
	}
	return out, err
}

// laneWaits counts the lanes of this process that are kept from their work, by their kind and what keeps them.
func (a *App) laneWaits() map[string]int {
	if !a.built.Load() {
		return nil
	}
	all := map[string]int{}
	for of, n := range a.dispatcher.Standings() {
		switch of.Waits {
		case dispatch.ALimit, dispatch.ThePause, dispatch.TheBar, dispatch.Opening, dispatch.TheStore:
			all[of.Kind+" "+string(of.Waits)] += n.Lanes
		}
	}
	return all
}

// ratesEvery is how often a replica writes down what it has counted.
const ratesEvery = 10 * time.Second

// callsAfter is for how long calls are counted before they are written down.
const callsAfter = 5 * time.Minute

// saveRates writes down how many operations were accepted and have ended, and how many calls were made, until ctx ends; what
// is counted later is written with the end of the store.
func (a *App) saveRates(ctx context.Context) error {
	tick := time.NewTicker(ratesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := a.db.SaveRates(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("how many operations were accepted and have ended could not be written down; it is tried again", "error", err)
		}
		if err := a.db.SaveCalls(ctx, callsAfter); err != nil && ctx.Err() == nil {
			a.log.Warn("how many calls were made could not be written down; it is tried again", "error", err)
		}
	}
}

// forgetCalls removes counts of calls that are old, until ctx ends.
func (a *App) forgetCalls(ctx context.Context) error {
	tick := time.NewTicker(ratesEvery)
	defer tick.Stop()
	for {
		more, err := a.db.ForgetCalls(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Warn("old counts of calls could not be removed; it is tried again", "error", err)
		}
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
