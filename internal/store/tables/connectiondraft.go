package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
)

// SaveDraft adds or replaces a draft.
func (db *DB) SaveDraft(ctx context.Context, d connection.Draft) error {
	return db.audited(ctx, func(tx *tx) error {
		others, err := rows(tx, `SELECT id, ends_at FROM connection_draft WHERE maker = ?1 AND purpose = ?2
			AND id <> ?3 AND ends_at > ?4
			ORDER BY ends_at, id`, func(row scanner) (connection.Draft, error) {
			o, ends := connection.Draft{Maker: d.Maker, Purpose: d.Purpose}, int64(0)
			err := row.Scan(&o.ID, &ends)
			o.EndsAt = fromMicros(ends)
			return o, err
		}, d.Maker[:], string(d.Purpose), d.ID[:], micros(db.now()))
		if err != nil {
			return err
		}
		gone, err := d.Beside(others)
		if err != nil {
			return refusal{err}
		}
		if err := tx.eraseDrafts(gone); err != nil {
			return err
		}
		return tx.exec(`INSERT INTO connection_draft (id, purpose, fleet, tsp, maker, connection, sealed, ends_at)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET sealed = ?7, ends_at = ?8`,
			d.ID[:], string(d.Purpose), d.Fleet[:], string(d.TSP), d.Maker[:], d.Connection[:], d.Sealed,
			micros(d.EndsAt))
	}, draftThing(d.ID))
}

// DropDrafts erases drafts that are past their end.
func (db *DB) DropDrafts(ctx context.Context, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		return tx.exec(`DELETE FROM connection_draft WHERE ends_at <= ?1`, micros(at))
	})
}

// draftColumns are in the order in which scanDraft reads them.
const draftColumns = `id, purpose, fleet, tsp, maker, connection, sealed, ends_at`

func scanDraft(row scanner) (d connection.Draft, err error) {
	var ends int64
	err = row.Scan(&d.ID, &d.Purpose, &d.Fleet, &d.TSP, &d.Maker, &d.Connection, &d.Sealed, &ends)
	d.EndsAt = fromMicros(ends)
	return d, err
}

// DraftByID returns one draft.
func (db *DB) DraftByID(ctx context.Context, of connection.Draft, at time.Time) (connection.Draft, error) {
	d, err := one(ctx, db, `SELECT `+draftColumns+` FROM connection_draft
		WHERE id = ?1 AND fleet = ?2 AND tsp = ?3 AND purpose = ?4 AND ends_at > ?5`,
		scanDraft, of.ID[:], of.Fleet[:], string(of.TSP), string(of.Purpose), micros(at))
	return d, missing(err, connection.ErrNotFound)
}

// DraftsOf lists the drafts of one purpose, fleet and TSP.
func (db *DB) DraftsOf(ctx context.Context, of connection.Draft, at time.Time) ([]connection.Draft, error) {
	return list(ctx, db, `SELECT `+draftColumns+` FROM connection_draft
		WHERE fleet = ?1 AND tsp = ?2 AND purpose = ?3 AND ends_at > ?4`,
		scanDraft, of.Fleet[:], string(of.TSP), string(of.Purpose), micros(at))
}

// haveDrafts refuses unless all drafts that a connection is made of are there. The time of their
// end is not asked: a request that found a draft in time may be slow.
func (t *tx) haveDrafts(ids []uuid.UUID) error {
	for _, id := range ids {
		there, err := t.there(`SELECT 1 FROM connection_draft WHERE id = ?1`, id[:])
		if err != nil {
			return err
		}
		if !there {
			return refusal{connection.ErrUsed}
		}
	}
	return nil
}

// dropDrafts uses drafts up. With haveDrafts in the same transaction each serves one connection. Those
// that were to become a deleted connection's end with it.
func (t *tx) dropDrafts(c connection.Change) error {
	if c.To.Status == connection.Deleted {
		if err := t.exec(`DELETE FROM connection_draft WHERE connection = ?1`, c.To.ID[:]); err != nil {
			return err
		}
	}
	return t.eraseDrafts(c.Drafts)
}

func (t *tx) eraseDrafts(ids []uuid.UUID) error {
	for _, id := range ids {
		if err := t.exec(`DELETE FROM connection_draft WHERE id = ?1`, id[:]); err != nil {
			return err
		}
	}
	return nil
}
