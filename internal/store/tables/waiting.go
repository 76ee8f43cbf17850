package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// countedWaiting bounds what is counted of each connection.
const countedWaiting = 200

// waitingOfQuery counts a part of what waits for each of some connections, and tells since when the oldest of it does.
var waitingOfQuery = `SELECT lane.id,
	(SELECT count(*) FROM (SELECT 1 FROM operation INDEXED BY operation_live WHERE connection = lane.id AND ` + live + `
		LIMIT ?2) counted),
	(SELECT coalesce(min(created_at), 0) FROM (SELECT created_at FROM operation INDEXED BY operation_live
		WHERE connection = lane.id AND ` + live + ` LIMIT ?2) waiting)
	FROM (SELECT unhex(value) AS id FROM json_each(?1)) lane`

// Waiting counts in the index of what has not ended, a bounded part of it for each connection.
func (db *DB) Waiting(ctx context.Context, connections []uuid.UUID) (all []operation.Waiting, err error) {
	if len(connections) == 0 {
		return nil, nil
	}
	found, err := shown(ctx, db, waitingOfQuery, func(row scanner) (w operation.Waiting, err error) {
		var since int64
		err = row.Scan(&w.Connection, &w.N, &since)
		w.Since = fromMicros(since)
		return w, err
	}, hexed(connections), countedWaiting+1)
	for _, w := range found {
		if w.N > countedWaiting {
			w.Count, w.Since = operation.Count{N: countedWaiting, AtLeast: true}, time.Time{}
		}
		if w.N > 0 {
			all = append(all, w)
		}
	}
	return all, err
}
