package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// accepting measures how many writes the store takes whose acceptance one subscriber hears of, beside the
// floor.
func accepting(ctx context.Context, f *field) ([]figure, error) {
	floor, closeFloor, err := f.floor(ctx)
	if err != nil {
		return nil, err
	}
	defer closeFloor()
	accept, db, err := f.acceptor(ctx, "accept", false)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	span := f.span / 3
	all, err := f.inTurns(floor, func() (float64, error) { return rate(256, span, accept) },
		floor, func() (float64, error) { return rate(16, span, accept) })
	if err != nil {
		return nil, err
	}
	return []figure{
		figureOf("floor, 16 callers", "/s", append(all[0], all[2]...)),
		figureOf("accept, 256 callers", "/s", all[1]).beside("floor", all[1], all[0]).atLeast(f.goal(6, 5)),
		figureOf("accept, 16 callers", "/s", all[3]).beside("floor", all[3], all[2]).atLeast(f.goal(3, 0.8)),
	}, nil
}

// sealed measures accepting where texts are sealed at rest beside where they are not.
func sealed(ctx context.Context, f *field) ([]figure, error) {
	var measures []func() (float64, error)
	for _, on := range []bool{false, true} {
		accept, db, err := f.acceptor(ctx, fmt.Sprintf("sealed-%v", on), on)
		if err != nil {
			return nil, err
		}
		defer db.Close()
		measures = append(measures, func() (float64, error) { return rate(16, f.span/3, accept) })
	}
	all, err := f.inTurns(measures...)
	if err != nil {
		return nil, err
	}
	return []figure{figureOf("accept, 16 callers, sealed", "/s", all[1]).beside("unsealed", all[1], all[0])}, nil
}

// acceptor opens a store with one subscriber to what is accepted, and returns what accepts one operation of
// many.
func (f *field) acceptor(ctx context.Context, name string, seals bool) (func() error, store.Store, error) {
	url, err := f.database(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, url, store.Options{Now: time.Now, Sealing: sealing(seals)})
	if err != nil {
		return nil, nil, err
	}
	err = db.InsertSubscriptions(ctx, []webhook.Subscription{{ID: uuid.New(), Partner: sample().Partner,
		URL: "https://r.example/", EventName: event.OperationCreated, Sealed: []byte("x"), Status: webhook.Active}}, 1)
	return func() error {
		op := sample()
		created, err := op.Event(event.OperationCreated, op.CreatedAt)
		if err != nil {
			return err
		}
		_, err = db.Accept(ctx, op, []event.Event{created})
		return err
	}, db, err
}

// sealing seals with a key of its own.
func sealing(on bool) func(context.Context, store.Store) (store.Sealing, error) {
	return func(context.Context, store.Store) (store.Sealing, error) {
		by, err := seal.Key("32 bytes that nobody has to keep").Wrapper()
		if err != nil {
			return nil, err
		}
		wrapped, err := seal.NewKeyset(by)
		if err != nil {
			return nil, err
		}
		sealer, err := seal.Open(by, wrapped)
		if err != nil {
			return nil, err
		}
		return sealer.AtRest([]byte("seed"), on)
	}
}
