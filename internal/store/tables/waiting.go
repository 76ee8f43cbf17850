package tables

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// countedWaiting bounds what is counted of each connection.
const countedWaiting = 200

// Waiting counts in the index of what has not ended, a bounded part of it for each connection.
func (db *DB) Waiting(ctx context.Context, connections []uuid.UUID) (all []operation.Waiting, err error) {
	ctx, end := db.listing(ctx)
	defer end()
	for _, id := range connections {
		found, err := only(shown(ctx, db, `SELECT count(*), coalesce(min(created_at), 0) FROM (SELECT created_at FROM operation
			INDEXED BY operation_live WHERE connection = ? AND `+live+` LIMIT `+strconv.Itoa(countedWaiting+1)+`) waiting`,
			func(row scanner) (w operation.Waiting, err error) {
				var since int64
				err = row.Scan(&w.N, &since)
				w.Since = fromMicros(since)
				return w, err
			}, id[:]))
		if err != nil {
			return nil, err
		}
		if found.N > countedWaiting {
			found = operation.Waiting{Count: operation.Count{N: countedWaiting, AtLeast: true}}
		}
		if found.Connection = id; found.N > 0 {
			all = append(all, found)
		}
	}
	return all, nil
}
