package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// imports is the work of the lanes of imports: one item for each kind of a connection that is
// due. Its calls wait for the same budget as the connection's writes.
type imports struct {
	schedules   record.Schedules
	connections connection.Store
	service     *connection.Service
	importer    record.Importer
	pace        func(connection.Connection) tsp.Pacer
	every       time.Duration
	now         func() time.Time
	log         *slog.Logger
	stopping    chan struct{}

	mu sync.Mutex
	// sweeps are those that failed for a passing reason; they go on where they stopped.
	sweeps map[sweepKey]*record.Sweep
}

type sweepKey struct {
	connection uuid.UUID
	kind       resource.Kind
}

// errand is a kind to import, the value of a dispatch.Item.
type errand struct {
	conn     connection.Connection
	schedule record.Schedule
}

func (e errand) key() sweepKey { return sweepKey{e.conn.ID, e.schedule.Kind} }

// outcome is what an import leaves for its settling.
type outcome struct {
	err         error
	interrupted bool
}

func (a *App) newImports() *imports {
	return &imports{schedules: a.db, connections: a.db, service: a.connections, pace: a.paced, every: a.config.ImportEvery,
		importer: record.Importer{Caller: a.caller, Store: a.db, Now: time.Now}, now: time.Now, log: a.log,
		stopping: make(chan struct{}), sweeps: map[sweepKey]*record.Sweep{}}
}

// stop cuts off the imports under way at their next call; the next start begins them anew.
func (i *imports) stop() { close(i.stopping) }

// Heads returns the kinds of a connection that are due.
func (i *imports) Heads(ctx context.Context, lane fence.Lane, after int64, n int) (dispatch.Batch, error) {
	conn, err := i.connections.Connection(ctx, lane.ID)
	if err != nil && !errors.Is(err, connection.ErrNotFound) {
		return dispatch.Batch{}, fmt.Errorf("looking up the connection: %w", err)
	}
	if err != nil || conn.Status != connection.Active {
		return dispatch.Batch{}, i.park(ctx, lane.ID)
	}
	all, err := i.schedules.SchedulesOf(ctx, []uuid.UUID{lane.ID})
	if err != nil {
		return dispatch.Batch{}, fmt.Errorf("reading schedules: %w", err)
	}
	batch, now := dispatch.Batch{Parallel: 1}, i.now()
	for _, s := range all {
		if s.Seq > after && !s.NextAt.IsZero() && !s.NextAt.After(now) && len(batch.Items) < n {
			batch.Items = append(batch.Items, item(errand{conn, s}))
		}
	}
	return batch, nil
}

func item(e errand) dispatch.Item {
	s := e.schedule
	return dispatch.Item{Seq: s.Seq, Key: string(s.Kind), NotBefore: s.NextAt, Counted: s.Failures, Streak: s.Failures,
		Strength: tsp.NaturalKey, Value: e}
}

// park takes the schedules of a connection that is not active out of work.
func (i *imports) park(ctx context.Context, id uuid.UUID) error {
	if err := i.schedules.ParkImports(ctx, id); err != nil {
		return fmt.Errorf("parking imports: %w", err)
	}
	return nil
}

// Begin drops an import whose connection was taken out of work meanwhile.
func (i *imports) Begin(_ context.Context, it dispatch.Item) error {
	if i.service.Shut(it.Value.(errand).conn) {
		return fence.ErrOvertaken
	}
	return nil
}

// Perform imports one kind.
func (i *imports) Perform(ctx context.Context, it dispatch.Item) dispatch.End {
	e := it.Value.(errand)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-i.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	end := dispatch.End{Class: tsp.Done, StartedAt: i.now()}
	sweep := i.sweep(e)
	err := i.importer.Run(ctx, i.source(e.conn), sweep)
	end.EndedAt, end.Value = i.now(), outcome{err: err, interrupted: ctx.Err() != nil}
	var refused *tsp.Error
	switch {
	case errors.As(err, &refused):
		end.Class, end.RetryAfter = refused.Class, refused.RetryAfter
	case err != nil:
		end.Class = tsp.Unavailable
	}
	i.keep(e.key(), sweep, end.Class)
	i.log.Info("import ended", "connection_id", e.conn.ID, "tsp", e.conn.TSP, "resource", e.schedule.Kind, "class", end.Class,
		"records", sweep.Seen, "deleted", sweep.Lost, "duration_ms", end.EndedAt.Sub(end.StartedAt).Milliseconds())
	return end
}

func (i *imports) source(c connection.Connection) record.Source {
	return record.Source{Target: i.service.Target(c), Fleet: c.Fleet, Account: c.Account, Pace: i.pace(c)}
}

// cursorLife is for how long a TSP's place in a list is trusted.
const cursorLife = 10 * time.Minute

// sweep returns the sweep that an earlier try began, or a new one.
func (i *imports) sweep(e errand) *record.Sweep {
	i.mu.Lock()
	defer i.mu.Unlock()
	if s := i.sweeps[e.key()]; s != nil && i.now().Sub(s.Began) < cursorLife {
		return s
	}
	return i.importer.NewSweep(e.schedule.Kind)
}

// keep remembers a sweep that can go on.
func (i *imports) keep(key sweepKey, s *record.Sweep, class tsp.Class) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for k, old := range i.sweeps {
		if i.now().Sub(old.Began) >= cursorLife {
			delete(i.sweeps, k)
		}
	}
	switch class {
	case tsp.Throttled, tsp.Unavailable, tsp.Unknown:
		i.sweeps[key] = s
	default:
		delete(i.sweeps, key)
	}
}

// Settle records how an import ended and when the next one is due.
func (i *imports) Settle(ctx context.Context, it dispatch.Item, end dispatch.End, v dispatch.Verdict) (dispatch.Item, error) {
	e, o := it.Value.(errand), end.Value.(outcome)
	if o.interrupted {
		return it, nil
	}
	to := e.schedule
	switch v.Fate {
	case dispatch.Succeeds:
		to.LastSuccessAt, to.NextAt, to.Failures, to.Problem = end.EndedAt, i.next(), 0, ""
	case dispatch.Fails:
		to.NextAt, to.Failures, to.Problem = i.next(), to.Failures+1, o.problem()
		i.log.Warn("import failed", "connection_id", e.conn.ID, "tsp", e.conn.TSP, "resource", e.schedule.Kind, "error", o.err)
	default:
		to.NextAt, to.Problem = v.At, o.problem()
		if v.Counts {
			to.Failures++
		}
	}
	if err := i.schedules.SettleImport(ctx, e.schedule, to); err != nil {
		return it, fmt.Errorf("settling an import: %w", err)
	}
	var refused *tsp.Error
	if v.Stop && errors.As(o.err, &refused) {
		if err := i.service.Staled(ctx, e.conn, refused); err != nil {
			return it, err
		}
	}
	streak := it.Streak + 1
	it = item(errand{e.conn, to})
	it.Streak = streak
	return it, nil
}

// problem tells people why an import failed; what is our own fault stays in the log.
func (o outcome) problem() string {
	var refused *tsp.Error
	if errors.As(o.err, &refused) {
		return refused.Message
	}
	return "the records could not be stored"
}

// next is when a kind is due again, spread so that connections made together drift apart.
func (i *imports) next() time.Time {
	return i.now().Add(i.every - rand.N(i.every/10+1)).UTC().Truncate(time.Microsecond)
}

// Waiting lists the connections that have a kind due.
func (i *imports) Waiting(ctx context.Context) ([]fence.Lane, error) {
	ids, err := i.schedules.DueImports(ctx, i.now())
	return lanes(fence.Imports, ids), err
}

// atOnce imports, outside of the lanes, the kinds of a connection that were never imported.
func (i *imports) atOnce(ctx context.Context, c connection.Connection) error {
	all, err := i.schedules.SchedulesOf(ctx, []uuid.UUID{c.ID})
	if err != nil {
		return fmt.Errorf("reading schedules: %w", err)
	}
	all = slices.DeleteFunc(all, func(s record.Schedule) bool { return !s.LastSuccessAt.IsZero() })
	for _, s := range all {
		if err := i.importer.Run(ctx, i.source(c), i.importer.NewSweep(s.Kind)); err != nil {
			return err
		}
		to := s
		to.LastSuccessAt, to.NextAt = i.now(), i.next()
		if err := i.schedules.SettleImport(ctx, s, to); err != nil {
			return fmt.Errorf("settling an import: %w", err)
		}
	}
	return nil
}
