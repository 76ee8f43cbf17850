package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/move"
)

// tellEvery is how often a move tells how far it is.
const tellEvery = time.Second

// CheckMove tells what is wrong with the URL of the database to which is moved.
func CheckMove(to string) error {
	if store.Check(to) != nil {
		return errors.New("this names neither a PostgreSQL database, such as postgres://waybill@db1/waybill, nor a file")
	}
	return nil
}

// Move brings everything from the database into another one, and counts the rows of each table. tell is told each
// second or so how far it is. One that ends early goes on when it is done again.
func Move(ctx context.Context, c config.Config, to string, tell func(text string)) ([]move.Count, error) {
	last := time.Time{}
	counts, err := store.Move(ctx, c.DatabaseURL, to, move.Options{Now: time.Now, Tell: func(p move.Progress) {
		if now := time.Now(); now.Sub(last) >= tellEvery {
			last = now
			tell(fmt.Sprintf("%s %s: %d of %d rows", p.Doing, p.Table, p.Done, p.Of))
		}
	}})
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("the move was interrupted; the same command goes on with it: %w", ctx.Err())
	}
	return counts, err
}

// PlanMove counts what Move would bring, and tells why it could not. It changes nothing.
func PlanMove(ctx context.Context, c config.Config, to string) ([]move.Count, error) {
	return store.PlanMove(ctx, c.DatabaseURL, to, time.Now)
}

// GiveUpMove lets the database be used again from which was moved. It tells where it was to go, and the time for
// which it stands if it had gone there.
func GiveUpMove(ctx context.Context, c config.Config) (peer string, stands time.Time, err error) {
	return store.GiveUpMove(ctx, c.DatabaseURL, time.Now)
}
