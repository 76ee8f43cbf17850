package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
)

// permit refuses a change that its caller may not make, or no more, and founds its fleet. The grant is
// read within the transaction: it ends before the change or after it.
func (t *tx) permit(ctx context.Context, db *DB, c connection.Change) error {
	who, err := t.standing(c.Permit.Proof, db.now())
	if err != nil {
		return err
	}
	if err := who.Refuses(c.Permit.Proof); err != nil {
		return refusal{err}
	}
	founds, err := t.founds(c.Founds)
	if err != nil {
		return err
	}
	if c.Permit.Allows != nil {
		var g access.Grant
		if founds {
			g = c.Founds.Grant
		} else if g, err = t.grantBetween(c.Permit.Partner, c.To.Fleet); err != nil {
			return err
		}
		if err := c.Permit.Allows(g.At(db.now())); err != nil {
			return refusal{err}
		}
	}
	if founds {
		return t.found(ctx, db, *c.Founds)
	}
	return nil
}

// founds tells whether a grant is to be added with its fleet: it is not there yet.
func (t *tx) founds(f *connection.Founding) (bool, error) {
	if f == nil {
		return false, nil
	}
	there, err := t.there(`SELECT 1 FROM share_grant WHERE id = ?1`, f.Grant.ID[:])
	return !there, err
}

// found adds a fleet, unless it is there, and the grant that comes with it.
func (t *tx) found(ctx context.Context, db *DB, f connection.Founding) error {
	if err := t.fleetLives(f.Fleet.ID); err != nil {
		return err
	}
	if err := t.makeRoom(ctx, db, f.Grant); err != nil {
		return err
	}
	add := func() error {
		if err := t.putFleet(f.Fleet, micros(f.Grant.UpdatedAt)); err != nil {
			return err
		}
		return t.putGrant(f.Grant)
	}
	if err := t.audited(ctx, db, add, fleetThing(f.Fleet.ID), agreementThing(f.Grant.ID)); err != nil {
		return err
	}
	return t.tellOfGrant(db, f.Grant, access.EventCreated)
}

// grantBetween is DB.Grant as it is stored, within the transaction; the zero grant if there is none.
func (t *tx) grantBetween(partner, fleet uuid.UUID) (access.Grant, error) {
	all, err := rows(t, `SELECT `+grantColumns+` FROM share_grant WHERE partner = ?1 AND fleet = ?2`+liveFirst+`
		LIMIT 1`,
		scanGrant, partner[:], fleet[:])
	if err != nil || len(all) == 0 {
		return access.Grant{}, err
	}
	return all[0], nil
}
