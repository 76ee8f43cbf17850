package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/listen"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// parts are what everything else is built from.
type parts struct {
	registry *tsp.Registry
	policy   outbound.Policy
	limits   *perform.Limits
	settling perform.Settling
	grants   *perform.Grants
	// strict reads the document once for all who leave out what the contract lacks, when the first asks:
	// most processes have no strict client and no strict subscription.
	strict func() (*openapi.Strict, error)
}

func (a *App) build(ctx context.Context, o Options) error {
	if !o.Dev {
		if err := refuseDefaults(ctx, a.db); err != nil {
			return err
		}
	}
	p, err := a.parts(ctx, o)
	if err != nil {
		return err
	}
	a.connections = connection.New(connection.Config{
		Store: a.db, Access: a.db, Records: a.db, Sealer: a.keys.sealer, Caller: a.caller, Pace: p.limits.Check,
		Charge: p.limits.Charge, Fastest: p.limits.Fastest, FleetsOnPurpose: a.config.FleetsOnPurpose,
		Note: a.db.Note, Wake: a.lanes.activate, Leads: a.leads(), Now: a.now, Log: a.log,
	})
	a.feed = webhook.NewFeed(webhook.FeedConfig{
		Store: a.db, Lets: p.grants.Lets, Strict: strictEvents(p), Now: a.now, Log: a.log,
	})
	a.webhooks = webhook.New(webhook.Config{Store: a.db, Sealer: a.keys.sealer, URLs: p.policy,
		Most: a.config.MaxSubscriptions, Strict: strictEvents(p), Tests: webhook.Tests{Send: a.sendsTests(p), Note: a.noteTest},
		Reaches: func(ctx context.Context, partner uuid.UUID, f webhook.Filters) (bool, error) {
			return access.ReachesAny(ctx, a.db, partner, access.Named{IDs: f.FleetIDs, Refs: f.FleetRefs})
		}, Log: a.log})
	a.floors = newFloors(a.config, a.lanes.activate, listen.Descriptors(), a.log)
	a.imports = perform.NewImports(perform.ImportsConfig{
		Schedules: a.db, Connections: a.db, Links: a.connections, Grants: p.grants, Limits: p.limits,
		Floor: a.floors.imports, Every: a.config.ImportEvery, History: a.config.ImportHistory,
		Importer: record.Importer{Caller: a.caller, Store: a.db, Now: a.now}, Now: a.now, Log: a.log,
		Watch: a.performWatch(),
	})
	if err := a.resumeImports(ctx); err != nil {
		return err
	}
	a.work(p)
	return a.face(ctx, p)
}

// parts opens the secrets, takes up the limits, and makes what calls TSPs.
func (a *App) parts(ctx context.Context, o Options) (p parts, err error) {
	adapters := o.Adapters
	if adapters == nil {
		adapters = all.Adapters()
	}
	bases := map[tsp.Name]string{}
	for name, u := range a.config.BaseURLs {
		bases[tsp.Name(name)] = u
	}
	if p.registry, err = tsp.NewRegistry(adapters, bases); err != nil {
		return p, err
	}
	p.policy = outbound.Policy{Allow: a.config.OutboundAllow, AllowLoopback: o.Dev, AllowHTTP: o.Dev,
		ProxyJudges: a.config.ProxyJudges}
	if err := a.trace(ctx, p.policy); err != nil {
		return p, err
	}
	a.caller = tsp.NewCaller(p.registry, nil, a.config.CallDeadline, a.log)
	a.caller.Count(a.db.CountCalls)
	for _, name := range p.registry.Names() {
		a.caller.Through(name, a.toTSP(outbound.TSP(p.policy, p.registry.BaseURL(name)), string(name)))
	}
	p.settling = perform.Settling{Registry: p.registry, Deadline: a.config.CallDeadline, Instead: a.config.Settling}
	if err := a.restore(ctx, o.RestoredFrom, p.settling); err != nil {
		return p, err
	}
	if a.budget, err = a.resume(ctx, p.settling); err != nil {
		return p, err
	}
	p.limits = perform.NewLimits(p.registry, a.budget, agreed(a.config))
	if a.replica != nil {
		p.limits.Among(a.db, a.now)
	}
	a.limits = p.limits
	p.grants = perform.NewGrants(a.db, a.now)
	p.strict = sync.OnceValues(openapi.NewStrict)
	return p, nil
}

// outside is the clock of what is compared with the clocks of receivers and issuers, who know nothing of how that of a
// file takes over steps of the machine's.
func (a *App) outside() func() time.Time {
	if a.replica == nil {
		return time.Now
	}
	return a.now
}

// work makes the dispatcher and what runs in its lanes.
func (a *App) work(p parts) {
	a.writes = perform.NewWrites(perform.WritesConfig{
		Queue: a.db, Progress: a.db, Stops: a.db, Chained: a.db, Resolutions: a.db, Verifications: a.db,
		Importer:    record.Importer{Caller: a.caller, Store: a.db, Now: a.now},
		Connections: a.db, Links: a.connections, Records: a.db, Grants: p.grants,
		Imports: a.imports, TSPs: a.caller, Limits: p.limits, Settling: p.settling, CutAt: a.cutSince, Floor: a.floors.calls,
		Recovery: a.db, Locks: a.db, Exchanges: a.config.KeepExchanges > 0,
		Lines: a.db, Stand: func(l fence.Lane) dispatch.Stand { return a.dispatcher.Stand(l) },
		Derive: a.keys.derive, Now: a.now, Log: a.log, Watch: a.performWatch(), Traces: a.performTraces(),
	})
	open := func(s webhook.Subscription) (webhook.Subscription, error) {
		return webhook.OpenSecret(a.keys.sealer, s, a.now())
	}
	deliveries := perform.NewDeliveries(perform.DeliveriesConfig{
		Queue: a.db, Receivers: a.db, Feed: a.feed, Lets: p.grants.Lets, Open: open, Sender: a.sender(p),
		Floor: a.floors.deliveries, Now: a.now, Log: a.log,
		Watch: a.performWatch(), Traces: a.performTraces(),
	})
	a.dispatcher = dispatch.New(dispatch.Config{
		Source: *a.lanes.source.Load(),
		Kinds: map[string]dispatch.Kind{
			fence.Connections: a.writes.Kind(), fence.Receivers: deliveries.Kind(), fence.Imports: a.imports.Kind(),
		},
		Budget: a.budget, Now: a.now, Log: a.log, MaxLanes: a.config.LanesAtOnce,
	})
}

// sender makes attempts to deliver to receivers, by a client of its own.
func (a *App) sender(p parts) *webhook.Sender {
	s := webhook.NewSender(a.toReceivers(outbound.Receiver(p.policy, webhook.DefaultTimeout)), a.outside())
	s.Strict = strictEvents(p)
	return s
}

// sendsTests makes the attempts of tests, of which the log alone tells afterwards.
func (a *App) sendsTests(p parts) func(context.Context, webhook.Delivery) webhook.Result {
	s := a.sender(p)
	return func(ctx context.Context, d webhook.Delivery) webhook.Result {
		r := s.Send(ctx, d)
		a.log.Info("a receiver was tested", "subscription_id", d.Subscription.ID, "status", r.StatusCode, "error", r.Err, r.Why())
		return r
	}
}

// noteTest writes into the audit log that a subscription is tested.
func (a *App) noteTest(ctx context.Context, id uuid.UUID) error {
	return a.db.Note(ctx, audit.Entry{Action: "tested", Object: "webhook:" + id.String()})
}

// cutSince is when the lane of a connection was taken last from a process that did not give it back.
func (a *App) cutSince(connection uuid.UUID) time.Time {
	if at := a.dispatcher.CutAt(fence.Lane{Kind: fence.Connections, ID: connection}); at.After(a.cutAt) {
		return at
	}
	return a.cutAt
}

// face makes what answers requests.
func (a *App) face(ctx context.Context, p parts) error {
	tokens, err := a.tokens(ctx, p)
	if err == nil {
		err = a.openDoor(p)
	}
	if err != nil {
		return err
	}
	orgs := access.NewService(access.Config{Store: a.db, Now: a.now,
		Disconnect: disconnect(a.db, a.connections)})
	records := record.New(record.Config{
		Lists: a.db, Schedules: a.db, Executions: a.db, Access: a.db, Connections: a.db, Registry: p.registry,
		Every: a.config.ImportEvery, Now: a.now,
	})
	operations := operation.New(operation.Config{
		Store: a.db, Groups: a.db, Kept: a.db, Cancels: a.db, Trying: a.db, Chained: a.db, Surveys: a.db, Newer: a.db, Images: a.db, Access: a.db, Connections: a.db,
		Records: a.db, Shelves: a.db, Registry: p.registry, Performer: a.writes, Resolver: a.writes, Replica: a.id(),
		Now: a.now, MaxAge: a.config.MaxAge, Waiters: a.waiters, Explainer: a.writes,
	})
	a.jobs = job.New(job.Config{Store: a.db, Snapshots: a.db, Queue: a.db, Retention: a.db, Retrier: operations,
		Webhooks: a.webhooks, Keep: a.config.KeepOperations, Now: a.now, Log: a.log})
	a.api = api.New(api.Config{
		Tokens: tokens, Fleets: orgs, Directory: orgs, Agreements: orgs, TSPs: p.registry, Webhooks: a.webhooks,
		Deliveries: a.webhooks, Receivers: a.webhooks, Feed: a.feed, Connections: a.connections, Records: records, Schedules: records,
		Defects:    records,
		Operations: operations, Remedies: operations, Batches: operations, Jobs: a.jobs,
		Healthy: a.healthy, Ready: a.checks, Watch: a.apiWatch(), Traces: a.apiTraces(),
		IgnoreUnknown: a.config.IgnoreUnknown, MaxAge: a.config.MaxAge, Limits: limits(a.config),
		Sound: listen.Check, Strict: p.strict, Now: a.now, Log: a.log,
	})
	return a.openConsole(operations, records, p.registry)
}

// strictEvents leaves out of events what the contract lacks.
func strictEvents(p parts) webhook.Shorten {
	return func(name string, data []byte) ([]byte, error) {
		strict, err := p.strict()
		if err != nil {
			return nil, err
		}
		return strict.Event(name, data)
	}
}

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
