package main

import (
	"context"
	"database/sql"
	"errors"
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
	partners := copies{table: "partner", anew: map[string]string{"id": id("a"), "name": "'partner ' || i"}}
	of := copies{table: "subscription", anew: map[string]string{"id": id("b"), "partner": id("a"), "receiver": "NULL"}}
	err = putRows(ctx, many.Database(), func(db *sql.DB) error {
		return errors.Join(partners.make(ctx, db, f.many), of.make(ctx, db, f.many))
	})
	if err != nil {
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
