package app

import (
	"context"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/metrics"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// measure makes the metrics, where there is an address at which they are asked for.
func (a *App) measure(adapters []tsp.Adapter) {
	if a.config.AdminAddr == "" {
		return
	}
	if adapters == nil {
		adapters = all.Adapters()
	}
	sets := metrics.Sets{Routes: api.Patterns()}
	for _, one := range adapters {
		sets.TSPs = append(sets.TSPs, string(one.Spec().Name))
	}
	// What is asked at a scrape is there once the program is built; before, nothing is.
	built := func() bool { return a.built.Load() }
	a.metrics = metrics.New(sets, metrics.Figures{
		Lanes:   whereBuilt(built, a.laneFigures),
		Slots:   whereBuilt(built, a.slotFigures),
		Limits:  whereBuilt(built, a.limitFigures),
		Backlog: a.backlog.figures,
		Queued: func() map[string]int {
			if !built() {
				return nil
			}
			return a.db.Queued()
		},
		Space: func() (metrics.Space, bool) {
			if !built() {
				return metrics.Space{}, false
			}
			database, log, free, err := a.db.Space()
			return metrics.Space{Database: database, Log: log, Free: free}, err == nil
		},
		Ready: func() map[string]bool {
			ready := map[string]bool{}
			for _, c := range a.checks(context.Background()) {
				ready[c.Name] = c.Detail == ""
			}
			return ready
		},
	}, a.log)
}

func whereBuilt[T any](built func() bool, ask func() []T) func() []T {
	return func() []T {
		if !built() {
			return nil
		}
		return ask()
	}
}

// The ports of the rooms, each nil where nobody looks.

func (a *App) storeWatch() store.Watch {
	if a.metrics == nil {
		return nil
	}
	return a.metrics
}

func (a *App) apiWatch() api.Watch {
	if a.metrics == nil {
		return nil
	}
	return a.metrics
}

func (a *App) performWatch() perform.Watch {
	if a.metrics == nil {
		return nil
	}
	return a.metrics
}

func (a *App) laneFigures() (out []metrics.Lanes) {
	for s, n := range a.dispatcher.Standings() {
		out = append(out, metrics.Lanes{Kind: s.Kind, TSP: s.Label, Waits: string(s.Waits),
			Lanes: n.Lanes, Flying: n.Flying})
	}
	return out
}

func (a *App) slotFigures() (out []metrics.Slots) {
	due := a.lanes.due()
	for queue, slots := range a.dispatcher.Slots() {
		n, known := due(queue)
		if !known {
			n = -1
		}
		out = append(out, metrics.Slots{Queue: queue, Used: slots.Used, All: slots.All, Due: n})
	}
	return out
}

func (a *App) limitFigures() (out []metrics.UsedUp) {
	for label, n := range a.budget.UsedUp() {
		out = append(out, metrics.UsedUp{TSP: label.Of, Limit: label.Name, Budgets: n})
	}
	return out
}
