// Package faults has a database fail, for tests. It stands before a real one and gives an error before anything is done,
// an error after a commit, whose answer is lost, an error after a silence, or a delay. What befalls the n-th call of each
// kind follows from a seed.
package faults

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Database is a database that fails while faults are on.
type Database struct {
	engine.Database
	dice *dice
}

var _ engine.Database = (*Database)(nil)

// Before stands before a database. Faults are off.
func Before(db engine.Database, seed uint64) *Database {
	return &Database{db, &dice{seed: seed, calls: map[site]uint64{}, fell: map[string]int{}}}
}

// Turn turns the faults on or off.
func (d *Database) Turn(on bool) { d.dice.on.Store(on) }

// Told counts what befell the database.
func (d *Database) Told() string { return d.dice.told() }

// fault is an error that was made up.
type fault struct{ error }

// Unwrap returns what befell whom.
func (f *fault) Unwrap() error { return f.error }

func (s spell) fault() error { return &fault{s.err} }

// passes waits as long as a spell takes. An error says that nothing may be done after it.
func (s spell) passes(ctx context.Context) error {
	if s.wait > 0 {
		rest := time.NewTimer(s.wait)
		defer rest.Stop()
		select {
		case <-rest.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if s.what == before {
		return s.fault()
	}
	return nil
}

// Trouble tells a fault as one of a database that is away.
func (d *Database) Trouble(err error) *fence.Trouble {
	var made *fault
	var late *fence.Uncertain
	if errors.As(err, &made) && !errors.As(err, &late) {
		return &fence.Trouble{Reason: "the database cannot be reached", Err: err}
	}
	return d.Database.Trouble(err)
}

// Query may fail before the first row, or after the last one.
func (d *Database) Query(ctx context.Context, by engine.Pool, query string, args []any, each func(engine.Row) error) error {
	s := d.dice.fall(reads)
	if err := s.passes(ctx); err != nil {
		return err
	}
	err := d.Database.Query(ctx, by, query, args, each)
	if err == nil && s.what == after {
		return s.fault()
	}
	return err
}

// Lock may fail although the lock could be had. It is free then.
func (d *Database) Lock(ctx context.Context, id uuid.UUID) (unlock func(), err error) {
	s := d.dice.fall(locks)
	if err := s.passes(ctx); err != nil {
		return nil, err
	}
	unlock, err = d.Database.Lock(ctx, id)
	if err == nil && s.what == after {
		unlock()
		return nil, s.fault()
	}
	return unlock, err
}

// Ping may fail.
func (d *Database) Ping(ctx context.Context) error {
	if err := d.look(ctx); err != nil {
		return err
	}
	return d.Database.Ping(ctx)
}

// Notice may fail.
func (d *Database) Notice(ctx context.Context) error {
	if err := d.look(ctx); err != nil {
		return err
	}
	return d.Database.Notice(ctx)
}

// look is the fault of a look at how the database fares, which is told as a trouble.
func (d *Database) look(ctx context.Context) error {
	err := d.dice.fall(looks).passes(ctx)
	if t := d.Trouble(err); t != nil {
		return t
	}
	return err
}

// Session opens the session, which fails as well.
func (d *Database) Session(ctx context.Context) (engine.Session, error) {
	s, err := d.Database.Session(ctx)
	if err != nil {
		return nil, err
	}
	return &session{s, d.dice}, nil
}
