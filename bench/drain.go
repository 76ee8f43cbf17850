package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

// draining measures how fast queued writes are made and settled where the TSP takes no time, in this
// process and without HTTP, beside the floor.
func draining(ctx context.Context, f *field) ([]figure, error) {
	floor, closeFloor, err := f.floor(ctx)
	if err != nil {
		return nil, err
	}
	defer closeFloor()
	turn := 0
	turns, err := f.inTurns(floor, func() (float64, error) {
		turn++
		url, err := f.database(ctx, fmt.Sprint("drain-", turn))
		if err != nil {
			return 0, err
		}
		return f.drain(ctx, url)
	})
	if err != nil {
		return nil, err
	}
	return []figure{figureOf(fmt.Sprintf("drain, %d writes of %d connections", f.queued, f.connections), "/s", turns[1]).
		beside("floor", turns[1], turns[0]).atLeast(6)}, nil
}

// drain queues writes and returns how many a second were settled from the start of the lanes on.
func (f *field) drain(ctx context.Context, url string) (float64, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	c := config.Default()
	c.DatabaseURL, c.Key = url, base64.StdEncoding.EncodeToString(key)
	a, err := app.Open(ctx, c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: []tsp.Adapter{idle{}}})
	if err != nil {
		return 0, err
	}
	if err := f.queueAll(ctx, a.Rooms()); err != nil {
		return 0, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	db, err := f.reading(url)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	begun := time.Now()
	go func() { ended <- a.Run(running, l) }()
	for left := 1; left > 0; time.Sleep(20 * time.Millisecond) {
		const alive = `SELECT count(*) FROM operation WHERE state IN ('queued', 'sending', 'retry', 'unknown')`
		if err := db.QueryRowContext(ctx, alive).Scan(&left); err != nil {
			return 0, err
		}
		if time.Since(begun) > 5*time.Minute {
			return 0, fmt.Errorf("%d writes are not settled after five minutes", left)
		}
	}
	rate := float64(f.queued) / time.Since(begun).Seconds()
	stop()
	return rate, <-ended
}

// queueAll makes a partner with connections and accepts writes for them.
func (f *field) queueAll(ctx context.Context, in app.Rooms) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	partner := access.Partner{ID: uuid.New(), Name: "bench"}
	client := access.Client{ID: "bench", Secrets: []access.Secret{access.NewSecret("secret", now)}, Generation: 1,
		Partner: partner, Scopes: access.Scopes()}
	if err := in.Store.InsertClient(ctx, client); err != nil {
		return err
	}
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(64)
	for n := range f.connections {
		g.Go(func() error { return f.queueFor(within, in, partner.ID, n) })
	}
	return g.Wait()
}

// queueFor makes one connection and accepts its writes, each in an order of its own.
func (f *field) queueFor(ctx context.Context, in app.Rooms, partner uuid.UUID, n int) error {
	id, err := connect(ctx, in, partner, fmt.Sprint("account-", n))
	if err != nil {
		return err
	}
	to, err := uuid.Parse(id)
	if err != nil {
		return err
	}
	for range f.queued / f.connections {
		op := sample()
		op.Partner, op.Connection = partner, to
		if _, err := in.Store.Accept(ctx, op, nil); err != nil {
			return err
		}
	}
	return nil
}

// idle is an adapter whose TSP takes everything without being asked.
type idle struct{}

// Spec is that of Samsara without what is imported and without limits.
func (idle) Spec() tsp.Spec {
	spec := samsara.New().Spec()
	spec.Imports, spec.Limits, spec.Settings = nil, nil, nil
	return spec
}

// Connect makes a session.
func (idle) Connect(_ context.Context, a tsp.Access) (tsp.Session, error) {
	return idleSession{a.Credentials.Get("token")}, nil
}

type idleSession struct{ account string }

// Check tells the account by its token.
func (s idleSession) Check(context.Context, tsp.Pacer) (tsp.Account, error) {
	return tsp.Account{Key: s.account}, nil
}

// Write has the write be made.
func (idleSession) Write(context.Context, tsp.Write) (tsp.Written, error) {
	return tsp.Written{Collection: "messages", Status: 200}, nil
}

// List has nothing.
func (idleSession) List(context.Context, tsp.List) (tsp.Page, error) { return tsp.Page{}, nil }
