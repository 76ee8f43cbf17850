package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/metrics"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// How often it is counted what waits in the store, and how much rest follows a count. Counting costs as
// much as waits: a fiftieth of one reader at most is given to it, so a million operations that wait are
// counted less often and nobody feels it.
const (
	countEvery = 15 * time.Second
	countRest  = 50
	countTime  = 30 * time.Second
)

// backlog is what waited when it was counted last.
type backlog struct {
	last atomic.Pointer[[]metrics.Backlog]
	// waiting are the operations of it by TSP, as of counted.
	waiting atomic.Pointer[waiting]
}

// waiting is what had not ended of each TSP when it was counted.
type waiting struct {
	of      []console.Waiting
	counted time.Time
}

func (b *backlog) figures() []metrics.Backlog {
	if last := b.last.Load(); last != nil {
		return *last
	}
	return nil
}

// countBacklog counts until ctx ends, where somebody looks.
func (a *App) countBacklog(ctx context.Context) error {
	if a.metrics == nil && a.console == nil {
		return nil
	}
	for {
		began := time.Now()
		counting, cancel := context.WithTimeout(ctx, countTime)
		all, waits, err := counted(counting, a.db, began)
		cancel()
		if err == nil {
			a.backlog.last.Store(&all)
			a.backlog.waiting.Store(&waiting{waits, a.now()})
		} else if ctx.Err() == nil {
			// What was counted last would be taken for what waits.
			a.backlog.last.Store(nil)
			a.backlog.waiting.Store(nil)
			a.log.Warn("what waits could not be counted; it is tried again", "error", err)
		}
		rest := time.NewTimer(max(countEvery, countRest*time.Since(began)))
		select {
		case <-ctx.Done():
			rest.Stop()
			return nil
		case <-rest.C:
		}
	}
}

func counted(ctx context.Context, db store.Store, now time.Time) (all []metrics.Backlog, waits []console.Waiting, err error) {
	operations, err := db.OperationBacklog(ctx)
	deliveries, err2 := db.DeliveryBacklog(ctx)
	imports, err3 := db.ImportBacklog(ctx, now)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, nil, err
	}
	for _, b := range operations {
		all = append(all, metrics.Backlog{Kind: fence.Connections, TSP: string(b.TSP), Waiting: b.Waiting,
			Age: now.Sub(b.Since)})
	}
	for _, b := range imports {
		all = append(all, metrics.Backlog{Kind: fence.Imports, TSP: string(b.TSP), Waiting: b.Due,
			Age: now.Sub(b.Since)})
	}
	to := metrics.Backlog{Kind: fence.Receivers, Waiting: deliveries.Waiting}
	if to.Waiting > 0 {
		to.Age = now.Sub(deliveries.Since)
	}
	return append(all, to), byTSP(operations), nil
}

// byTSP adds up what waits for the connections of each TSP, and tells which of them has the oldest.
func byTSP(operations []operation.Backlog) (all []console.Waiting) {
	of := map[tsp.Name]console.Waiting{}
	for _, b := range operations {
		w := of[b.TSP]
		w.TSP, w.N = b.TSP, w.N+b.Waiting
		if w.Since.IsZero() || b.Since.Before(w.Since) {
			w.Since, w.Connection = b.Since, b.Connection
		}
		of[b.TSP] = w
	}
	return slices.SortedFunc(maps.Values(of), func(a, b console.Waiting) int { return a.Since.Compare(b.Since) })
}
