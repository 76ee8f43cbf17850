package sqlite

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
)

const connectionColumns = `id, fleet, tsp, account, status, description, sealed, version, created_at, updated_at`

type scanner interface{ Scan(into ...any) error }

func scanConnection(row scanner) (connection.Connection, error) {
	var c connection.Connection
	var created, updated int64
	err := row.Scan(&c.ID, &c.Fleet, &c.TSP, &c.Account, &c.Status, &c.Description, &c.Sealed, &c.Version, &created, &updated)
	c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	return c, err
}

// Connection returns a connection by id.
func (db *DB) Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error) {
	c, err := scanConnection(db.read.QueryRowContext(ctx,
		`SELECT `+connectionColumns+` FROM connection WHERE id = ?1`, id[:]))
	return c, missing(err, connection.ErrNotFound)
}

// Connections lists the connections that are not deleted, oldest first.
func (db *DB) Connections(ctx context.Context) ([]connection.Connection, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT `+connectionColumns+` FROM connection
		WHERE status <> 'deleted' ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []connection.Connection
	for rows.Next() {
		c, err := scanConnection(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// InsertConnection adds a connection.
func (db *DB) InsertConnection(ctx context.Context, c connection.Connection) error {
	return db.do(ctx, func(tx *tx) error {
		return tx.exec(`INSERT INTO connection (`+connectionColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`,
			c.ID[:], c.Fleet[:], string(c.TSP), c.Account, string(c.Status), c.Description, c.Sealed, c.Version,
			micros(c.CreatedAt), micros(c.UpdatedAt))
	})
}

// SetConnectionStatus changes the status; a connection that becomes active is woken.
func (db *DB) SetConnectionStatus(ctx context.Context, id uuid.UUID, to connection.Status, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		tx.wakeLane(db, dispatch.Connections, id)
		return tx.exec(`UPDATE connection SET status = ?2, updated_at = ?3 WHERE id = ?1`, id[:], string(to), micros(at))
	})
}

// wakeLane tells, once the group is committed, that a lane has something to do.
func (t *tx) wakeLane(db *DB, kind string, id uuid.UUID) {
	if db.wake != nil {
		t.woken = append(t.woken, func() { db.wake(dispatch.Lane{Kind: kind, ID: id}) })
	}
}
