package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// The demo's fixtures, which everybody knows.
const (
	DemoClient   = "demo"
	DemoSecret   = "demo-secret"
	demoFleetRef = "fleet-1"
	// demoTSP is the one that the printed curl lines write to.
	demoTSP  = "samsara"
	demoHook = webhook.Secret("demo-webhook-secret")
)

// Dev is what `waybill dev` can be told.
type Dev struct {
	DataDir      string
	SimBasePort  int
	ReceiverAddr string
	// Quiet leaves out the printed events and curl lines.
	Quiet bool
	Out   io.Writer
	Log   *slog.Logger
}

// RunDev serves the API with everything that a newcomer needs to see a write arrive: the
// simulators, a demo client, a connection to each TSP with its records, and a receiver of
// webhooks. It returns when ctx ends and all has stopped.
func RunDev(ctx context.Context, c config.Config, d Dev) error {
	if err := os.MkdirAll(d.DataDir, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	if c.Key == "" && c.KeyFile == "" {
		c.KeyFile = filepath.Join(d.DataDir, "key")
		if _, err := seal.KeyFile(c.KeyFile); err != nil {
			return err
		}
	}
	if c.DatabaseURL == "" {
		c.DatabaseURL = filepath.Join(d.DataDir, "waybill.db")
	}
	// The parts around the service outlive it, so that what is in flight can end.
	around, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, around := errgroup.WithContext(around)
	running, err := d.simulators(around, g, &c)
	if err != nil {
		return err
	}
	receiver := newReceiver(d)
	if err := listen(around, g, d.ReceiverAddr, receiver); err != nil {
		return err
	}
	app, err := Open(ctx, c, Options{Dev: true, Log: d.Log})
	if err != nil {
		return err
	}
	demo, err := app.demo(ctx, d)
	if err != nil {
		return errors.Join(err, app.Close(context.WithoutCancel(ctx)))
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return errors.Join(taken(c.Addr, "--addr", err), app.Close(context.WithoutCancel(ctx)))
	}
	if !d.Quiet {
		demo.simulators = running
		demo.print(d.Out, l.Addr().String(), d)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(around, cancel)
	err = app.Run(ctx, l)
	stop()
	return errors.Join(err, g.Wait())
}

func taken(addr, flag string, err error) error {
	return fmt.Errorf("listening on %s (another program may hold it; choose another with %s): %w", addr, flag, err)
}

// simulated is a simulator that runs.
type simulated struct{ name, url string }

// simulators starts a simulator for each TSP whose base URL is not set elsewhere.
func (d Dev) simulators(ctx context.Context, g *errgroup.Group, c *config.Config) ([]simulated, error) {
	var running []simulated
	for _, s := range all.Simulators() {
		if c.BaseURLs[s.Info.Name] != "" {
			continue
		}
		addr := fmt.Sprintf("127.0.0.1:%d", d.SimBasePort+s.Info.PortOffset)
		dir := filepath.Join(d.DataDir, "sim-"+s.Info.Name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("making the simulator's folder: %w", err)
		}
		sim, err := s.New(simkit.Options{Dir: dir, Logger: d.Log, Limits: true})
		if err != nil {
			return nil, fmt.Errorf("starting the simulator of %s: %w", s.Info.Name, err)
		}
		if err := listen(ctx, g, addr, sim); err != nil {
			return nil, errors.Join(err, sim.Close())
		}
		context.AfterFunc(ctx, func() { _ = sim.Close() })
		c.BaseURLs[s.Info.Name] = "http://" + addr
		running = append(running, simulated{s.Info.Name, "http://" + addr})
	}
	return running, nil
}

// listen serves a handler until ctx ends.
func listen(ctx context.Context, g *errgroup.Group, addr string, h http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return taken(addr, "--sim-base-port or --receiver-addr; of waybill sim it is --addr", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: headerTime}
	g.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	return nil
}

// fixtures are the ids that the printed curl lines use.
type fixtures struct {
	connection, sender, recipient, vehicle uuid.UUID
	simulators                             []simulated
}

// demoID derives the ids of the fixtures, so that they are the same on every machine.
func demoID(of string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:demo:"+of))
}

// demo makes the fixtures that are not there yet and imports the TSPs' records.
func (a *App) demo(ctx context.Context, d Dev) (fixtures, error) {
	partner := access.Partner{ID: demoID("partner"), Name: "demo"}
	fleet := access.Fleet{ID: demoID(demoFleetRef), Name: "Demo Freight"}
	client := access.Client{ID: DemoClient, SecretHash: access.HashSecret(DemoSecret), Partner: partner, Scopes: access.Scopes()}
	grant := access.Grant{ID: demoID("grant"), Partner: partner.ID, Fleet: fleet.ID, FleetRef: demoFleetRef,
		Status: access.GrantActive, Levels: map[resource.Kind]string{},
		UpdatedAt: time.Now().UTC().Truncate(time.Microsecond)}
	for _, k := range resource.Kinds() {
		grant.Levels[k] = access.ReadWrite
	}
	err := errors.Join(a.db.SaveClient(ctx, client), a.db.SaveGrant(ctx, grant, fleet))
	if err != nil {
		return fixtures{}, fmt.Errorf("making the demo client: %w", err)
	}
	if err := a.demoSubscription(ctx, partner.ID, d); err != nil {
		return fixtures{}, err
	}
	var f fixtures
	for _, name := range a.caller.Registry().Names() {
		id, err := a.demoConnection(ctx, name, fleet.ID)
		if err != nil {
			return f, fmt.Errorf("connecting the demo fleet to %s: %w", name, err)
		}
		if f.connection == uuid.Nil || name == demoTSP {
			f.connection = id
		}
	}
	return f, a.pick(ctx, &f)
}

// demoSubscription makes the receiver's subscription once.
func (a *App) demoSubscription(ctx context.Context, partner uuid.UUID, d Dev) error {
	found, err := a.webhooks.List(ctx, partner, webhook.ListRequest{Window: page.Window{Limit: 1}})
	if err != nil {
		return fmt.Errorf("looking for the demo's subscriptions: %w", err)
	}
	if len(found.Items) > 0 {
		return nil
	}
	body := fmt.Sprintf(`{"url":"http://%s/","event_name":"resource_operation.*","secret":%q}`, d.ReceiverAddr, string(demoHook))
	if _, err := a.webhooks.Create(ctx, partner, []byte(body)); err != nil {
		return fmt.Errorf("subscribing the demo's receiver: %w", err)
	}
	return nil
}

func (a *App) demoConnection(ctx context.Context, name tsp.Name, fleet uuid.UUID) (uuid.UUID, error) {
	adapter, _ := a.caller.Registry().Adapter(name)
	c, err := a.db.Connection(ctx, demoID("connection:"+string(name)))
	if errors.Is(err, connection.ErrNotFound) {
		c = connection.Connection{ID: demoID("connection:" + string(name)), Fleet: fleet, TSP: name, Description: "demo", Settings: adapter.Spec().SampleSettings}
		c, err = a.connections.Connect(ctx, c, adapter.Spec().SampleCredentials)
	}
	if err != nil || c.Status != connection.Active {
		return c.ID, err
	}
	return c.ID, a.imports.AtOnce(ctx, c)
}

// pick chooses the records that the curl lines name: a dispatcher, a driver and a vehicle.
func (a *App) pick(ctx context.Context, f *fixtures) error {
	users, err := a.db.RecordsOf(ctx, f.connection, resource.KindUser)
	if err != nil {
		return fmt.Errorf("looking for the demo's users: %w", err)
	}
	vehicles, err := a.db.RecordsOf(ctx, f.connection, resource.KindVehicle)
	if err != nil || len(vehicles) == 0 || len(users) == 0 {
		return errors.Join(errors.New("the demo's connection has no vehicles or users"), err)
	}
	f.vehicle, f.recipient, f.sender = vehicles[0].ID, users[0].ID, users[len(users)-1].ID
	if i := slices.IndexFunc(users, func(r record.Record) bool { return r.Collection == "drivers" }); i >= 0 {
		f.recipient = users[i].ID
	}
	return nil
}
