package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
)

const grantColumns = `id, partner, fleet, fleet_ref, status, levels, effective_at, expires_at, created_at, updated_at`

// inForce is access.Grant.InForce in SQL, for the alias of share_grant. at stands for the time
// and is used twice.
func inForce(alias, at string) string {
	return `(` + alias + `.status = 'active' AND ` + alias + `.effective_at <= ` + at +
		` AND (` + alias + `.expires_at = 0 OR ` + alias + `.expires_at > ` + at + `))`
}

// scanGrant reads a grant as it stands now.
func scanGrant(row scanner) (access.Grant, error) {
	var g access.Grant
	var levels string
	var effective, expires, created, updated int64
	err := row.Scan(&g.ID, &g.Partner, &g.Fleet, &g.FleetRef, &g.Status, &levels, &effective, &expires, &created, &updated)
	if err != nil {
		return g, missing(err, access.ErrNotFound)
	}
	g.Effective, g.Expiration = fromMicros(effective), fromMicros(expires)
	g.CreatedAt, g.UpdatedAt = fromMicros(created), fromMicros(updated)
	err = json.Unmarshal([]byte(levels), &g.Levels)
	return g.At(time.Now()), err
}

const liveFirst = ` ORDER BY status IN ('active', 'paused') DESC, created_at DESC, id DESC`

// Grant returns what a fleet allowed a partner last.
func (db *DB) Grant(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error) {
	return scanGrant(db.read.QueryRowContext(ctx, `SELECT `+grantColumns+` FROM share_grant
		WHERE partner = ?1 AND fleet = ?2`+liveFirst+` LIMIT 1`, partner[:], fleet[:]))
}

// Grants lists what fleets allowed a partner.
func (db *DB) Grants(ctx context.Context, partner uuid.UUID) ([]access.Grant, error) {
	return list(ctx, db, `SELECT `+grantColumns+` FROM share_grant WHERE partner = ?1`+liveFirst, scanGrant, partner[:])
}

// Agreement returns a grant by id.
func (db *DB) Agreement(ctx context.Context, id uuid.UUID) (access.Grant, error) {
	return scanGrant(db.read.QueryRowContext(ctx, `SELECT `+grantColumns+` FROM share_grant WHERE id = ?1`, id[:]))
}

// Agreements lists grants, newest first.
func (db *DB) Agreements(ctx context.Context, q access.AgreementQuery) ([]access.Grant, int, error) {
	now := micros(time.Now())
	c := conditions{}
	c.addIf(q.Partner != uuid.Nil, "partner = ?", q.Partner[:])
	c.addIf(q.Fleet != uuid.Nil, "fleet = ?", q.Fleet[:])
	c.addIf(q.FleetRef != "", "fleet_ref = ?", q.FleetRef)
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
	return counted(ctx, db, selection{grantColumns, ` FROM share_grant`, c}, q.Window, scanGrant)
}

// InsertAgreement adds a grant.
func (db *DB) InsertAgreement(ctx context.Context, g access.Grant) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.insertGrant(g); err != nil {
			return err
		}
		return tx.tellOfGrant(db, g, access.EventCreated)
	})
}

// insertGrant adds a grant; what has expired by its date gives way.
func (t *tx) insertGrant(g access.Grant) error {
	if err := t.fits(g); err != nil {
		return err
	}
	if err := t.retire(g); err != nil {
		return err
	}
	return t.putGrant(g)
}

// fits refuses a grant that stands in the way of another; it changes nothing.
func (t *tx) fits(g access.Grant) error {
	if err := t.freeRef(g); err != nil || !lives(g.Status) {
		return err
	}
	return t.freePlace(g)
}

// retire ends what has expired by its date and would keep the grant from its place.
func (t *tx) retire(g access.Grant) error {
	return t.exec(`UPDATE share_grant SET status = 'expired' WHERE partner = ?1 AND fleet = ?2 AND id <> ?3
		AND status = 'active' AND expires_at <> 0 AND expires_at <= ?4`, g.Partner[:], g.Fleet[:], g.ID[:], micros(g.UpdatedAt))
}

// lives tells whether a stored status keeps others from taking the grant's place.
func lives(status string) bool { return status == access.GrantActive || status == access.GrantPaused }

// freePlace refuses a second grant of a fleet to a partner.
func (t *tx) freePlace(g access.Grant) error {
	taken := false
	err := t.each(`SELECT 1 FROM share_grant WHERE partner = ?1 AND fleet = ?2 AND id <> ?3 AND (status = 'paused'
		OR status = 'active' AND (expires_at = 0 OR expires_at > ?4))`,
		func(*sql.Rows) error { taken = true; return nil }, g.Partner[:], g.Fleet[:], g.ID[:], micros(g.UpdatedAt))
	if err == nil && taken {
		return refusal{access.ErrExists}
	}
	return err
}

// freeRef refuses a reference under which the partner knows another fleet.
func (t *tx) freeRef(g access.Grant) error {
	if g.FleetRef == "" {
		return nil
	}
	taken := false
	err := t.each(`SELECT 1 FROM share_grant WHERE partner = ?1 AND fleet_ref = ?2 AND fleet <> ?3`,
		func(*sql.Rows) error { taken = true; return nil }, g.Partner[:], g.FleetRef, g.Fleet[:])
	if err == nil && taken {
		return refusal{access.ErrRefTaken}
	}
	return err
}

func (t *tx) putGrant(g access.Grant) error {
	levels, err := text(g.Levels, true)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO share_grant (`+grantColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
		ON CONFLICT (id) DO UPDATE SET fleet_ref = ?4, status = ?5, levels = ?6, effective_at = ?7, expires_at = ?8, updated_at = ?10`,
		g.ID[:], g.Partner[:], g.Fleet[:], g.FleetRef, g.Status, levels, micros(g.Effective), micros(g.Expiration),
		micros(g.CreatedAt), micros(g.UpdatedAt))
}

// tellOfGrant tells the partner of a change, and the lanes of the fleet's connections: what waits
// in them may have to end.
func (t *tx) tellOfGrant(db *DB, g access.Grant, name string) error {
	err := t.each(`SELECT id FROM connection WHERE fleet = ?1 AND status = 'active'`, func(r *sql.Rows) error {
		var id uuid.UUID
		err := r.Scan(&id)
		t.wakeLane(db, fence.Connections, id)
		return err
	}, g.Fleet[:])
	if err != nil {
		return err
	}
	e, err := g.Event(name)
	if err != nil {
		return err
	}
	return t.publish(db, []event.Event{e})
}

// ChangeAgreement changes a grant's status and dates.
func (db *DB) ChangeAgreement(ctx context.Context, from, to access.Grant) error {
	return db.do(ctx, func(tx *tx) error {
		if lives(to.Status) {
			if err := tx.freePlace(to); err != nil {
				return err
			}
			if err := tx.retire(to); err != nil {
				return err
			}
		}
		n, err := tx.change(`UPDATE share_grant SET status = ?3, effective_at = ?4, expires_at = ?5, updated_at = ?6
			WHERE id = ?1 AND updated_at = ?2`, from.ID[:], micros(from.UpdatedAt), to.Status, micros(to.Effective),
			micros(to.Expiration), micros(to.UpdatedAt))
		if err == nil && n == 0 {
			err = refusal{fence.ErrOvertaken}
		}
		if err != nil {
			return err
		}
		name := access.EventUpdated
		if to.Status == access.GrantDeleted {
			name = access.EventDeleted
		}
		return tx.tellOfGrant(db, to, name)
	})
}

// SaveGrant adds or replaces a grant and its fleet. The partner is told of what is new.
func (db *DB) SaveGrant(ctx context.Context, g access.Grant, f access.Fleet) error {
	if g.UpdatedAt.IsZero() {
		g.UpdatedAt = time.Now().UTC().Truncate(time.Microsecond)
	}
	return db.do(ctx, func(tx *tx) error {
		next, name := g, access.EventUpdated
		known, err := tx.grant(g.ID)
		switch next.CreatedAt = known.CreatedAt; {
		case errors.Is(err, access.ErrNotFound):
			next.CreatedAt, name = g.UpdatedAt, access.EventCreated
		case err != nil:
			return err
		case unchanged(known, g):
			return tx.saveFleet(f, g.UpdatedAt)
		}
		if err := tx.fits(next); err != nil {
			return err
		}
		if err := tx.saveFleet(f, g.UpdatedAt); err != nil {
			return err
		}
		if err := tx.insertGrant(next); err != nil {
			return err
		}
		return tx.tellOfGrant(db, next, name)
	})
}

func (t *tx) grant(id uuid.UUID) (g access.Grant, err error) {
	err = sql.ErrNoRows
	scanErr := t.each(`SELECT `+grantColumns+` FROM share_grant WHERE id = ?1`, func(r *sql.Rows) error {
		g, err = scanGrant(r)
		return err
	}, id[:])
	if scanErr != nil {
		return g, scanErr
	}
	return g, missing(err, access.ErrNotFound)
}

// unchanged tells whether two readings of a grant say the same.
func unchanged(a, b access.Grant) bool {
	return a.FleetRef == b.FleetRef && a.Status == b.Status && maps.Equal(a.Levels, b.Levels) &&
		a.Effective.Equal(b.Effective) && a.Expiration.Equal(b.Expiration)
}
