package app

import (
	"context"
	"errors"
	"log/slog"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// LaneDesk is where an operator looks at lanes and says what becomes of them.
type LaneDesk struct {
	*lane.Service
	Connections *connection.Service
	// Many tells that several processes may work on the lanes.
	Many bool
}

// Lanes lets an operator work on the lanes of a database, which may be one that services run over: they take up what is
// changed by themselves.
func Lanes(ctx context.Context, c config.Config, log *slog.Logger, work func(*LaneDesk) error) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	closing := func(err error) error { return errors.Join(err, db.Close()) }
	registry, err := tsp.NewRegistry(all.Adapters(), nil)
	if err != nil {
		return closing(err)
	}
	// It changes how connections stand, for which nobody is called.
	stands := func(ctx context.Context, lanes []fence.Lane) (map[fence.Lane]lane.Stand, error) {
		return notedStands(ctx, db, lanes)
	}
	desk := &LaneDesk{&lane.Service{Store: db, Stands: stands}, connection.New(connection.Config{Store: db, Access: db, Records: db,
		Caller:  tsp.NewCaller(registry, outbound.TSP(outbound.Policy{}), c.CallDeadline, log),
		Fastest: perform.NewLimits(registry, nil, agreed(c)).Fastest, Now: db.Now, Log: log}), store.Shared(c.DatabaseURL)}
	if desk.Many {
		pool, _, err := postgres.Pool(ctx, c.DatabaseURL, 1)
		if err != nil {
			return closing(err)
		}
		defer pool.Close()
		by := newLooks(pool, c.ListDeadline)
		desk.Stands = func(ctx context.Context, lanes []fence.Lane) (map[fence.Lane]lane.Stand, error) {
			return sharedStands(ctx, by, db.Now(), lanes)
		}
	}
	return closing(work(desk))
}
