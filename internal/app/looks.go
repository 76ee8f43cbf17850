package app

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

// looks ask the database how lanes stand, for whoever looks at them. They use the connections by which lanes are carried: one
// of them, and each for as long as a list is read, so that no number of open pages keeps a lane from being carried.
type looks struct {
	ask    func(ctx context.Context, now time.Time, lanes []fence.Lane) (map[fence.Lane]riversource.Stand, error)
	turn   chan struct{}
	within time.Duration
}

// newLooks are looks by a pool.
func newLooks(pool *pgxpool.Pool, within time.Duration) *looks {
	return &looks{func(ctx context.Context, now time.Time, lanes []fence.Lane) (map[fence.Lane]riversource.Stand, error) {
		return riversource.Stands(ctx, pool, now, lanes)
	}, make(chan struct{}, 1), within}
}

// errLookLate is why a look ends whose time is over.
var errLookLate = errors.New("the time of a look at lanes is over")

// stands are riversource.Stands; a *fence.Late where they were not told in time.
func (l *looks) stands(ctx context.Context, now time.Time, lanes []fence.Lane) (map[fence.Lane]riversource.Stand, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, l.within, errLookLate)
	defer cancel()
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, l.late(ctx, ctx.Err())
	}
	found, err := l.ask(ctx, now, lanes)
	return found, l.late(ctx, err)
}

// late is an error of a look as its lateness, where it is that and the caller has not left.
func (l *looks) late(ctx context.Context, err error) error {
	if err == nil || !errors.Is(context.Cause(ctx), errLookLate) {
		return err
	}
	return &fence.Late{After: l.within, Err: err}
}
