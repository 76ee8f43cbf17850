package sqlite

import (
	"context"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const connectionColumns = `id, fleet, tsp, account, status, description, settings, problem, sealed, version, created_at, updated_at`

type scanner interface{ Scan(into ...any) error }

func scanConnection(row scanner) (connection.Connection, error) {
	var c connection.Connection
	var settings string
	var created, updated int64
	err := row.Scan(&c.ID, &c.Fleet, &c.TSP, &c.Account, &c.Status, &c.Description, &settings, &c.Problem, &c.Sealed,
		&c.Version, &created, &updated)
	if err != nil {
		return c, err
	}
	c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	c.Settings, err = readSettings(settings)
	return c, err
}

// readSettings gives stored settings the types that tsp.Settings have.
func readSettings(text string) (tsp.Settings, error) {
	var raw map[string]jsontext.Value
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	out := tsp.Settings{}
	for key, value := range raw {
		var err error
		switch value.Kind() {
		case '0':
			out[key], err = strconv.ParseInt(string(value), 10, 64)
		case '[':
			var list []string
			err = json.Unmarshal(value, &list)
			out[key] = list
		default:
			var one any
			err = json.Unmarshal(value, &one)
			out[key] = one
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Connection returns a connection by id.
func (db *DB) Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error) {
	c, err := scanConnection(db.read.QueryRowContext(ctx,
		`SELECT `+connectionColumns+` FROM connection WHERE id = ?1`, id[:]))
	return c, missing(err, connection.ErrNotFound)
}

// Connections lists the connections that are not deleted, oldest first.
func (db *DB) Connections(ctx context.Context) ([]connection.Connection, error) {
	return list(ctx, db, `SELECT `+connectionColumns+` FROM connection
		WHERE status <> 'deleted' ORDER BY created_at, id`, scanConnection)
}

// ConnectionPage lists connections of fleets, newest first.
func (db *DB) ConnectionPage(ctx context.Context, q connection.Query) ([]connection.Connection, error) {
	c := conditions{}
	c.add("fleet IN (SELECT unhex(value) FROM json_each(?))", hexed(q.Fleets))
	c.add("status <> 'deleted'")
	c.addIf(q.TSP != "", "tsp = ?", string(q.TSP))
	return window(ctx, db, selection{connectionColumns, ` FROM connection`, c}, q.Window, scanConnection)
}

// InsertConnection adds a connection and wakes its lane.
func (db *DB) InsertConnection(ctx context.Context, c connection.Connection, drafts []uuid.UUID, events []event.Event) error {
	settings, err := text(map[string]any(c.Settings), true)
	if err != nil {
		return err
	}
	return db.do(ctx, func(tx *tx) error {
		if err := tx.haveDrafts(drafts); err != nil {
			return err
		}
		err := tx.exec(`INSERT INTO connection (`+connectionColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`,
			c.ID[:], c.Fleet[:], string(c.TSP), c.Account, string(c.Status), c.Description, settings, c.Problem, c.Sealed,
			c.Version, micros(c.CreatedAt), micros(c.UpdatedAt))
		if err != nil {
			return err
		}
		if err := tx.dropDrafts(drafts); err != nil {
			return err
		}
		tx.wakeLane(db, dispatch.Connections, c.ID)
		return tx.tellPartners(db, events)
	})
}

// ChangeConnection changes a connection and wakes its lane, so that it looks at the new state.
func (db *DB) ChangeConnection(ctx context.Context, c connection.Change) error {
	to := c.To
	settings, err := text(map[string]any(to.Settings), true)
	if err != nil {
		return err
	}
	return db.do(ctx, func(tx *tx) error {
		if err := tx.haveDrafts(c.Drafts); err != nil {
			return err
		}
		n, err := tx.change(`UPDATE connection SET status = ?4, description = ?5, settings = ?6, problem = ?7,
			sealed = CASE WHEN ?8 THEN ?9 ELSE sealed END, version = ?10, updated_at = ?11
			WHERE id = ?1 AND status = ?2 AND updated_at = ?3`,
			to.ID[:], string(c.From.Status), micros(c.From.UpdatedAt), string(to.Status), to.Description, settings,
			to.Problem, c.Reseal, to.Sealed, to.Version, micros(to.UpdatedAt))
		if err != nil {
			return err
		}
		if n == 0 {
			return refusal{connection.ErrOvertaken}
		}
		if err := tx.dropDrafts(c.Drafts); err != nil {
			return err
		}
		tx.wakeLane(db, dispatch.Connections, to.ID)
		return tx.tellPartners(db, c.Events)
	})
}

// SaveCredentials replaces the sealed credentials of a version.
func (db *DB) SaveCredentials(ctx context.Context, id uuid.UUID, version int64, sealed []byte) error {
	return db.do(ctx, func(tx *tx) error {
		n, err := tx.change(`UPDATE connection SET sealed = ?3 WHERE id = ?1 AND version = ?2 AND status <> 'deleted'`,
			id[:], version, sealed)
		if err == nil && n == 0 {
			return refusal{connection.ErrOvertaken}
		}
		return err
	})
}

// tellPartners publishes events, those without a partner to each partner whose grant on the
// fleet is in force, under the name by which that partner knows the fleet.
func (t *tx) tellPartners(db *DB, events []event.Event) error {
	var all []event.Event
	for _, e := range events {
		if e.Partner != uuid.Nil {
			all = append(all, e)
			continue
		}
		grants, err := t.grantsOn(e.Fleet)
		if err != nil {
			return err
		}
		for _, g := range grants {
			e.ID, e.Partner, e.FleetRef = uuid.Must(uuid.NewV7()), g.Partner, g.FleetRef
			all = append(all, e)
		}
	}
	return t.publish(db, all)
}

// wakeLane tells, once the group is committed, that a lane has something to do.
func (t *tx) wakeLane(db *DB, kind string, id uuid.UUID) {
	if db.wake != nil {
		t.woken = append(t.woken, func() { db.wake(dispatch.Lane{Kind: kind, ID: id}) })
	}
}
