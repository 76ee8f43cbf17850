// Package postgres keeps everything in a PostgreSQL database, which many processes share. Who writes holds
// one lock of the database for a transaction, so that one writes at a time over all of them, and commits in
// groups. What it answers as stored is on the server's disk.
//
// Of a session of the server nothing is needed from one transaction to the next, so that a pooler in
// transaction mode may stand between; statements are then parsed anew each time.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// The connections of a process, beside the one by which it writes: those for texts that are kept, for what is
// searched and what is listed, which may take long, and for what the engine does for itself.
const (
	keptConns     = 6
	searchedConns = 2
	listedConns   = 2
	ownConns      = 2
)

// Engine is an open database.
type Engine struct {
	pools [3]*pgxpool.Pool
	// own is for locks, the clock and what keeps the process known.
	own    *pgxpool.Pool
	config *pgxpool.Config
	now    func() time.Time
	texts  texts
	clock  clock
	leases leases
	beats  beats

	// ends is done when the engine is closed.
	ends   context.Context
	end    context.CancelFunc
	closed sync.WaitGroup
}

var _ engine.Database = (*Engine)(nil)

// Open opens the database that a URL names, making and migrating its tables as needed. now is the time of which a
// beat tells; the database's own if it is nil.
func Open(ctx context.Context, url string, now func() time.Time) (*Engine, error) {
	if err := Migrate(ctx, url); err != nil {
		return nil, err
	}
	return open(ctx, url, now)
}

// OpenBeside opens a database whose tables are of this release. It neither makes nor migrates them.
func OpenBeside(ctx context.Context, url string, now func() time.Time) (*Engine, error) {
	if err := refuseOther(ctx, url); err != nil {
		return nil, err
	}
	return open(ctx, url, now)
}

func open(ctx context.Context, url string, now func() time.Time) (*Engine, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	e := &Engine{config: config, now: now}
	if now == nil {
		e.now = e.Now
	}
	e.ends, e.end = context.WithCancel(context.Background())
	e.leases.begin()
	for i, conns := range []int32{keptConns, searchedConns, listedConns} {
		if e.pools[i], err = newPool(ctx, config, conns); err != nil {
			return nil, errors.Join(Explained(err), e.Close())
		}
	}
	if e.own, err = newPool(ctx, config, ownConns); err == nil {
		err = e.measure(ctx)
	}
	if err != nil {
		return nil, errors.Join(Explained(err), e.Close())
	}
	e.closed.Go(e.keep)
	return e, nil
}

// newPool makes a pool. It connects when it is first used.
func newPool(ctx context.Context, of *pgxpool.Config, conns int32) (*pgxpool.Pool, error) {
	c := of.Copy()
	c.MaxConns = conns
	c.PingTimeout = cancelFor
	p, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return p, nil
}

// keepEvery is how often the clock is measured and locks are renewed.
const keepEvery = time.Second

// keep does what must be done again and again, until the end. What fails is done again the next time.
func (e *Engine) keep() {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.ends.Done():
			return
		case <-tick.C:
		}
		for _, do := range []func(context.Context) error{e.renew, e.measure} {
			ctx, cancel := context.WithTimeout(e.ends, keepEvery)
			_ = do(ctx)
			cancel()
		}
	}
}

// Close ends the use of the database. Locks that are held are given back.
func (e *Engine) Close() error {
	e.end()
	e.closed.Wait()
	if e.own != nil {
		e.giveAll()
		e.own.Close()
	}
	for _, p := range e.pools {
		if p != nil {
			p.Close()
		}
	}
	return nil
}
