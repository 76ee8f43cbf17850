package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// DeleteFleet ends everything of a fleet, which an operator names, and hides it, beside a running service
// too. It returns the fleet.
func DeleteFleet(ctx context.Context, c config.Config, log *slog.Logger, name string) (access.Fleet, error) {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return access.Fleet{}, err
	}
	registry, err := tsp.NewRegistry(all.Adapters(), nil)
	if err != nil {
		return access.Fleet{}, errors.Join(err, db.Close())
	}
	// It only ends connections, for which nobody is called.
	connections := connection.New(connection.Config{Store: db, Access: db, Records: db,
		Caller: tsp.NewCaller(registry, outbound.TSP(outbound.Policy{}), c.CallDeadline, log), Now: db.Now, Log: log})
	o := access.NewOperator(db, db.Now)
	fleet, err := o.FleetNamed(ctx, name)
	if err == nil {
		err = o.DeleteFleet(ctx, fleet.ID, disconnect(db, connections))
	}
	return fleet, errors.Join(err, db.Close())
}

// disconnect ends all connections of a fleet, one by one.
func disconnect(db connection.Store, connections *connection.Service) func(context.Context, access.Principal) error {
	return func(ctx context.Context, who access.Principal) error {
		for {
			found, err := db.ConnectionPage(ctx,
				connection.Query{Fleets: []uuid.UUID{who.Fleet.ID}, Window: page.Window{Limit: 100}})
			if err != nil {
				return fmt.Errorf("listing connections: %w", err)
			}
			if len(found) == 0 {
				return nil
			}
			for _, c := range found {
				err := connections.Delete(ctx, who, c.ID)
				// Somebody else may have deleted it meanwhile.
				if p := (*problem.Error)(nil); err != nil && !(errors.As(err, &p) && p.Code == problem.NotFound) {
					return err
				}
			}
		}
	}
}
