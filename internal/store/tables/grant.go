package tables

import (
	"context"
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// grantColumns are in the order in which scanGrant reads and putGrant writes them. levels is a
// JSON object from kind to level; effective_at and expires_at are 0 where there is no bound.
const grantColumns = `id, partner, fleet, fleet_ref, status, levels, effective_at, expires_at, created_at, updated_at`

// inForce is access.Grant.InForce in SQL, for lists and for the alias of share_grant. at stands for the time
// and is used twice.
func inForce(alias, at string) string {
	return `(` + alias + `.status = 'active' AND ` + alias + `.effective_at <= ` + at +
		` AND (` + alias + `.expires_at = 0 OR ` + alias + `.expires_at > ` + at + `))`
}

// grantNow reads a grant as it stands by the store's clock.
func (db *DB) grantNow(row scanner) (access.Grant, error) {
	g, err := scanGrant(row)
	return g.At(db.now()), err
}

// scanGrant reads a grant as it is stored.
func scanGrant(row scanner) (access.Grant, error) {
	var g access.Grant
	var levels string
	var effective, expires, created, updated int64
	err := row.Scan(&g.ID, &g.Partner, &g.Fleet, &g.FleetRef, &g.Status, &levels, &effective, &expires, &created,
		&updated)
	if err != nil {
		return g, missing(err, access.ErrNotFound)
	}
	g.Effective, g.Expiration = fromMicros(effective), fromMicros(expires)
	g.CreatedAt, g.UpdatedAt = fromMicros(created), fromMicros(updated)
	if err := json.Unmarshal([]byte(levels), &g.Levels); err != nil {
		g.Levels = map[resource.Kind]string{}
		g.Damaged = fmt.Errorf("reading the levels of share agreement %s: %w", g.ID, err)
	}
	return g, nil
}

// liveFirst puts the grant that counts first: at most one of a partner and a fleet lives, and of
// those that have ended the newest says how it ended.
const liveFirst = ` ORDER BY status IN ('active', 'paused') DESC, created_at DESC, id DESC`

// Grant returns what a fleet allowed a partner last.
func (db *DB) Grant(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error) {
	g, err := remembered(ctx, db, named{"grant", string(partner[:]), string(fleet[:])}, func() (access.Grant, error) {
		return one(ctx, db, `SELECT `+grantColumns+` FROM share_grant
			WHERE partner = ?1 AND fleet = ?2`+liveFirst+` LIMIT 1`, scanGrant, partner[:], fleet[:])
	})
	return g.At(db.now()), err
}

// Grants lists what fleets allowed a partner.
func (db *DB) Grants(ctx context.Context, partner uuid.UUID) ([]access.Grant, error) {
	return list(ctx, db, `SELECT `+grantColumns+` FROM share_grant WHERE partner = ?1`+liveFirst, db.grantNow,
		partner[:])
}

// GrantByRef returns the grant that a reference stands for.
func (db *DB) GrantByRef(ctx context.Context, partner uuid.UUID, ref string) (access.Grant, error) {
	return one(ctx, db, `SELECT `+grantColumns+` FROM share_grant
		WHERE partner = ?1 AND fleet_ref = ?2 AND status <> 'deleted'`+liveFirst+` LIMIT 1`, db.grantNow, partner[:], ref)
}

// GrantsBeside reads the index of references in both directions.
func (db *DB) GrantsBeside(ctx context.Context, partner uuid.UUID, ref string, most int) ([]access.Beside, error) {
	var all []access.Beside
	for _, side := range []string{`fleet_ref < ?2 ORDER BY fleet_ref DESC`, `fleet_ref > ?2 ORDER BY fleet_ref`} {
		some, err := list(ctx, db, `SELECT fleet, fleet_ref, status FROM share_grant WHERE partner = ?1 AND `+side+` LIMIT ?3`,
			scanBeside, partner[:], ref, most)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func scanBeside(row scanner) (b access.Beside, err error) {
	err = row.Scan(&b.Fleet, &b.FleetRef, &b.Status)
	return b, err
}

// Agreement returns a grant by id.
func (db *DB) Agreement(ctx context.Context, id uuid.UUID) (access.Grant, error) {
	return one(ctx, db, `SELECT `+grantColumns+` FROM share_grant WHERE id = ?1`, db.grantNow, id[:])
}

// Agreements lists grants, newest first.
func (db *DB) Agreements(ctx context.Context, q access.AgreementQuery) ([]access.Grant, int, error) {
	now := micros(db.now())
	c := conditions{}
	c.addIf(q.Partner != uuid.Nil, "partner = ?", q.Partner[:])
	c.addIf(q.Fleet != uuid.Nil, "fleet = ?", q.Fleet[:])
	c.addIf(q.FleetRef != "", "fleet_ref = ?", q.FleetRef)
	// A grant whose end has passed is active in its row until another takes its place, and yet
	// expired to whoever lists it.
	switch q.Status {
	case "":
		c.add("status <> 'deleted'")
	case access.GrantActive:
		c.add("status = 'active' AND (expires_at = 0 OR expires_at > ?)", now)
	case access.GrantExpired:
		c.add("(status = 'expired' OR status = 'active' AND expires_at <> 0 AND expires_at <= ?)", now)
	default:
		c.add("status = ?", q.Status)
	}
	return counted(ctx, db, selection{grantColumns, ` FROM share_grant`, c}, q.Window, db.grantNow)
}

// InsertAgreement adds a grant.
func (db *DB) InsertAgreement(ctx context.Context, g access.Grant) error {
	return db.audited(ctx, func(tx *tx) error {
		if err := tx.fleetIsThere(g.Fleet); err != nil {
			return err
		}
		if err := tx.makeRoom(ctx, db, g); err != nil {
			return err
		}
		before, err := tx.grants(`partner = ?1 AND fleet = ?2`, g.Partner[:], g.Fleet[:])
		if err != nil {
			return err
		}
		if err := tx.putGrant(g); err != nil {
			return err
		}
		for _, o := range before {
			move := webhook.FleetMove{Ref: o.FleetRef, NewRef: g.FleetRef}
			if err := tx.followFleet(ctx, db, g.Partner, move, g.UpdatedAt); err != nil {
				return err
			}
		}
		return tx.tellOfGrant(db, g, access.EventCreated)
	}, agreementThing(g.ID))
}

// ChangeAgreement changes a grant's reference, levels, status and dates.
func (db *DB) ChangeAgreement(ctx context.Context, from, to access.Grant) error {
	return db.audited(ctx, func(tx *tx) error {
		// Whether it moved on is asked first: a change that lost must not end others to make room.
		stored, err := tx.grants(`id = ?1 AND updated_at = ?2`, from.ID[:], micros(from.UpdatedAt))
		if err := overtaken(int64(len(stored)), err); err != nil {
			return err
		}
		if err := tx.makeRoom(ctx, db, to); err != nil {
			return err
		}
		// Partner and fleet stay those of the stored grant, whatever to says.
		if err := tx.putGrant(to); err != nil {
			return err
		}
		if err := tx.followFleet(ctx, db, stored[0].Partner,
			webhook.FleetMove{Ref: stored[0].FleetRef, NewRef: to.FleetRef}, to.UpdatedAt); err != nil {
			return err
		}
		return tx.tellOfGrant(db, to, to.Change())
	}, agreementThing(to.ID))
}

// makeRoom refuses a grant that others leave no room for, before it changes anything, and ends
// those that give way. The unique index of living grants would refuse a second one as well, but a
// failed statement rolls the whole group back.
func (t *tx) makeRoom(ctx context.Context, db *DB, g access.Grant) error {
	others, err := t.grants(`partner = ?1 AND fleet_ref = ?2
		AND NOT EXISTS (SELECT 1 FROM fleet f WHERE f.id = share_grant.fleet AND f.deleted_at <> 0)`, g.Partner[:],
		g.FleetRef)
	if err != nil {
		return err
	}
	if err := g.NameFree(others); err != nil {
		return refusal{err}
	}
	if others, err = t.grants(`partner = ?1 AND fleet = ?2`, g.Partner[:], g.Fleet[:]); err != nil {
		return err
	}
	ended, err := g.TakePlace(others)
	if err != nil {
		return refusal{err}
	}
	for _, o := range ended {
		end := func() error { return t.exec(`UPDATE share_grant SET status = ?2 WHERE id = ?1`, o.ID[:], o.Status) }
		if err := t.audited(ctx, db, end, agreementThing(o.ID)); err != nil {
			return err
		}
	}
	return nil
}

// grants reads the stored grants that a condition selects, in the order of their ids. They are as
// they are stored, not as of now: the room decides by the time of the change.
func (t *tx) grants(where string, args ...any) ([]access.Grant, error) {
	return rows(t, `SELECT `+grantColumns+` FROM share_grant WHERE `+where+` ORDER BY id`, scanGrant, args...)
}

// putGrant adds a grant or replaces the one of its id, of which partner, fleet and created_at
// stay.
func (t *tx) putGrant(g access.Grant) error {
	levels, err := text(g.Levels, true)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO share_grant (`+grantColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
		ON CONFLICT (id) DO UPDATE SET fleet_ref = ?4, status = ?5,
			levels = CASE WHEN CAST(?11 AS BIGINT) = 1 THEN share_grant.levels ELSE ?6 END,
			effective_at = ?7, expires_at = ?8, updated_at = ?10`,
		g.ID[:], g.Partner[:], g.Fleet[:], g.FleetRef, g.Status, levels, micros(g.Effective), micros(g.Expiration),
		micros(g.CreatedAt), micros(g.UpdatedAt), g.Damaged != nil && len(g.Levels) == 0)
}

// tellOfGrant writes the event of a change and wakes the lanes of the fleet's connections. Every
// connection of the fleet is woken, because what waits there for other partners cannot be told
// apart cheaply, and a look costs little.
func (t *tx) tellOfGrant(db *DB, g access.Grant, name string) error {
	connections, err := rows(t, `SELECT id FROM connection WHERE fleet = ?1 AND status <> 'deleted'`,
		scanOne[uuid.UUID], g.Fleet[:])
	if err != nil {
		return err
	}
	for _, id := range connections {
		t.wakeLane(db, fence.Connections, id)
	}
	e, err := g.Event(name)
	if err != nil {
		return err
	}
	return t.publish(db, []event.Event{e})
}
