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
	return list(ctx, db, `SELECT `+connectionColumns+` FROM connection INDEXED BY connection_held
		WHERE status IN ('paused', 'stale', 'failed') AND id > ?1 ORDER BY id LIMIT ?2`, scanConnection, after[:], most)
}

// BusyConnections hops through the index from one connection that holds live operations to the next.
func (db *DB) BusyConnections(ctx context.Context, after uuid.UUID, most int) ([]connection.Connection, error) {
	found, err := list(ctx, db, `WITH RECURSIVE lane (conn, n) AS (
		SELECT (SELECT min(connection) FROM operation WHERE connection > ?1 AND `+live+`), 1
		UNION ALL
		SELECT (SELECT min(connection) FROM operation WHERE connection > lane.conn AND `+live+`), n + 1 FROM lane
			WHERE lane.conn IS NOT NULL AND n < ?2
	) SELECT `+connectionColumns+` FROM lane CROSS JOIN connection WHERE connection.id = lane.conn`,
		scanConnection, after[:], most)
	slices.SortFunc(found, func(a, b connection.Connection) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return found, err
}
