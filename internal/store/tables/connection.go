package tables

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// connectionColumns are in the order in which scanConnection reads and InsertConnection writes them; the first of them are
// what may be shown.
const (
	connectionShown = `id, fleet, maker, tsp, account, status, description, settings, problem, version, created_at, updated_at,
	sync_events, verify_writes, pause, rate`
	connectionColumns = connectionShown + `, sealed`
)

// scanConnection reads connectionColumns.
func scanConnection(row scanner) (connection.Connection, error) {
	var sealed []byte
	c, err := scanShownConnection(row, &sealed)
	c.Sealed = sealed
	return c, err
}

// scanShownConnection reads connectionShown, and what else there is behind. settings is a JSON object, in which secret ones
// are masked.
func scanShownConnection(row scanner, behind ...any) (connection.Connection, error) {
	var c connection.Connection
	var settings, pause, rate string
	var created, updated int64
	err := row.Scan(append([]any{&c.ID, &c.Fleet, &c.Maker, &c.TSP, &c.Account, &c.Status, &c.Description, &settings, &c.Problem, &c.Version,
		&created, &updated, &c.SyncEvents, &c.VerifyWrites, &pause, &rate}, behind...)...)
	if err != nil {
		return c, err
	}
	c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	if err := errors.Join(readMark(pause, &c.Pause), readRate(rate, &c.Rate)); err != nil {
		return c, fmt.Errorf("reading what was done by hand to connection %s: %w", c.ID, err)
	}
	if c.Settings, err = readSettings(settings); err != nil {
		c.Damaged = fmt.Errorf("reading the settings of connection %s: %w", c.ID, err)
	}
	return c, nil
}

// readMark reads what was done by hand; an empty text stands for nothing.
func readMark[T any](text string, into *T) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// storedRate is a rate as it is stored, its period in microseconds.
type storedRate struct {
	Events int   `json:"events"`
	Period int64 `json:"period"`
	audit.Mark
}

// readRate reads a rate that an operator set; an empty text stands for none.
func readRate(text string, into *connection.Rate) error {
	var stored storedRate
	err := readMark(text, &stored)
	*into = connection.Rate{Events: stored.Events, Period: time.Duration(stored.Period) * time.Microsecond, Mark: stored.Mark}
	return err
}

// mark is what was done by hand as it is stored.
func mark[T comparable](done T) (string, error) {
	if done == *new(T) {
		return "", nil
	}
	text, err := json.Marshal(done, json.Deterministic(true))
	return string(text), err
}

// readSettings gives stored settings the types that tsp.Settings have. Left to itself the decoder
// would make float64 of numbers and []any of lists, and comparing them with what an adapter
// declares would fail.
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

// Alone tells whether no other connection leads to the account of one.
func (db *DB) Alone(ctx context.Context, c connection.Connection) (bool, error) {
	return one(ctx, db, `SELECT CASE WHEN EXISTS (SELECT 1 FROM connection WHERE tsp = ?1 AND account = ?2 AND id <> ?3
		AND status <> 'deleted') THEN 0 ELSE 1 END`, scanOne[bool], string(c.TSP), c.Account, c.ID[:])
}

// Connection returns a connection by id. A deleted one is found as well: operations and logs still
// name it.
func (db *DB) Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error) {
	c, err := remembered(ctx, db, named{"connection", string(id[:]), ""}, func() (connection.Connection, error) {
		return one(ctx, db, `SELECT `+connectionColumns+` FROM connection WHERE id = ?1`, scanConnection, id[:])
	})
	return c, missing(err, connection.ErrNotFound)
}

// Connections lists the connections that are not deleted, oldest first. It is read whole, sealed credentials and all:
// the start asks for it, and who probes, and no request does.
func (db *DB) Connections(ctx context.Context) ([]connection.Connection, error) {
	return list(ctx, db, `SELECT `+connectionColumns+` FROM connection
		WHERE status <> 'deleted' ORDER BY created_at, id`, scanConnection)
}

// ConnectionPage lists connections of fleets, newest first. No fleets select nothing, so a caller
// who reaches none cannot come to see all.
func (db *DB) ConnectionPage(ctx context.Context, q connection.Query) ([]connection.Connection, error) {
	c := conditions{}
	c.add("fleet IN (SELECT unhex(value) FROM json_each(?))", hexed(q.Fleets))
	c.add("status <> 'deleted'")
	c.addIf(q.TSP != "", "tsp = ?", string(q.TSP))
	return window(ctx, db, selection{connectionColumns, ` FROM connection`, c}, q.Window, scanConnection)
}

// InsertConnection adds a connection. Its id is the caller's choice; one that is taken is an error
// of the store.
func (db *DB) InsertConnection(ctx context.Context, made connection.Change) error {
	return db.audited(ctx, func(tx *tx) error {
		return tx.changeConnection(ctx, db, made, func(c connection.Connection, settings any) error {
			if err := tx.fleetLives(c.Fleet); err != nil {
				return err
			}
			return tx.exec(`INSERT INTO connection (`+connectionColumns+`)
				VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, '', '', ?15)`,
				c.ID[:], c.Fleet[:], c.Maker[:], string(c.TSP), c.Account, string(c.Status), c.Description, settings,
				c.Problem, c.Version, micros(c.CreatedAt), micros(c.UpdatedAt), c.SyncEvents, c.VerifyWrites, c.Sealed)
		})
	}, connectionThing(made.To.ID))
}

// ChangeConnection changes a connection.
func (db *DB) ChangeConnection(ctx context.Context, c connection.Change) error {
	pause, err := mark(c.To.Pause)
	if err != nil {
		return err
	}
	rate, err := mark(storedRate{c.To.Rate.Events, c.To.Rate.Period.Microseconds(), c.To.Rate.Mark})
	if err != nil {
		return err
	}
	return db.audited(ctx, func(tx *tx) error {
		return tx.changeConnection(ctx, db, c, func(to connection.Connection, settings any) error {
			// updated_at is compared here and not read before: two changes of one reading cannot
			// both pass.
			n, err := tx.change(`UPDATE connection SET status = ?3, description = ?4,
				settings = CASE WHEN CAST(?12 AS BIGINT) = 1 THEN settings ELSE ?5 END, problem = ?6,
				sealed = CASE WHEN CAST(?7 AS BIGINT) = 1 THEN ?8 ELSE sealed END, version = ?9, updated_at = ?10, account = ?11,
				sync_events = ?13, verify_writes = ?14, pause = ?15, rate = ?16
					WHERE id = ?1 AND updated_at = ?2`,
				to.ID[:], micros(c.From.UpdatedAt), string(to.Status), to.Description, settings,
				to.Problem, c.Reseal, to.Sealed, to.Version, micros(to.UpdatedAt), to.Account, to.Damaged != nil,
				to.SyncEvents, to.VerifyWrites, pause, rate)
			return overtaken(n, err)
		})
	}, connectionThing(c.To.ID))
}

// changeConnection writes a connection by a statement of its own and all that goes with it. The
// order matters. What may refuse (drafts, the permit, a founding, then the write itself) comes before
// anything is changed, because a refused write is committed with its group; only a new connection
// founds, and its write refuses nothing that was founded.
func (t *tx) changeConnection(ctx context.Context, db *DB, c connection.Change,
	write func(to connection.Connection, settings any) error) error {
	settings, err := text(map[string]any(c.To.Settings), true)
	if err != nil {
		return err
	}
	if err := t.haveDrafts(c.Drafts); err != nil {
		return err
	}
	if err := t.permit(ctx, db, c); err != nil {
		return err
	}
	if err := write(c.To, settings); err != nil {
		return err
	}
	if err := t.dropDrafts(c); err != nil {
		return err
	}
	if c.Reschedule {
		if err := t.reschedule(db, c); err != nil {
			return err
		}
	}
	if err := t.follow(db, c); err != nil {
		return err
	}
	t.wakeLane(db, fence.Connections, c.To.ID)
	return t.tellPartners(db, c.Events)
}

// SaveCredentials replaces the sealed credentials of a version. It leaves updated_at alone, which
// callers see: renewing a token is no change that anybody asked for.
func (db *DB) SaveCredentials(ctx context.Context, id uuid.UUID, version int64, sealed []byte) error {
	return db.do(ctx, func(tx *tx) error {
		return overtaken(tx.change(`UPDATE connection SET sealed = ?3 WHERE id = ?1 AND version = ?2
			AND status <> 'deleted'`,
			id[:], version, sealed))
	})
}

// tellPartners publishes events, each to whom it is addressed by the grants on its fleet. The
// grants are read within the transaction. A grant that ends at the same time either hears of the
// change or has ended before it.
func (t *tx) tellPartners(db *DB, events []event.Event) error {
	var all []event.Event
	for _, e := range events {
		grants, err := t.grants(`fleet = ?1`, e.Fleet[:])
		if err != nil {
			return err
		}
		all = append(all, access.Address(e, grants)...)
	}
	return t.publish(db, all)
}

// wakeLane tells, once the group is committed, that a lane has something to do. A waker that came
// before the commit would send the runner to rows that it cannot see. Lanes of writes that were
// refused may be woken with the group, which costs a look.
func (t *tx) wakeLane(db *DB, kind string, id uuid.UUID) {
	if db.wake != nil {
		t.woken = append(t.woken, func() { db.wake(fence.Lane{Kind: kind, ID: id}) })
	}
}
