package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// The fixtures, which everybody knows.
const (
	FleetRef = "fleet-1"
	// Hook is the secret by which the receiver knows its webhooks.
	Hook = webhook.Secret("demo-webhook-secret")
	// written is the TSP that the printed curl lines write to.
	written = "samsara"
)

// Fixtures are the ids that the printed curl lines use.
type Fixtures struct {
	Connection, Sender, Recipient, Vehicle uuid.UUID
	// Unconnected says of each TSP that the demo fleet could not be connected to why not, as one does that
	// is no simulator.
	Unconnected []error
}

// ID derives the ids of the fixtures, so that they are the same on every machine.
func ID(of string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:demo:"+of))
}

// Fill makes the fixtures that are not there yet and imports the records that the curl lines need. Those of
// the other TSPs are imported by their lanes, as slowly as each TSP allows: nobody waits for that.
func Fill(ctx context.Context, in app.Rooms, receiver string) (Fixtures, error) {
	partner := access.Partner{ID: ID("partner"), Name: "demo"}
	fleet := access.Fleet{ID: ID(FleetRef), Name: "Demo Freight", NamedBy: access.ByOperator}
	now := time.Now().UTC().Truncate(time.Microsecond)
	client := access.Client{ID: app.DemoClient, Secrets: []access.Secret{access.NewSecret(app.DemoSecret, now)},
		Generation: 1, Partner: partner, Scopes: access.Scopes()}
	grant := access.Grant{ID: ID("grant"), Partner: partner.ID, Fleet: fleet.ID, FleetRef: FleetRef,
		Status: access.GrantActive, Levels: map[resource.Kind]string{}, CreatedAt: now, UpdatedAt: now}
	for _, k := range resource.Kinds() {
		grant.Levels[k] = access.ReadWrite
	}
	// What is there stays as it is, also if it was paused, ended or changed since.
	if err := in.Store.InsertClient(ctx, client); err != nil && !errors.Is(err, access.ErrClientExists) {
		return Fixtures{}, fmt.Errorf("making the demo client: %w", err)
	}
	if err := in.Store.InsertFleet(ctx, fleet, grant); err != nil && !errors.Is(err, access.ErrFleetExists) {
		return Fixtures{}, fmt.Errorf("making the demo fleet: %w", err)
	}
	if err := subscribe(ctx, in, partner.ID, receiver); err != nil {
		return Fixtures{}, err
	}
	var f Fixtures
	for _, name := range in.Registry.Names() {
		id, err := connect(ctx, in, name, fleet.ID)
		if err != nil {
			f.Unconnected = append(f.Unconnected, fmt.Errorf("connecting the demo fleet to %s: %w", name, err))
			continue
		}
		if f.Connection == uuid.Nil || name == written {
			f.Connection = id
		}
	}
	if f.Connection == uuid.Nil {
		return f, errors.Join(f.Unconnected...)
	}
	c, err := in.Store.Connection(ctx, f.Connection)
	if err == nil && c.Status == connection.Active {
		err = in.Imports.AtOnce(ctx, c)
	}
	if err != nil {
		return f, fmt.Errorf("importing the records of the demo: %w", err)
	}
	return f, f.Pick(ctx, in.Store)
}

// connect makes the fleet's connection to a TSP once.
func connect(ctx context.Context, in app.Rooms, name tsp.Name, fleet uuid.UUID) (uuid.UUID, error) {
	adapter, _ := in.Registry.Adapter(name)
	c, err := in.Store.Connection(ctx, ID("connection:"+string(name)))
	if errors.Is(err, connection.ErrNotFound) {
		c = connection.Connection{ID: ID("connection:" + string(name)), Fleet: fleet, TSP: name,
			Maker: ID("partner"), Description: "demo", Settings: adapter.Spec().SampleSettings}
		c, err = in.Connections.Connect(ctx, c, adapter.Spec().SampleCredentials)
	}
	return c.ID, err
}

// Pick chooses the records that the curl lines name: a dispatcher, a driver and a vehicle.
func (f *Fixtures) Pick(ctx context.Context, records record.Store) error {
	users, err := records.RecordsOf(ctx, f.Connection, resource.KindUser)
	if err != nil {
		return fmt.Errorf("looking for the demo's users: %w", err)
	}
	vehicles, err := records.RecordsOf(ctx, f.Connection, resource.KindVehicle)
	if err != nil || len(vehicles) == 0 || len(users) == 0 {
		return errors.Join(errors.New("the demo's connection has no vehicles or users"), err)
	}
	f.Vehicle, f.Recipient, f.Sender = vehicles[0].ID, users[0].ID, users[len(users)-1].ID
	if i := slices.IndexFunc(users, func(r record.Record) bool { return r.Collection == "drivers" }); i >= 0 {
		f.Recipient = users[i].ID
	}
	return nil
}
