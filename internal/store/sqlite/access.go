package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
)

// Client returns a client by id.
func (db *DB) Client(ctx context.Context, id string) (access.Client, error) {
	c := access.Client{ID: id}
	var scopes string
	err := db.read.QueryRowContext(ctx, `SELECT c.secret_hash, c.scopes, p.id, p.name
		FROM client c JOIN partner p ON p.id = c.partner WHERE c.id = ?1`, id).
		Scan(&c.SecretHash, &scopes, &c.Partner.ID, &c.Partner.Name)
	c.Scopes = strings.Fields(scopes)
	return c, missing(err, access.ErrNotFound)
}

// missing turns "no rows" into the error that the port documents.
func missing(err, as error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return as
	}
	return err
}

// SaveClient adds or replaces a client and its partner.
func (db *DB) SaveClient(ctx context.Context, c access.Client) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.exec(`INSERT INTO partner (id, name) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = ?2`,
			c.Partner.ID[:], c.Partner.Name); err != nil {
			return err
		}
		return tx.exec(`INSERT INTO client (id, secret_hash, partner, scopes) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT DO UPDATE SET secret_hash = ?2, partner = ?3, scopes = ?4`,
			c.ID, c.SecretHash, c.Partner.ID[:], strings.Join(c.Scopes, " "))
	})
}

// SaveGrant adds or replaces a grant and its fleet.
func (db *DB) SaveGrant(ctx context.Context, g access.Grant, f access.Fleet) error {
	levels, err := json.Marshal(g.Levels, json.Deterministic(true))
	if err != nil {
		return err
	}
	return db.do(ctx, func(tx *tx) error {
		if err := tx.exec(`INSERT INTO fleet (id, name) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = ?2`,
			f.ID[:], f.Name); err != nil {
			return err
		}
		return tx.exec(`INSERT INTO share_grant (id, partner, fleet, fleet_ref, status, levels) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT DO UPDATE SET fleet_ref = ?4, status = ?5, levels = ?6`,
			g.ID[:], g.Partner[:], g.Fleet[:], g.FleetRef, g.Status, string(levels))
	})
}

// Grant returns what a fleet allowed a partner.
func (db *DB) Grant(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error) {
	g := access.Grant{Partner: partner, Fleet: fleet}
	var levels string
	err := db.read.QueryRowContext(ctx, `SELECT id, fleet_ref, status, levels FROM share_grant
		WHERE partner = ?1 AND fleet = ?2`, partner[:], fleet[:]).Scan(&g.ID, &g.FleetRef, &g.Status, &levels)
	if err != nil {
		return g, missing(err, access.ErrNotFound)
	}
	return g, json.Unmarshal([]byte(levels), &g.Levels)
}

// Grants lists what fleets allowed a partner.
func (db *DB) Grants(ctx context.Context, partner uuid.UUID) ([]access.Grant, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT id, fleet, fleet_ref, status, levels FROM share_grant
		WHERE partner = ?1 ORDER BY id`, partner[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []access.Grant
	for rows.Next() {
		g := access.Grant{Partner: partner}
		var levels string
		if err := rows.Scan(&g.ID, &g.Fleet, &g.FleetRef, &g.Status, &levels); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(levels), &g.Levels); err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, rows.Err()
}

// Revoke remembers a token's id and forgets those that have expired.
func (db *DB) Revoke(ctx context.Context, tokenID string, expires time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.exec(`DELETE FROM revocation WHERE expires < ?1`, time.Now().Add(-time.Hour).UnixMicro()); err != nil {
			return err
		}
		return tx.exec(`INSERT OR IGNORE INTO revocation (token, expires) VALUES (?1, ?2)`, tokenID, micros(expires))
	})
}

// Revoked tells whether a token's id was revoked.
func (db *DB) Revoked(ctx context.Context, tokenID string) (bool, error) {
	var n int
	err := db.read.QueryRowContext(ctx, `SELECT count(*) FROM revocation WHERE token = ?1`, tokenID).Scan(&n)
	return n > 0, err
}
