package sqlite

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
)

// restoredPage bounds the operations that are in memory at once.
const restoredPage = 4 * groupSize

// Restored settles the live operations of a database that was put back.
func (db *DB) Restored(ctx context.Context, since, at time.Time) (int, error) {
	connections, err := db.WaitingConnections(ctx)
	if err != nil {
		return 0, err
	}
	var count atomic.Int64
	for _, connection := range connections {
		// A page begins behind the last one, and not at the front: creates stay live.
		var last operation.Operation
		for {
			page, err := db.liveBehind(ctx, connection, last)
			if err == nil {
				err = db.restore(ctx, page, since, at, &count)
			}
			if err != nil {
				return int(count.Load()), fmt.Errorf("settling what waited in a restored database: %w", err)
			}
			if len(page) < restoredPage {
				break
			}
			last = page[len(page)-1]
		}
	}
	return int(count.Load()), nil
}

// liveBehind reads the next live operations of a connection with their attempts, in the order of
// the index over them.
func (db *DB) liveBehind(ctx context.Context, connection uuid.UUID, last operation.Operation) ([]operation.Operation, error) {
	page, err := db.operations(ctx, `WHERE connection = ?1 AND (order_key, seq) > (?2, ?3) AND `+live+`
		ORDER BY order_key, seq LIMIT ?4`, connection[:], last.OrderKey, last.Seq, restoredPage)
	if err != nil {
		return nil, err
	}
	return page, db.withAttempts(ctx, page)
}

// restore settles a page, as many at once as share a commit.
func (db *DB) restore(ctx context.Context, page []operation.Operation, since, at time.Time, count *atomic.Int64) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(groupSize)
	for _, op := range page {
		g.Go(func() error {
			s, changes, err := op.Restored(since, at)
			if err != nil || !changes {
				return err
			}
			switch err = db.Settle(ctx, s); {
			case err == nil:
				count.Add(1)
			case errors.Is(err, fence.ErrOvertaken):
				err = nil
			}
			return err
		})
	}
	return g.Wait()
}
