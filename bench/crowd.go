package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

// manyFleets is Waybill with many connections, each of a fleet of its own.
func (f *field) manyFleets(ctx context.Context) (_ *gateway.Waybill, err error) {
	if f.crowd == nil {
		f.crowd, err = f.startMany(ctx, "crowd", f.many)
	}
	return f.crowd, err
}

// startMany starts Waybill with connections that were made past its API, while it did not run: what is
// measured with many must not wait for making them. Most of the time until they can send is that of their first
// imports, which take turns after a start for a quarter of the interval.
func (f *field) startMany(ctx context.Context, name string, connections int) (*gateway.Waybill, error) {
	w, err := f.start(ctx, name, 1)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := w.Process().Stop(); err != nil {
		return nil, err
	}
	c := config.Default()
	c.DatabaseURL, c.Key, c.BaseURLs = w.Database(), w.Key(), map[string]string{"samsara": f.tsp.URL()}
	c.Limits["samsara"] = map[string]config.Rate{}
	for _, l := range samsara.New().Spec().Limits {
		c.Limits["samsara"][l.Key] = config.Rate{Events: 100_000, Period: time.Second}
	}
	a, err := app.Open(ctx, c, app.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	partner, err := uuid.Parse(w.Partner())
	if err != nil {
		return nil, err
	}
	ids := make([]string, connections-1)
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for n := range ids {
		g.Go(func() (err error) {
			ids[n], err = connect(within, a.Rooms(), partner, fmt.Sprint(name, "-", n+1))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err := a.Close(ctx); err != nil {
		return nil, err
	}
	if err := w.Serve(ctx); err != nil {
		return nil, err
	}
	err = w.Adopt(ctx, ids)
	f.say("%s has %d connections", begun, name, connections)
	return w, err
}

// connect makes a fleet that has granted the partner everything, and its connection to an account.
func connect(ctx context.Context, in app.Rooms, partner uuid.UUID, account string) (string, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	fleet := access.Fleet{ID: uuid.New(), Name: account, NamedBy: access.ByOperator}
	grant := access.Grant{ID: uuid.New(), Partner: partner, Fleet: fleet.ID, FleetRef: account,
		Status: access.GrantActive, Levels: map[resource.Kind]string{}, CreatedAt: now, UpdatedAt: now}
	for _, k := range resource.Kinds() {
		grant.Levels[k] = access.ReadWrite
	}
	if err := in.Store.InsertFleet(ctx, fleet, grant); err != nil {
		return "", err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	credentials := tsp.Credentials{Kind: "token", Fields: map[string]string{"token": account}}
	_, err = in.Connections.Connect(ctx, connection.Connection{ID: id, Fleet: fleet.ID, TSP: "samsara"}, credentials)
	return id.String(), err
}
