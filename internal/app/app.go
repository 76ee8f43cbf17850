// Package app builds the program from its configuration, starts its parts in order and stops
// them in reverse. It is the only place that knows every room of the house.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Options are what a command decides rather than an operator.
type Options struct {
	// Dev allows receivers on loopback without TLS, and the demo client.
	Dev bool
	Log *slog.Logger
	// Adapters replaces the adapters of this installation; nil for all there are.
	Adapters []tsp.Adapter
}

// The demo's client, which everybody knows and production refuses.
const (
	DemoClient = "demo"
	DemoSecret = "demo-secret"
)

// App is the program, built but not yet running.
type App struct {
	config     config.Config
	log        *slog.Logger
	db         *sqlite.DB
	unlock     func() error
	handler    http.Handler
	dispatcher *dispatch.Dispatcher
	budget     *dispatch.Budget

	caller      *tsp.Caller
	connections *connection.Service
	webhooks    *webhook.Service
	imports     *perform.Imports
}

// Open builds the program over its database, which is made and migrated as needed.
func Open(ctx context.Context, c config.Config, o Options) (*App, error) {
	path, err := c.DatabasePath()
	if err != nil {
		return nil, err
	}
	unlock, err := sqlite.Lock(path)
	if err != nil {
		return nil, err
	}
	source := dispatch.NewInProcess(time.Now)
	db, err := sqlite.Open(ctx, path, func(l fence.Lane) { source.Activate(l, time.Now()) })
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	a := &App{config: c, log: o.Log, db: db, unlock: unlock}
	if err := a.build(ctx, source, o); err != nil {
		return nil, errors.Join(err, db.Close(), unlock())
	}
	return a, nil
}

func (a *App) build(ctx context.Context, source dispatch.Source, o Options) error {
	keys, err := a.secrets(ctx)
	if err != nil {
		return err
	}
	sealer := keys.sealer
	issuer, err := access.NewIssuer(a.db, keys.signing, time.Now)
	if err != nil {
		return err
	}
	if !o.Dev {
		if err := refuseDefaults(ctx, a.db); err != nil {
			return err
		}
	}
	adapters := o.Adapters
	if adapters == nil {
		adapters = all.Adapters()
	}
	bases := map[tsp.Name]string{}
	for name, u := range a.config.BaseURLs {
		bases[tsp.Name(name)] = u
	}
	registry, err := tsp.NewRegistry(adapters, bases)
	if err != nil {
		return err
	}
	allow, err := a.config.AllowedPrefixes()
	if err != nil {
		return err
	}
	policy := outbound.Policy{Allow: allow, AllowLoopback: o.Dev, AllowHTTP: o.Dev}
	a.caller = tsp.NewCaller(registry, outbound.TSP(policy, slices.Collect(maps.Values(a.config.BaseURLs))...), a.config.CallDeadline, a.log)
	if a.budget, err = a.resume(ctx); err != nil {
		return err
	}
	limits := perform.NewLimits(registry, a.budget, agreed(a.config))
	a.connections = connection.New(connection.Config{Store: importing{a.db, a}, Access: a.db, Sealer: sealer, Caller: a.caller,
		Pace: limits.Pace, Now: time.Now, Log: a.log})
	a.webhooks = webhook.New(webhook.Config{Store: a.db, Sealer: sealer, URLs: policy})
	a.imports = perform.NewImports(perform.ImportsConfig{
		Schedules: a.db, Connections: a.db, Links: a.connections, Pace: limits.Pace, Every: a.config.ImportEvery,
		Importer: record.Importer{Caller: a.caller, Store: a.db, Now: time.Now}, Now: time.Now, Log: a.log,
	})
	if err := a.resumeImports(ctx); err != nil {
		return err
	}
	grants := perform.NewGrants(a.db, time.Now)
	writes := perform.NewWrites(perform.WritesConfig{
		Queue: a.db, Progress: a.db, Connections: a.db, Links: a.connections, Records: a.db, Grants: grants,
		Imports: a.imports, TSPs: a.caller, Limits: limits, Derive: keys.derive, Now: time.Now, Log: a.log,
	})
	deliveries := perform.NewDeliveries(perform.DeliveriesConfig{
		Queue:  a.db,
		Open:   func(s webhook.Subscription) (webhook.Subscription, error) { return webhook.OpenSecret(sealer, s) },
		Sender: webhook.NewSender(outbound.Receiver(policy, deliveryTime), time.Now), Now: time.Now, Log: a.log,
	})
	a.dispatcher = dispatch.New(dispatch.Config{
		Source: source,
		Kinds: map[string]dispatch.Kind{fence.Connections: writes.Kind(), fence.Subscriptions: deliveries.Kind(),
			fence.Imports: a.imports.Kind()},
		Budget: a.budget, Now: time.Now, Log: a.log,
	})
	operations := operation.New(operation.Config{Store: a.db, Access: a.db, Connections: a.db, Records: a.db,
		Registry: registry, Performer: writes, Now: time.Now, MaxAge: a.config.MaxAge})
	records := record.New(record.Config{Lists: a.db, Schedules: a.db, Access: a.db, Connections: a.db, Registry: registry, Now: time.Now})
	orgs := access.NewService(a.db, time.Now, grants.Forget)
	a.handler = api.New(api.Config{Tokens: issuer, Fleets: orgs, Agreements: orgs, TSPs: registry, Records: records, Operations: operations, Webhooks: a.webhooks, Connections: a.connections,
		Healthy: a.db.Ping, Now: time.Now, Log: a.log})
	return nil
}

// deliveryTime is how long a receiver may take to answer, as the contract documents.
const deliveryTime = 3 * time.Second

// agreed are the rates that the operator has agreed on with TSPs.
func agreed(c config.Config) perform.Agreed {
	out := perform.Agreed{}
	for name, rates := range c.Limits {
		out[tsp.Name(name)] = map[string]perform.Rate{}
		for key, r := range rates {
			out[tsp.Name(name)][key] = perform.Rate(r)
		}
	}
	return out
}

// resumeImports makes the schedules of imports fit the connections.
func (a *App) resumeImports(ctx context.Context) error {
	all, err := a.db.Connections(ctx)
	if err != nil {
		return fmt.Errorf("listing connections: %w", err)
	}
	return a.imports.Resume(ctx, all)
}

// Rooms are those in which whoever sets up a demonstration works.
type Rooms struct {
	Store       *sqlite.DB
	Connections *connection.Service
	Webhooks    *webhook.Service
	Imports     *perform.Imports
	Registry    *tsp.Registry
}

// Rooms returns the program's rooms.
func (a *App) Rooms() Rooms {
	return Rooms{a.db, a.connections, a.webhooks, a.imports, a.caller.Registry()}
}

// Handler answers the API's requests.
func (a *App) Handler() http.Handler { return a.handler }

// The time that a request's headers, an idle connection and the last requests may take.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	drainTime  = 35 * time.Second
)

// Run serves the API on the listener and works the lanes until ctx ends; then requests and
// attempts in flight end, and everything is closed.
func (a *App) Run(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: a.handler, ReadHeaderTimeout: headerTime, ReadTimeout: time.Minute,
		IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving the API: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		return server.Shutdown(drain)
	})
	context.AfterFunc(ctx, a.imports.Stop)
	g.Go(func() error { return a.dispatcher.Run(ctx) })
	err := g.Wait()
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}

// Close saves what the next start needs and closes the database.
func (a *App) Close(ctx context.Context) error {
	return errors.Join(a.pause(ctx), a.db.Close(), a.unlock())
}

// refuseDefaults keeps the demo's secret, which everybody knows, out of production.
func refuseDefaults(ctx context.Context, db *sqlite.DB) error {
	c, err := db.Client(ctx, DemoClient)
	if errors.Is(err, access.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for default secrets: %w", err)
	}
	if string(c.SecretHash) == string(access.HashSecret(DemoSecret)) {
		return errors.New("this database holds the demo client with its public secret; use a database of your own, or give the client another secret with `waybill client create demo`")
	}
	return nil
}

// parseKey returns the operator's key.
func parseKey(c config.Config) (seal.Key, error) {
	text, err := c.KeyText()
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, errors.New("no key is set; make one with `openssl rand -base64 32` and set WAYBILL_KEY_FILE to a file that holds it")
	}
	return seal.ParseKey(text)
}
