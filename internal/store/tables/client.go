package tables

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
)

// clientRows reads clients with their owners, one of which is NULL, as the table checks; and with a
// row for each secret, or one whose secret is NULL.
const clientRows = `SELECT s.hash, ` + clientShown

// clientShown is clientRows from behind the hash on, which is shown to nobody.
const clientShown = `c.id, c.scopes, c.disabled, c.generation, c.created_at, c.updated_at, p.id, p.name,
	p.created_at, f.id, f.name, f.named_by, f.details, f.created_at, f.updated_at, s.id, s.created_at,
	s.expires_at, c.strict, c.since, c.sync_events FROM client c
	LEFT JOIN partner p ON p.id = c.partner LEFT JOIN fleet f ON f.id = c.fleet LEFT JOIN client_secret s
		ON s.client = c.id`

// scanClient reads clientRows: a client with one of its secrets.
func scanClient(row scanner) (access.Client, error) {
	var hash []byte
	c, err := scanShownClient(row, &hash)
	if len(c.Secrets) > 0 {
		c.Secrets[0].Hash = hash
	}
	return c, err
}

// scanShownClient reads clientShown, and what there is before it.
func scanShownClient(row scanner, before ...any) (access.Client, error) {
	var c access.Client
	var scopes string
	var partner, fleet uuid.NullUUID
	var partnerName, fleetName, namedBy, details, secret sql.NullString
	var created, updated, since int64
	var partnerMade, fleetMade, fleetMoved, secretMade, secretEnds sql.NullInt64
	err := row.Scan(append(before, &c.ID, &scopes, &c.Disabled, &c.Generation, &created, &updated, &partner, &partnerName,
		&partnerMade, &fleet, &fleetName, &namedBy, &details, &fleetMade, &fleetMoved, &secret, &secretMade,
		&secretEnds, &c.Strict, &since, &c.SyncEvents)...)
	c.Scopes = strings.Fields(scopes)
	c.CreatedAt, c.UpdatedAt, c.Since = fromMicros(created), fromMicros(updated), fromMicros(since)
	c.Partner = access.Partner{ID: partner.UUID, Name: partnerName.String, CreatedAt: fromMicros(partnerMade.Int64)}
	c.Fleet = access.Fleet{ID: fleet.UUID, Name: fleetName.String, NamedBy: access.Namer(namedBy.String),
		Details: detailsOf(details.String), CreatedAt: fromMicros(fleetMade.Int64),
		UpdatedAt: fromMicros(fleetMoved.Int64)}
	if secret.Valid {
		c.Secrets = []access.Secret{{ID: secret.String, CreatedAt: fromMicros(secretMade.Int64),
			ExpiresAt: fromMicros(secretEnds.Int64)}}
	}
	return c, err
}

// bySecrets is the order in which the rows of a client follow each other.
const bySecrets = ` ORDER BY c.id, s.created_at, s.id`

// clients gathers the rows of each client.
func (db *DB) clients(ctx context.Context, query string, args ...any) (all []access.Client, err error) {
	found, err := list(ctx, db, query+bySecrets, scanClient, args...)
	return gathered(found), err
}

// gathered makes one client of the rows of each.
func gathered(rows []access.Client) (all []access.Client) {
	for _, one := range rows {
		if n := len(all); n > 0 && all[n-1].ID == one.ID {
			all[n-1].Secrets = append(all[n-1].Secrets, one.Secrets...)
		} else {
			all = append(all, one)
		}
	}
	return all
}

// standing is what a proof is held against, within the transaction.
func (t *tx) standing(p access.Proof, at time.Time) (s access.Standing, err error) {
	s.At = at
	found, err := rows(t, clientRows+` WHERE c.id = ?1`+bySecrets, scanClient, p.Client)
	if all := gathered(found); len(all) > 0 {
		s.Client = all[0]
	}
	if err == nil && p.Token.ID != "" {
		s.Revoked, err = t.there(`SELECT 1 `+revoked, p.Token.String(), p.Token.ID)
	}
	return s, err
}

// Client returns a client by id.
func (db *DB) Client(ctx context.Context, id string) (access.Client, error) {
	return remembered(ctx, db, named{"client", id, ""}, func() (c access.Client, err error) {
		found, err := db.clients(ctx, clientRows+` WHERE c.id = ?1`, id)
		if err == nil && len(found) == 0 {
			err = db.noClient(ctx, id)
		}
		if err != nil {
			return c, err
		}
		return found[0], nil
	})
}

// noClient is why there is no client of an id.
func (db *DB) noClient(ctx context.Context, id string) error {
	n, err := one(ctx, db, `SELECT count(*) FROM client_deleted WHERE id = ?1`, scanOne[int], id)
	switch {
	case err != nil:
		return err
	case n > 0:
		return access.ErrClientDeleted
	}
	return access.ErrNotFound
}

// AllClients lists all clients.
func (db *DB) AllClients(ctx context.Context) ([]access.Client, error) {
	return db.clients(ctx, clientRows)
}

// ClientPage reads a page along the ids, and the secrets of the clients on it.
func (db *DB) ClientPage(ctx context.Context, w page.Window) ([]access.Client, error) {
	c, direction := conditions{}, ""
	c.add("id > ?", "")
	if w.Backwards {
		direction = " DESC"
	}
	c.addIf(w.Place.Text != "", map[bool]string{false: "id > ?", true: "id < ?"}[w.Backwards], w.Place.Text)
	found, err := shown(ctx, db, `SELECT `+clientShown+` WHERE c.id IN (SELECT id FROM client`+c.where()+` ORDER BY id`+direction+
		` LIMIT `+strconv.Itoa(w.Limit)+`)`+bySecrets,
		func(row scanner) (access.Client, error) { return scanShownClient(row) }, c.args...)
	return gathered(found), err
}

// CountClients counts along the ids.
func (db *DB) CountClients(ctx context.Context, most int) (int, error) {
	return only(shown(ctx, db, `SELECT count(*) FROM (SELECT 1 FROM client WHERE id > '' LIMIT `+strconv.Itoa(most)+`) counted`,
		scanOne[int]))
}

// InsertClient adds a client, and whose it is where that is not there.
func (db *DB) InsertClient(ctx context.Context, c access.Client) error {
	return db.audited(ctx, func(tx *tx) error {
		if known, err := tx.there(`SELECT 1 FROM client WHERE id = ?1`, c.ID); err != nil || known {
			return refusedOr(err, access.ErrClientExists)
		}
		now := micros(db.now())
		if err := tx.ownerOf(c, now); err != nil {
			return err
		}
		since := int64(0)
		if deleted, err := tx.there(`SELECT 1 FROM client_deleted WHERE id = ?1`, c.ID); err != nil {
			return err
		} else if deleted {
			since = now
		}
		err := tx.exec(`INSERT INTO client (id, partner, fleet, scopes, disabled, generation, created_at, updated_at,
			strict, since, sync_events)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10)`, c.ID, id(c.Partner.ID), id(c.Fleet.ID),
			strings.Join(c.Scopes, " "), c.Disabled, c.Generation, now, c.Strict, since, c.SyncEvents)
		if err != nil {
			return err
		}
		return tx.putSecrets(c)
	}, append(secretThings(c.ID, c.Secrets...), clientThing(c.ID), partnerThing(c.Partner.ID),
		fleetThing(c.Fleet.ID))...)
}

// ownerOf adds the partner or the fleet of a client, which refers to it.
func (t *tx) ownerOf(c access.Client, now int64) error {
	if c.Fleet.ID == uuid.Nil {
		return t.exec(`INSERT INTO partner (id, name, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`,
			c.Partner.ID[:], c.Partner.Name, now)
	}
	if err := t.fleetLives(c.Fleet.ID); err != nil {
		return err
	}
	return t.putFleet(c.Fleet, now)
}

// putSecrets replaces the secrets of a client.
func (t *tx) putSecrets(c access.Client) error {
	if err := t.exec(`DELETE FROM client_secret WHERE client = ?1`, c.ID); err != nil {
		return err
	}
	for _, s := range c.Secrets {
		err := t.exec(`INSERT INTO client_secret (client, id, hash, created_at, expires_at)
			VALUES (?1, ?2, ?3, ?4, ?5)`,
			c.ID, s.ID, s.Hash, micros(s.CreatedAt), micros(s.ExpiresAt))
		if err != nil {
			return err
		}
	}
	return nil
}

// ChangeClient changes a client as it was read.
func (db *DB) ChangeClient(ctx context.Context, from, to access.Client) error {
	return db.audited(ctx, func(tx *tx) error {
		n, err := tx.change(`UPDATE client SET scopes = ?3, disabled = ?4, generation = ?5, updated_at = ?6,
			strict = ?7, since = ?8, sync_events = ?9
			WHERE id = ?1 AND updated_at = ?2`, from.ID, micros(from.UpdatedAt), strings.Join(to.Scopes, " "),
			to.Disabled, to.Generation, micros(to.UpdatedAt), to.Strict, micros(to.Since), to.SyncEvents)
		if err := overtaken(n, err); err != nil {
			return err
		}
		return tx.putSecrets(to)
	}, append(secretThings(from.ID, union(from, to)...), clientThing(from.ID))...)
}

// union are the secrets that a client has before a change or after it.
func union(from, to access.Client) []access.Secret {
	all := slices.Clone(to.Secrets)
	for _, s := range from.Secrets {
		if _, stays := to.Secret(s.ID); !stays {
			all = append(all, s)
		}
	}
	return all
}

// DeleteClient removes a client; its secrets follow it.
func (db *DB) DeleteClient(ctx context.Context, id string) error {
	return db.audited(ctx, func(tx *tx) error {
		if err := tx.keepDeleted(`id = ?1`, id); err != nil {
			return err
		}
		n, err := tx.change(`DELETE FROM client WHERE id = ?1`, id)
		if err == nil && n == 0 {
			err = refusal{access.ErrNotFound}
		}
		return err
	}, clientThing(id))
}

// keepDeleted keeps the ids of clients that are about to be deleted.
func (t *tx) keepDeleted(where string, of any) error {
	return t.exec(`INSERT INTO client_deleted (id) SELECT id FROM client WHERE `+where+` ON CONFLICT DO NOTHING`, of)
}

// refusedOr is an error of the store's, or else the refusal.
func refusedOr(err, reason error) error {
	if err != nil {
		return err
	}
	return refusal{reason}
}
