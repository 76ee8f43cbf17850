package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
)

// SaveDraft adds or replaces a draft and drops those that are past their end.
func (db *DB) SaveDraft(ctx context.Context, d connection.Draft) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.exec(`DELETE FROM connection_draft WHERE ends_at <= ?1`, micros(time.Now())); err != nil {
			return err
		}
		return tx.exec(`INSERT INTO connection_draft (id, purpose, fleet, tsp, sealed, ends_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT DO UPDATE SET sealed = ?5, ends_at = ?6`,
			d.ID[:], string(d.Purpose), d.Fleet[:], string(d.TSP), d.Sealed, micros(d.EndsAt))
	})
}

// DraftsOf lists the drafts of one purpose, fleet and TSP.
func (db *DB) DraftsOf(ctx context.Context, of connection.Draft, at time.Time) ([]connection.Draft, error) {
	return list(ctx, db, `SELECT id, sealed, ends_at FROM connection_draft
		WHERE fleet = ?1 AND tsp = ?2 AND purpose = ?3 AND ends_at > ?4`, func(row scanner) (connection.Draft, error) {
		d, ends := of, int64(0)
		err := row.Scan(&d.ID, &d.Sealed, &ends)
		d.EndsAt = fromMicros(ends)
		return d, err
	}, of.Fleet[:], string(of.TSP), string(of.Purpose), micros(at))
}

// DropDraft removes a draft.
func (db *DB) DropDraft(ctx context.Context, id uuid.UUID) error {
	return db.do(ctx, func(tx *tx) error { return tx.dropDrafts([]uuid.UUID{id}) })
}

// haveDrafts refuses unless all drafts that a connection is made of are there.
func (t *tx) haveDrafts(ids []uuid.UUID) error {
	for _, id := range ids {
		there := false
		err := t.each(`SELECT 1 FROM connection_draft WHERE id = ?1`, func(*sql.Rows) error { there = true; return nil }, id[:])
		if err != nil {
			return err
		}
		if !there {
			return refusal{connection.ErrUsed}
		}
	}
	return nil
}

func (t *tx) dropDrafts(ids []uuid.UUID) error {
	for _, id := range ids {
		if err := t.exec(`DELETE FROM connection_draft WHERE id = ?1`, id[:]); err != nil {
			return err
		}
	}
	return nil
}

// grantsOn lists the grants on a fleet that are in force.
func (t *tx) grantsOn(fleet uuid.UUID) ([]access.Grant, error) {
	var all []access.Grant
	err := t.each(`SELECT partner, fleet_ref FROM share_grant g WHERE fleet = ?1 AND `+inForce("g", "?2")+` ORDER BY id`, func(r *sql.Rows) error {
		g := access.Grant{Fleet: fleet}
		err := r.Scan(&g.Partner, &g.FleetRef)
		all = append(all, g)
		return err
	}, fleet[:], micros(time.Now()))
	return all, err
}
