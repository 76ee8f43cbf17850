package tables

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Backlogs are searched and not listed: counting a million takes long, and nobody's write waits for it.

// OperationBacklog counts live operations by their index alone, and looks up the oldest of each connection.
func (db *DB) OperationBacklog(ctx context.Context) ([]operation.Backlog, error) {
	return search(ctx, db, `WITH lane AS (
		SELECT connection, count(*) AS waiting, min(seq) AS oldest FROM operation WHERE `+live+` GROUP BY connection
	) SELECT lane.connection, operation.tsp, lane.waiting, operation.created_at
		FROM lane CROSS JOIN operation WHERE operation.seq = lane.oldest`,
		func(row scanner) (b operation.Backlog, err error) {
			var since int64
			err = row.Scan(&b.Connection, &b.TSP, &b.Waiting, &since)
			b.Since = fromMicros(since)
			return b, err
		})
}

// DeliveryBacklog counts waiting deliveries by their index alone, and looks up the event of the oldest.
func (db *DB) DeliveryBacklog(ctx context.Context) (webhook.Backlog, error) {
	found, err := search(ctx, db, `WITH queue AS (
		SELECT count(*) AS waiting, min(seq) AS oldest FROM delivery WHERE state = 'waiting'
	) SELECT queue.waiting, coalesce((SELECT event.occurred_at FROM delivery JOIN event ON event.id = delivery.event
		WHERE delivery.seq = queue.oldest), 0) FROM queue`,
		func(row scanner) (b webhook.Backlog, err error) {
			var since int64
			err = row.Scan(&b.Waiting, &since)
			b.Since = fromMicros(since)
			return b, err
		})
	return only(found, err)
}

// ImportBacklog counts imports that are due.
func (db *DB) ImportBacklog(ctx context.Context, at time.Time) ([]record.Backlog, error) {
	return search(ctx, db, `SELECT connection.tsp, count(*), min(import_schedule.next_at)
		FROM import_schedule JOIN connection ON connection.id = import_schedule.connection
		WHERE import_schedule.next_at <= ?1 GROUP BY connection.tsp`,
		func(row scanner) (b record.Backlog, err error) {
			var since int64
			err = row.Scan(&b.TSP, &b.Due, &since)
			b.Since = fromMicros(since)
			return b, err
		}, micros(at))
}
