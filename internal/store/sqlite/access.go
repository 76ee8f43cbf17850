package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
)

// Client returns a client by id. One of the two sides is NULL, and so zero in what is returned;
// the table checks that.
func (db *DB) Client(ctx context.Context, id string) (access.Client, error) {
	c := access.Client{ID: id}
	var scopes string
	var partner, fleet uuid.NullUUID
	var partnerName, fleetName sql.NullString
	err := db.read.QueryRowContext(ctx, `SELECT c.secret_hash, c.scopes, p.id, p.name, f.id, f.name FROM client c
		LEFT JOIN partner p ON p.id = c.partner LEFT JOIN fleet f ON f.id = c.fleet WHERE c.id = ?1`, id).
		Scan(&c.SecretHash, &scopes, &partner, &partnerName, &fleet, &fleetName)
	c.Scopes = strings.Fields(scopes)
	c.Partner = access.Partner{ID: partner.UUID, Name: partnerName.String}
	c.Fleet = access.Fleet{ID: fleet.UUID, Name: fleetName.String}
	return c, missing(err, access.ErrNotFound)
}

// missing turns "no rows" into the error that the port documents.
func missing(err, as error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return as
	}
	return err
}

// SaveClient adds or replaces a client and whose it is. The owner is saved first, because the
// client refers to it.
func (db *DB) SaveClient(ctx context.Context, c access.Client) error {
	return db.audited(ctx, func(tx *tx) error {
		var err error
		if c.Fleet.ID != uuid.Nil {
			err = tx.saveFleet(c.Fleet, db.now())
		} else {
			err = tx.exec(`INSERT INTO partner (id, name) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = ?2`,
				c.Partner.ID[:], c.Partner.Name)
		}
		if err != nil {
			return err
		}
		return tx.exec(`INSERT INTO client (id, secret_hash, partner, fleet, scopes) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT DO UPDATE SET secret_hash = ?2, partner = ?3, fleet = ?4, scopes = ?5`,
			c.ID, c.SecretHash, id(c.Partner.ID), id(c.Fleet.ID), strings.Join(c.Scopes, " "))
	}, clientThing(c.ID), partnerThing(c.Partner.ID), fleetThing(c.Fleet.ID))
}

// saveFleet adds a fleet, or gives it another name. updated_at moves only if the name is another
// one: whoever saves a grant saves its fleet with it, and that is no change of the fleet.
func (t *tx) saveFleet(f access.Fleet, at time.Time) error {
	return t.exec(`INSERT INTO fleet (id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
		ON CONFLICT DO UPDATE SET name = ?2, updated_at = ?3 WHERE name <> ?2`, f.ID[:], f.Name, micros(at))
}

// Partner returns a partner by id.
func (db *DB) Partner(ctx context.Context, id uuid.UUID) (access.Partner, error) {
	p := access.Partner{ID: id}
	err := db.read.QueryRowContext(ctx, `SELECT name FROM partner WHERE id = ?1`, id[:]).Scan(&p.Name)
	return p, missing(err, access.ErrNotFound)
}

// Partners lists the partners of a name.
func (db *DB) Partners(ctx context.Context, name string) ([]access.Partner, error) {
	return list(ctx, db, `SELECT id, name FROM partner WHERE name = ?1 ORDER BY id`, func(row scanner) (p access.Partner, err error) {
		err = row.Scan(&p.ID, &p.Name)
		return p, err
	}, name)
}

// FleetsNamed lists the fleets that have a name, or that some partner knows under it.
func (db *DB) FleetsNamed(ctx context.Context, name string) ([]access.Fleet, error) {
	return list(ctx, db, `SELECT id, name, created_at, updated_at FROM fleet WHERE name = ?1
		OR id IN (SELECT fleet FROM share_grant WHERE fleet_ref = ?1 AND status <> 'deleted') ORDER BY id`, scanFleet, name)
}

// scanFleet reads id, name, created_at, updated_at.
func scanFleet(row scanner) (access.Fleet, error) {
	var f access.Fleet
	var created, updated int64
	err := row.Scan(&f.ID, &f.Name, &created, &updated)
	f.CreatedAt, f.UpdatedAt = fromMicros(created), fromMicros(updated)
	return f, err
}

// Fleets lists the fleets that a caller sees, newest first. The caller is a partner if q.Partner
// is set, and else the fleet q.Self. A partner has at most one grant in force of a fleet, so no
// fleet comes twice.
func (db *DB) Fleets(ctx context.Context, q access.FleetQuery) ([]access.KnownFleet, int, error) {
	c := conditions{}
	from := ` FROM (SELECT id, name, created_at, updated_at, '' AS ref FROM fleet)`
	if q.Partner != uuid.Nil {
		from = ` FROM (SELECT f.id, f.name, f.created_at, f.updated_at, g.fleet_ref AS ref FROM fleet f
			JOIN share_grant g ON g.fleet = f.id WHERE g.partner = ? AND ` + inForce("g", "?") + `)`
		now := micros(db.now())
		// They belong to the subquery, which stands in front of every condition.
		c.args = append(c.args, q.Partner[:], now, now)
	}
	// A partner's list may have no condition of its own, and where() needs one.
	c.add("1 = 1")
	c.addIf(q.Partner == uuid.Nil, "id = ?", q.Self[:])
	c.addIf(q.ID != uuid.Nil, "id = ?", q.ID[:])
	if len(q.Refs) > 0 {
		refs, err := text(q.Refs, true)
		if err != nil {
			return nil, 0, err
		}
		c.add("ref IN (SELECT value FROM json_each(?))", refs)
	}
	return counted(ctx, db, selection{"id, name, created_at, updated_at, ref", from, c}, q.Window,
		func(row scanner) (access.KnownFleet, error) {
			var f access.KnownFleet
			var created, updated int64
			err := row.Scan(&f.ID, &f.Name, &created, &updated, &f.Ref)
			f.CreatedAt, f.UpdatedAt = fromMicros(created), fromMicros(updated)
			return f, err
		})
}

// Revoke remembers a token's id and forgets those that have expired.
func (db *DB) Revoke(ctx context.Context, tokenID string, expires time.Time) error {
	return db.audited(ctx, func(tx *tx) error {
		// An hour past its end, so that a clock which is set back does not revive a revoked token.
		if err := tx.exec(`DELETE FROM revocation WHERE expires < ?1`, micros(db.now().Add(-time.Hour))); err != nil {
			return err
		}
		return tx.exec(`INSERT OR IGNORE INTO revocation (token, expires) VALUES (?1, ?2)`, tokenID, micros(expires))
	}, revocationThing(tokenID))
}

// Revoked tells whether a token's id was revoked.
func (db *DB) Revoked(ctx context.Context, tokenID string) (bool, error) {
	var n int
	err := db.read.QueryRowContext(ctx, `SELECT count(*) FROM revocation WHERE token = ?1`, tokenID).Scan(&n)
	return n > 0, err
}
