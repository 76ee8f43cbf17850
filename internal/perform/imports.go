package perform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// ImportsConfig is what Imports are made of.
type ImportsConfig struct {
	Schedules   record.Schedules
	Connections Connections
	Links       Links
	Importer    record.Importer
	// Grants tell what the maker of a connection may bring.
	Grants *Grants
	// Limits makes the calls of an import wait for the same budget as the connection's writes.
	Limits *Limits
	// Floor bounds the imports under way, over all TSPs.
	Floor *dispatch.Floor
	// Every is how long after an import of a kind the next one begins.
	Every time.Duration
	// History is how far back the first import of messages, inspections and other events reaches.
	History time.Duration
	Now     func() time.Time
	Log     *slog.Logger
	// Watch may be nil.
	Watch Watch
}

// Imports brings records up to date, in the lanes of imports: one item for each kind of a
// connection that is due. Sweeps are kept in memory alone: a start begins them anew.
type Imports struct {
	c    ImportsConfig
	stop context.CancelFunc
	// begun is when this process began to import.
	begun time.Time
	// working ends when the imports under way are to be cut off.
	working context.Context

	mu sync.Mutex
	// sweeps are those that failed for a passing reason or have had their turn; they go on where they
	// stopped.
	sweeps map[sweepKey]keptSweep
	pruned time.Time
}

// NewImports returns the work of lanes of imports.
func NewImports(c ImportsConfig) *Imports {
	if c.Watch == nil {
		c.Watch = unwatched{}
	}
	i := &Imports{c: c, sweeps: map[sweepKey]keptSweep{}, begun: c.Now()}
	i.working, i.stop = context.WithCancel(context.Background())
	return i
}

// Stop cuts off the imports under way at their next call; the next start begins them anew. An
// import may take an hour, far more than the grace of a stop, and loses little by being cut off:
// its pages are saved one by one.
func (i *Imports) Stop() { i.stop() }

// Kind returns the kind of lanes in which imports run. Six counted failures in a row end the tries
// until the kind is due again.
func (i *Imports) Kind() dispatch.Kind {
	return dispatch.KindOf(i, dispatch.Policy{Base: 5 * time.Second, Cap: retryCap, MaxCounted: 6}).
		By(byTSP(i.c.Connections)).On(i.c.Floor)
}

// importTurn is how long an import goes on that is not the only one: one of a large fleet at a TSP that
// allows few calls may take an hour.
const importTurn = time.Minute

// errand is a kind to import. It is made by Heads, and Perform leaves err, cut and pace in it for
// Settle.
type errand struct {
	conn     connection.Connection
	schedule record.Schedule
	// err is how the import ended, and cut tells that it was our own stop that ended it.
	err error
	cut bool
	// unshared tells that nothing was asked for, because the maker's grant does not let it.
	unshared bool
	pace     *noting
}

// Heads returns the kinds of a connection that are due: always all of them, because they are few.
func (i *Imports) Heads(ctx context.Context, q fence.Query) (dispatch.Batch[*errand], error) {
	batch := dispatch.Batch[*errand]{Parallel: 1}
	conn, err := i.c.Connections.Connection(ctx, q.Lane.ID)
	if err != nil && !errors.Is(err, connection.ErrNotFound) {
		return batch, fmt.Errorf("looking up the connection: %w", err)
	}
	// The change of the connection has parked them; an import that was asked for at the same
	// moment is parked here.
	batch.Label = string(conn.TSP)
	if err != nil || conn.Status != connection.Active {
		if err := i.c.Schedules.ParkImports(ctx, q.Lane.ID); err != nil {
			return batch, fmt.Errorf("parking imports: %w", err)
		}
		return batch, nil
	}
	batch.Owner = owner(conn)
	// It is suspect, and what is due stays so until the connection was looked at; or this replica lacks its adapter, which
	// another may have.
	if _, known := i.c.Importer.Caller.Registry().Adapter(conn.TSP); !known || i.c.Links.Shut(conn) {
		batch.Closed = i.c.Now().Add(closedFor)
		return batch, nil
	}
	all, err := i.c.Schedules.SchedulesOf(ctx, []uuid.UUID{q.Lane.ID})
	if err != nil {
		return batch, fmt.Errorf("reading schedules: %w", err)
	}
	slices.SortFunc(all, func(a, b record.Schedule) int { return cmp.Compare(a.Kind, b.Kind) })
	for _, s := range all {
		if !s.NextAt.IsZero() && !s.NextAt.After(i.c.Now()) {
			// A chain for each kind, so that one that fails does not keep the others from being
			// imported. They still go one at a time.
			batch.Items = append(batch.Items,
				dispatch.Item[*errand]{Seq: turn(s), Key: string(s.Kind), NotBefore: s.NextAt,
					Counted: s.Failures, Streak: s.Failures, Value: &errand{conn: conn, schedule: s}})
		}
	}
	return batch, nil
}

// Begin drops an import whose connection was taken out of work meanwhile.
func (i *Imports) Begin(ctx context.Context, _ fence.Claim, item dispatch.Item[*errand]) error {
	return unchanged(ctx, i.c.Connections, i.c.Links, item.Value.conn, i.c.Now())
}

// Perform imports one kind. It ends early by its lane's stop or by Stop, whichever comes first.
func (i *Imports) Perform(ctx context.Context, item dispatch.Item[*errand]) dispatch.End {
	e := item.Value
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(i.working, cancel)()
	end := dispatch.End{Class: dispatch.Done, StartedAt: i.c.Now()}
	sweep := i.sweep(e)
	e.err = i.run(ctx, e, sweep)
	end.EndedAt, e.cut = i.c.Now(), ctx.Err() != nil
	if refused := e.refused(); refused != nil {
		end.Class, end.RetryAfter = meaning(refused.Class), refused.RetryAfter
	} else if e.err != nil {
		end.Class = dispatch.Later
	}
	if e.paused() {
		end.Waits = time.Millisecond
	}
	// Before settling, which may fail: the pages are saved whether or not the schedule is.
	i.keep(e, sweep, end.Class)
	if e.paused() {
		return end
	}
	i.c.Watch.Imported(string(e.conn.TSP), string(end.Class))
	i.c.Log.Info("import ended", "connection_id", e.conn.ID, "tsp", e.conn.TSP,
		"resource", e.schedule.Kind, "class", end.Class, "records", sweep.Seen, "deleted", sweep.Lost,
		"duration_ms", end.EndedAt.Sub(end.StartedAt).Milliseconds())
	if len(sweep.Foreign) > 0 {
		i.c.Log.Warn("the list holds records that are known as of another kind, which they stay",
			"connection_id", e.conn.ID, "tsp", e.conn.TSP, "resource", e.schedule.Kind, "records", len(sweep.Foreign),
			"record_id", sweep.Foreign[0])
	}
	return end
}

// run imports what the sweep has left. A panic on the way is an end as any other.
func (i *Imports) run(ctx context.Context, e *errand, sweep *record.Sweep) (err error) {
	defer func() {
		var p *tsp.Panic
		if errors.As(err, &p) {
			i.c.Log.Error("import panicked", "connection_id", e.conn.ID, "tsp", e.conn.TSP, "resource", e.schedule.Kind,
				"panic", p.Value, "stack", p.Stack)
		}
	}()
	defer tsp.Recover(&err)
	if err := i.refusal(ctx, e); err != nil {
		return err
	}
	e.pace = &noting{Pacer: i.c.Limits.Pace(e.conn)}
	from := i.source(e.conn, e.pace)
	from.Until = i.c.Now().Add(importTurn)
	return i.c.Importer.Run(ctx, from, sweep)
}

// refusal is an end without a call, of a kind that the connection's maker may not bring.
func (i *Imports) refusal(ctx context.Context, e *errand) error {
	var kinds []resource.Kind
	if adapter, ok := i.c.Importer.Caller.Registry().Adapter(e.conn.TSP); ok {
		kinds = adapter.Spec().Importable()
	}
	brings, err := i.c.Grants.brings(ctx, e.conn, e.schedule.Kind, kinds)
	if err == nil && !brings {
		e.unshared = true
		err = &tsp.Error{Class: tsp.Unsupported, Own: true, Message: record.Unshared(e.schedule.Kind)}
	}
	return err
}

// refused is the TSP's answer by which the import ended; nil if it was not that.
func (e *errand) refused() *tsp.Error {
	var refused *tsp.Error
	errors.As(e.err, &refused)
	return refused
}

// paused tells that the import has not ended.
func (e *errand) paused() bool { return errors.Is(e.err, record.ErrPaused) }

// problem tells people why an import failed; what is our own fault stays in the log.
func (e *errand) problem() string {
	if refused := e.refused(); refused != nil {
		return cmp.Or(refused.Message, record.Unexplained)
	}
	return record.Unstored
}

// source is what an import of the connection reads, at the pace of its limits.
func (i *Imports) source(c connection.Connection, pace tsp.Pacer) record.Source {
	return record.Source{Target: i.c.Links.Target(c), Fleet: c.Fleet, Account: c.Account, Pace: pace}
}

// Settle records how an import ended and when the next one is due. One that our own stop has cut off, or
// that has only had its turn, is left as it was.
func (i *Imports) Settle(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*errand]) error {
	e, v := a.Item.Value, a.Verdict
	if e.cut || e.paused() {
		return nil
	}
	to := e.schedule
	switch v.Fate {
	case dispatch.Succeeds:
		to.LastSuccessAt, to.NextAt, to.Failures, to.Problem = a.End.EndedAt, i.next(to.Kind), 0, ""
	// It is due at its next usual time: giving up one import is not giving up the kind.
	case dispatch.Fails:
		to.NextAt, to.Failures, to.Problem = i.next(to.Kind), to.Failures+1, e.problem()
	case dispatch.Retries, dispatch.Asks:
		to.NextAt, to.Problem = v.At, e.problem()
		if v.Counts {
			to.Failures++
		}
	}
	end := record.ImportEnd{From: e.schedule, To: to,
		Execution: record.Execution{Began: a.End.StartedAt, Ended: a.End.EndedAt}}
	if v.Fate != dispatch.Succeeds {
		end.Problem = to.Problem
	}
	if err := i.c.Schedules.SettleImport(ctx, claim, end); err != nil {
		return fmt.Errorf("settling an import: %w", err)
	}
	if v.Fate == dispatch.Fails {
		level := slog.LevelWarn
		if e.unshared {
			level = slog.LevelDebug
		}
		i.c.Log.Log(ctx, level, "import failed", "connection_id", e.conn.ID, "tsp", e.conn.TSP, "resource", e.schedule.Kind,
			"error", e.err)
	}
	if !v.Pause.IsZero() {
		i.c.Limits.throttled(e.conn, e.pace, v.Pause.Sub(i.c.Now()))
	}
	if v.Stop {
		refused(ctx, i.c.Links, i.c.Log, e.conn, e.refused())
	}
	return nil
}

// Waiting lists the connections that have a kind due.
func (i *Imports) Waiting(ctx context.Context) ([]fence.Lane, error) {
	ids, err := i.c.Schedules.DueImports(ctx, i.c.Now())
	return lanes(fence.Imports, i.inTurn(ids)), err
}
