package tables

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
)

// HeldConnections lists connections that are in the way of their lanes, along an index that has no others.
func (db *DB) HeldConnections(ctx context.Context, after uuid.UUID, most int) ([]connection.Connection, error) {
	ctx, end := db.listing(ctx)
	defer end()
	return shown(ctx, db, `SELECT `+connectionShown+` FROM connection INDEXED BY connection_held
		WHERE status IN ('paused', 'stale', 'failed') AND id > ?1 ORDER BY id LIMIT ?2`, scanLane, after[:], most)
}

// BusyConnections hops through the index from one connection that holds live operations to the next.
func (db *DB) BusyConnections(ctx context.Context, after uuid.UUID, most int) ([]connection.Connection, error) {
	ctx, end := db.listing(ctx)
	defer end()
	found, err := shown(ctx, db, `WITH RECURSIVE lane (conn, n) AS (
		SELECT (SELECT min(connection) FROM operation WHERE connection > ?1 AND `+live+`), 1
		UNION ALL
		SELECT (SELECT min(connection) FROM operation WHERE connection > lane.conn AND `+live+`), n + 1 FROM lane
			WHERE lane.conn IS NOT NULL AND n < ?2
	) SELECT `+connectionShown+` FROM lane CROSS JOIN connection WHERE connection.id = lane.conn`,
		scanLane, after[:], most)
	slices.SortFunc(found, func(a, b connection.Connection) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return found, err
}

// scanLane reads connectionShown: whoever looks at lanes is shown no credentials.
func scanLane(row scanner) (connection.Connection, error) { return scanShownConnection(row) }
