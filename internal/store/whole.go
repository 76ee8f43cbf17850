package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/move"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// Move brings everything from one database into another, which is made if it is a file, while no service works over
// either, or goes on with a move that has begun. It counts the rows of each table, which were all compared; a move
// that was done before is told by no counts.
func Move(ctx context.Context, from, to string, o move.Options) ([]move.Count, error) {
	source, err := side(ctx, from, o.Now, opening{sqlite.OpenWhole, postgres.OpenWhole})
	if err != nil {
		return nil, fmt.Errorf("the database to move: %w", err)
	}
	target, err := side(ctx, to, o.Now, opening{sqlite.MakeWhole, postgres.MakeWhole})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the database to move to: %w", err), source.Close())
	}
	counts, err := move.Run(ctx, source, target, o)
	return counts, errors.Join(err, target.Close(), source.Close())
}

// PlanMove counts what Move would copy, beside a service that may run, and tells why it could not. It changes
// nothing.
func PlanMove(ctx context.Context, from, to string, now func() time.Time) (_ []move.Count, err error) {
	looking := opening{sqlite.LookAtWhole, postgres.LookAtWhole}
	source, err := side(ctx, from, now, looking)
	if err != nil {
		return nil, fmt.Errorf("the database to move: %w", err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	switch there, err := isThere(ctx, to); {
	case err != nil:
		return nil, fmt.Errorf("the database to move to: %w", err)
	case !there:
		return move.Plan(ctx, source, move.Side{})
	}
	target, err := side(ctx, to, now, looking)
	if err != nil {
		return nil, fmt.Errorf("the database to move to: %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	return move.Plan(ctx, source, target)
}

// GiveUpMove lets a database be used again that is the source of a move. It tells where it was to go, and the time
// for which it stands if it had gone there.
func GiveUpMove(ctx context.Context, url string, now func() time.Time) (peer string, stands time.Time, err error) {
	of, err := side(ctx, url, now, opening{sqlite.OpenWhole, postgres.OpenWhole})
	if err != nil {
		return "", stands, err
	}
	peer, stands, err = move.GiveUp(ctx, of)
	return peer, stands, errors.Join(err, of.Close())
}

// opening is how a database is opened as a whole.
type opening struct {
	sqlite   func(ctx context.Context, path string, now func() time.Time) (*sqlite.Whole, error)
	postgres func(ctx context.Context, url string, now func() time.Time) (*postgres.Whole, error)
}

// side opens what a URL names.
func side(ctx context.Context, url string, now func() time.Time, by opening) (s move.Side, err error) {
	if isPostgres(url) {
		if s.Place, err = postgres.Place(url); err != nil {
			return s, err
		}
		s.Whole, err = openedWhole(by.postgres(ctx, url, now))
		return s, err
	}
	path, err := pathOf(url)
	if err != nil {
		return s, err
	}
	if s.Place, err = filepath.Abs(path); err != nil {
		return s, fmt.Errorf("finding the file: %w", err)
	}
	s.Whole, err = openedWhole(by.sqlite(ctx, path, now))
	return s, err
}

// openedWhole is nil where nothing was opened.
func openedWhole[T engine.Whole](w T, err error) (engine.Whole, error) {
	if err != nil {
		return nil, err
	}
	return w, nil
}

// isThere tells whether a URL names a database that has tables.
func isThere(ctx context.Context, url string) (bool, error) {
	if isPostgres(url) {
		t, err := postgres.Status(ctx, url)
		return len(t.Migrations) > t.Pending(), err
	}
	path, err := pathOf(url)
	if err != nil {
		return false, err
	}
	_, err = os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
