package main

import (
	"context"
	"fmt"
)

// withSubscriptions measures the throughput beside many subscriptions of other partners to the same event.
func withSubscriptions(ctx context.Context, f *field) ([]figure, error) {
	few, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	many, err := f.start(ctx, "subscriptions", f.connections)
	if err != nil {
		return nil, err
	}
	defer f.end(many)
	if err := many.Process().Stop(); err != nil {
		return nil, err
	}
	db, err := openRows(many.Database())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	partners := copies{table: "partner", anew: map[string]string{"id": id("a"), "name": "'partner ' || i"}}
	of := copies{table: "subscription", anew: map[string]string{"id": id("b"), "partner": id("a"), "receiver": "NULL"}}
	for _, c := range []copies{partners, of} {
		if err := c.make(ctx, db, f.many); err != nil {
			return nil, err
		}
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	if err := many.Serve(ctx); err != nil {
		return nil, err
	}
	if err := f.warm(ctx, many); err != nil {
		return nil, err
	}
	return f.throughput(ctx, fmt.Sprintf("%d subscriptions of others", f.many), few, many)
}
