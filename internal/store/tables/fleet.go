package tables

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/webhook"
)

const fleetColumns = `id, name, named_by, details, created_at, updated_at`

// scanFleet reads fleetColumns.
func scanFleet(row scanner) (access.Fleet, error) {
	var f access.Fleet
	var details string
	var created, updated int64
	err := row.Scan(&f.ID, &f.Name, &f.NamedBy, &details, &created, &updated)
	f.CreatedAt, f.UpdatedAt, f.Details = fromMicros(created), fromMicros(updated), detailsOf(details)
	return f, err
}

// detailsOf is what a column of details stands for; {} is none.
func detailsOf(column string) string {
	if column == "{}" {
		return ""
	}
	return column
}

// ofDetails is its inverse.
func ofDetails(details string) string {
	if details == "" {
		return "{}"
	}
	return details
}

// InsertFleet adds a fleet with the grants by which partners know it.
func (db *DB) InsertFleet(ctx context.Context, f access.Fleet, grants ...access.Grant) error {
	things := []thing{fleetThing(f.ID)}
	for _, g := range grants {
		things = append(things, agreementThing(g.ID))
	}
	return db.audited(ctx, func(tx *tx) error {
		if known, err := tx.there(`SELECT 1 FROM fleet WHERE id = ?1`, f.ID[:]); err != nil || known {
			return refusedOr(err, access.ErrFleetExists)
		}
		for _, g := range grants {
			if err := tx.makeRoom(ctx, db, g); err != nil {
				return err
			}
		}
		if err := tx.putFleet(f, micros(db.now())); err != nil {
			return err
		}
		for _, g := range grants {
			if err := tx.putGrant(g); err != nil {
				return err
			}
			if err := tx.tellOfGrant(db, g, access.EventCreated); err != nil {
				return err
			}
		}
		return nil
	}, things...)
}

// putFleet adds a fleet. One that is there keeps its name: whoever names a fleet changes it.
func (t *tx) putFleet(f access.Fleet, at int64) error {
	by := f.NamedBy
	if by == "" {
		by = access.ByPartner
	}
	return t.exec(`INSERT INTO fleet (id, name, named_by, details, created_at, updated_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO NOTHING`, f.ID[:], f.Name, string(by), ofDetails(f.Details), at)
}

// fleetIsThere refuses a fleet that is not there, or no more.
func (t *tx) fleetIsThere(id uuid.UUID) error {
	if there, err := t.there(`SELECT 1 FROM fleet WHERE id = ?1 AND deleted_at = 0`, id[:]); err != nil || !there {
		return refusedOr(err, access.ErrNotFound)
	}
	return nil
}

// fleetLives refuses a fleet that was deleted; one that is not there may be made.
func (t *tx) fleetLives(id uuid.UUID) error {
	if gone, err := t.there(`SELECT 1 FROM fleet WHERE id = ?1 AND deleted_at <> 0`, id[:]); err != nil || gone {
		return refusedOr(err, access.ErrNotFound)
	}
	return nil
}

// ChangeFleet changes a fleet as it was read.
func (db *DB) ChangeFleet(ctx context.Context, from, to access.Fleet) error {
	return db.audited(ctx, func(tx *tx) error {
		return overtaken(tx.change(`UPDATE fleet SET name = ?3, named_by = ?4, details = ?5, updated_at = ?6
			WHERE id = ?1 AND updated_at = ?2 AND deleted_at = 0`, from.ID[:], micros(from.UpdatedAt), to.Name,
			string(to.NamedBy), ofDetails(to.Details), micros(to.UpdatedAt)))
	}, fleetThing(from.ID))
}

// DeleteFleet ends a fleet's grants, removes its clients and hides it.
func (db *DB) DeleteFleet(ctx context.Context, id uuid.UUID, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.disposable(id); err != nil {
			return err
		}
		grants, err := tx.grants(`fleet = ?1 AND status <> 'deleted'`, id[:])
		if err != nil {
			return err
		}
		for i, g := range grants {
			grants[i] = g.Ended(at)
		}
		return tx.hide(ctx, db, leaving{fleet: id, at: at, told: grants, clients: func() error {
			if err := tx.keepDeleted(`fleet = ?1`, id[:]); err != nil {
				return err
			}
			return tx.exec(`DELETE FROM client WHERE fleet = ?1`, id[:])
		}})
	})
}

// leaving is a fleet that goes.
type leaving struct {
	fleet uuid.UUID
	at    time.Time
	// silent are grants as they become before all else, and told those of whose change partners hear.
	silent, told []access.Grant
	// clients changes what becomes of the fleet's clients.
	clients func() error
}

// hide writes what becomes of what hangs on a fleet, and marks the fleet as deleted.
func (t *tx) hide(ctx context.Context, db *DB, f leaving) error {
	things := []thing{fleetThing(f.fleet)}
	for _, g := range slices.Concat(f.silent, f.told) {
		things = append(things, agreementThing(g.ID))
	}
	ids, err := rows(t, `SELECT id FROM client WHERE fleet = ?1`, scanOne[string], f.fleet[:])
	if err != nil {
		return err
	}
	for _, id := range ids {
		things = append(things, clientThing(id))
	}
	return t.audited(ctx, db, func() error {
		for _, g := range slices.Concat(f.silent, f.told) {
			if err := t.exec(`UPDATE share_grant SET status = ?2, fleet = ?3, updated_at = ?4 WHERE id = ?1`,
				g.ID[:], g.Status, g.Fleet[:], micros(g.UpdatedAt)); err != nil {
				return err
			}
		}
		for _, g := range f.told {
			if err := t.tellOfGrant(db, g, g.Change()); err != nil {
				return err
			}
		}
		if err := f.clients(); err != nil {
			return err
		}
		return t.exec(`UPDATE fleet SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1`, f.fleet[:], micros(f.at))
	}, things...)
}

// disposable refuses a fleet that is not there, or that has connections.
func (t *tx) disposable(id uuid.UUID) error {
	if err := t.fleetIsThere(id); err != nil {
		return err
	}
	if has, err := t.there(`SELECT 1 FROM connection WHERE fleet = ?1 AND status <> 'deleted'`, id[:]); err != nil ||
		has {
		return refusedOr(err, access.ErrConnected)
	}
	return nil
}

// MergeFleets gives what hangs on a fleet to another.
func (db *DB) MergeFleets(ctx context.Context, from, into uuid.UUID, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.disposable(from); err != nil {
			return err
		}
		if err := tx.fleetIsThere(into); err != nil {
			return err
		}
		grants, err := tx.grants(`fleet = ?1`, from[:])
		if err != nil {
			return err
		}
		others, err := tx.grants(`fleet = ?1`, into[:])
		if err != nil {
			return err
		}
		silent, told := access.Merged(grants, others, into, at)
		err = tx.hide(ctx, db, leaving{fleet: from, at: at, silent: silent, told: told, clients: func() error {
			return tx.exec(`UPDATE client SET fleet = ?2, generation = generation + 1, since = ?3,
				updated_at = max(updated_at + 1, ?3)
				WHERE fleet = ?1`, from[:], into[:], micros(at))
		}})
		if err != nil {
			return err
		}
		for _, g := range grants {
			move := webhook.FleetMove{Fleet: from, Into: into, Ref: g.FleetRef, NewRef: g.CalledAfter(others)}
			if err := tx.followFleet(ctx, db, g.Partner, move, at); err != nil {
				return err
			}
		}
		return nil
	})
}
