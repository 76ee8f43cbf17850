package tables

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// restoredPage bounds the operations that are in memory at once.
const restoredPage = 4 * groupSize

// Restored settles the live operations of a database that was put back.
func (db *DB) Restored(ctx context.Context, since, at time.Time, settles func(operation.Operation) time.Duration) (
	int, error) {
	connections, err := db.WaitingConnections(ctx)
	if err != nil {
		return 0, err
	}
	r := restoring{DB: db, since: since, at: at, settles: settles}
	for _, connection := range connections {
		// A page begins behind the last one, and not at the front: creates stay live.
		var last operation.Operation
		for {
			page, err := db.liveBehind(ctx, connection, last)
			if err == nil {
				err = r.settle(ctx, page)
			}
			if err != nil {
				return int(r.count.Load()), fmt.Errorf("settling what waited in a restored database: %w", err)
			}
			if len(page) < restoredPage {
				break
			}
			last = page[len(page)-1]
		}
	}
	return int(r.count.Load()), nil
}

// liveBehind reads the next live operations of a connection with their attempts, in the order of
// the index over them.
func (db *DB) liveBehind(ctx context.Context, connection uuid.UUID, last operation.Operation) (
	[]operation.Operation, error) {
	page, err := db.operations(ctx, `WHERE connection = ?1 AND (order_key, seq) > (?2, ?3) AND `+live+`
		ORDER BY order_key, seq LIMIT ?4`, connection[:], last.OrderKey, last.Seq, restoredPage)
	if err != nil {
		return nil, err
	}
	return page, db.withAttempts(ctx, page)
}

// restoring is one restore.
type restoring struct {
	*DB
	since, at time.Time
	settles   func(operation.Operation) time.Duration
	count     atomic.Int64
}

// settle settles a page, as many at once as share a commit.
func (r *restoring) settle(ctx context.Context, page []operation.Operation) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(groupSize)
	for _, op := range page {
		g.Go(func() error {
			s, changes, err := op.Restored(r.since, r.at)
			if err != nil || !changes {
				return err
			}
			// In front of the settlement, which keeps a restore from being repeated.
			if s.Operation.State == operation.Unknown {
				if err := r.MarkStep(ctx, op.ID, tsp.Step{Key: tsp.EveryStep}); err != nil {
					return err
				}
			}
			if h, held := s.Operation.Held(r.settles(op)); held {
				s.Hold = &h
			}
			switch err = r.Settle(ctx, s); {
			case err == nil:
				r.count.Add(1)
			case errors.Is(err, fence.ErrOvertaken):
				err = nil
			}
			return err
		})
	}
	return g.Wait()
}
