// Package app builds the program from its configuration, starts its parts in order and stops
// them in reverse. It is the only place that knows every room of the house.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/console/signin"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/listen"
	"github.com/waybill-dev/waybill/internal/metrics"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/tracing"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Options are what a command decides rather than an operator.
type Options struct {
	// Dev allows receivers on loopback without TLS, and the demo client.
	Dev bool
	Log *slog.Logger
	// Adapters replaces the adapters of this installation; nil for all there are.
	Adapters []tsp.Adapter
	// RestoredFrom is when the backup was taken from which the database was restored; zero if it was
	// not, and where the program finds that out by itself.
	RestoredFrom time.Time
	// Behind is given the database and returns what is used in its place; nil leaves it as it is. Tests have it fail so.
	Behind func(engine.Database) engine.Database
}

// The demo's client, which everybody knows and production refuses.
const (
	DemoClient = "demo"
	DemoSecret = "demo-secret"
)

// App is the program, built but not yet running.
type App struct {
	config config.Config
	dev    bool
	log    *slog.Logger
	db     store.Store
	api    *api.Server
	// console is nil where there is no gate before it.
	console    *console.Console
	dispatcher *dispatch.Dispatcher
	// lanes are what runs next, and replica how this process stands among others; nil where it works alone. now is the
	// store's clock.
	lanes   lanes
	replica replica
	now     func() time.Time
	budget  *dispatch.Budget
	limits  *perform.Limits
	floors  floors
	// most bounds the connections of callers at once, and stops tells that no more requests are taken.
	most  int
	stops atomic.Bool
	// cutAt is when this process took over from one that did not stop in order; zero if it did.
	cutAt time.Time
	// keys seal secrets at rest, and unsealed is how far what else is to be sealed is sealed.
	keys     secrets
	unsealed unsealed
	// sealedLast is the end of the audit log as this process has sealed it last.
	sealedLast *audit.Head

	// door lets operators in, and signIn is the gate before their console; nil where none is served.
	door   *operator.Door
	signIn *signin.Gate

	// issuer is the external one of tokens; nil if none is set.
	issuer *access.External

	caller      *tsp.Caller
	connections *connection.Service
	webhooks    *webhook.Service
	feed        *webhook.Feed
	imports     *perform.Imports
	writes      *perform.Writes
	waiters     *operation.Waiters
	jobs        *job.Service

	// built tells that all of the above is there, draining that a stop was asked for.
	built, draining atomic.Bool
	proof           proof
	backlog         backlog
	// metrics and admin are nil without an admin address.
	metrics *metrics.Metrics
	admin   *adminPort
	// tracer is nil without a collector.
	tracer *tracing.Tracer
}

// Open builds the program over its database, which is made and migrated as needed.
func Open(ctx context.Context, c config.Config, o Options) (*App, error) {
	if o.RestoredFrom.After(time.Now()) {
		return nil, fmt.Errorf("--restored-from %s is in the future; give the time at which the backup was taken",
			o.RestoredFrom.Format(time.RFC3339))
	}
	// What the service does by itself is not done by whoever started it.
	starter := audit.Of(ctx)
	ctx = audit.By(ctx, audit.Actor{})
	a := &App{config: c, dev: o.Dev, log: o.Log, now: time.Now}
	a.most = a.connectionsAtOnce(listen.Descriptors())
	a.waiters = operation.NewWaiters(a.most)
	a.measure(o.Adapters)
	if err := a.openAdmin(); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, c.DatabaseURL, store.Options{Wake: a.lanes.activate, Ended: a.waiters.Ended,
		ListDeadline: c.ListDeadline, Sealing: a.sealing, Watch: a.storeWatch(), Behind: o.Behind})
	if err != nil {
		return nil, errors.Join(err, a.closeAdmin())
	}
	a.now = db.Now
	if err = a.join(ctx); err == nil {
		err = errors.Join(a.build(ctx, o), a.noteStart(audit.By(ctx, starter)))
	}
	if err != nil {
		a.endTraces(ctx)
		return nil, errors.Join(why(ctx, db, err), a.lanes.close(ctx), a.closeAdmin(), db.Close())
	}
	a.noticed(ctx)
	a.built.Store(true)
	return a, nil
}

// why is what is wrong with a database that failed a start, which says more than what it failed.
func why(ctx context.Context, db store.Keeping, err error) error {
	if t := troubleOf(db.Ping(ctx)); t != nil && t.Lost {
		return t
	}
	return err
}

// Rooms are those in which whoever sets up a demonstration works.
type Rooms struct {
	Store       store.Store
	Connections *connection.Service
	Webhooks    *webhook.Service
	Imports     *perform.Imports
	Registry    *tsp.Registry
}

// Rooms returns the program's rooms.
func (a *App) Rooms() Rooms {
	return Rooms{a.db, a.connections, a.webhooks, a.imports, a.caller.Registry()}
}

// Run serves the API on the listener and works the lanes until ctx ends; then requests and
// attempts in flight end, and everything is closed. The lanes end as well when the store is lost.
func (a *App) Run(ctx context.Context, l net.Listener) error {
	front, err := a.front(l)
	if err != nil {
		return errors.Join(err, l.Close(), a.Close(context.WithoutCancel(ctx)))
	}
	ctx, cancel := a.stopped(audit.By(ctx, audit.Actor{}))
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(front.serve)
	g.Go(func() error { return front.drain(ctx) })
	working, stop := until(ctx, a.lanes.withdraw)
	defer stop()
	context.AfterFunc(working, a.imports.Stop)
	g.Go(func() error { return a.dispatcher.Run(working) })
	g.Go(func() error { return a.keep(ctx, stop) })
	g.Go(func() error { return a.connections.Run(working) })
	g.Go(func() error { return a.feed.Run(ctx) })
	g.Go(func() error { return a.waiters.Run(ctx, a.db, a.replica != nil, a.log) })
	g.Go(func() error { return a.askIssuer(working) })
	g.Go(func() error { return a.leading(ctx, a.watchHead) })
	g.Go(func() error { return a.countBacklog(working) })
	g.Go(func() error { return a.saveRates(working) })
	g.Go(func() error { return a.noteLanes(working) })
	g.Go(func() error { return a.watchHandlers(working) })
	g.Go(func() error { return a.leading(working, a.watchStops) })
	g.Go(func() error { return a.leading(working, a.writes.Verify) })
	g.Go(func() error { return a.tellCharges(ctx) })
	for _, task := range a.tasks() {
		g.Go(func() error { return a.leading(working, task) })
	}
	err = g.Wait()
	a.writes.Stop()
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}

// keeps tells for how long things are kept.
func keeps(c config.Config) perform.Kept {
	return perform.Kept{Operations: c.KeepOperations, Records: c.KeepRecords, History: c.ImportHistory,
		Exchanges: time.Duration(c.KeepExchanges) * 24 * time.Hour}
}

// tasks are what one replica of all does beside its other work.
func (a *App) tasks() []func(context.Context) error {
	kept := keeps(a.config)
	return []func(context.Context) error{
		func(ctx context.Context) error { return a.reseal(ctx, a.keys.sealer) },
		a.sealOld,
		func(ctx context.Context) error { return record.WatchOrphans(ctx, a.db, a.now, a.log) },
		func(ctx context.Context) error { return webhook.Sweep(ctx, a.sweeps(), a.now, a.log) },
		func(ctx context.Context) error {
			return webhook.Expire(ctx, a.sweeps(), a.config.KeepEvents, a.now, a.log)
		},
		func(ctx context.Context) error { return perform.Forget(ctx, a.sweeps(), kept, a.now, a.log) },
		a.jobs.Run,
		a.forgetCalls,
		a.door.Forget,
	}
}

// Close saves what the next start needs and closes the database. That of a store which was lost is
// no orderly one, whatever there was to save.
func (a *App) Close(ctx context.Context) error {
	a.endTraces(ctx)
	return errors.Join(a.connections.Close(ctx), cmp.Or(a.pause(ctx), a.fares(ctx)), a.lanes.close(ctx),
		a.closeAdmin(), a.db.Close())
}

// fares tells how the store fares at the end. What failed last is tried again, as it is each second: it may be over.
func (a *App) fares(ctx context.Context) error {
	err := a.db.Ping(ctx)
	if t := troubleOf(err); t == nil || t.Lost {
		return err
	}
	return a.db.Beat(ctx)
}

// refuseDefaults keeps the demo's secret, which everybody knows, out of production.
func refuseDefaults(ctx context.Context, clients access.Tokens) error {
	c, err := clients.Client(ctx, DemoClient)
	if errors.Is(err, access.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for default secrets: %w", err)
	}
	if _, ok := c.Proven(DemoSecret, time.Now()); ok {
		return errors.New("this database holds the demo client with its public secret; use a database of your own, " +
			"or end that secret with `waybill client rotate demo`")
	}
	return nil
}
