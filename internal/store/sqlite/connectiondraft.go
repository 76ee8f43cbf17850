package sqlite

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
)

// SaveDraft adds or replaces a draft and drops those that are past their end. Drafts are few, so
// the old ones are dropped here and need no task of their own.
func (db *DB) SaveDraft(ctx context.Context, d connection.Draft) error {
	return db.audited(ctx, func(tx *tx) error {
		if err := tx.exec(`DELETE FROM connection_draft WHERE ends_at <= ?1`, micros(db.now())); err != nil {
			return err
		}
		return tx.exec(`INSERT INTO connection_draft (id, purpose, fleet, tsp, sealed, ends_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT DO UPDATE SET sealed = ?5, ends_at = ?6`,
			d.ID[:], string(d.Purpose), d.Fleet[:], string(d.TSP), d.Sealed, micros(d.EndsAt))
	}, draftThing(d.ID))
}

// DraftsOf lists the drafts of one purpose, fleet and TSP.
func (db *DB) DraftsOf(ctx context.Context, of connection.Draft, at time.Time) ([]connection.Draft, error) {
	return list(ctx, db, `SELECT id, sealed, ends_at FROM connection_draft
		WHERE fleet = ?1 AND tsp = ?2 AND purpose = ?3 AND ends_at > ?4`,
		func(row scanner) (connection.Draft, error) {
			d, ends := of, int64(0)
			err := row.Scan(&d.ID, &d.Sealed, &ends)
			d.EndsAt = fromMicros(ends)
			return d, err
		}, of.Fleet[:], string(of.TSP), string(of.Purpose), micros(at))
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
	for _, id := range c.Drafts {
		if err := t.exec(`DELETE FROM connection_draft WHERE id = ?1`, id[:]); err != nil {
			return err
		}
	}
	return nil
}
