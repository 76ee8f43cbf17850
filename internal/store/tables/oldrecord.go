package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
)

// SweepRecords looks along the table, in which records stand as they came.
func (db *DB) SweepRecords(ctx context.Context, behind int64, before time.Time) (int64, error) {
	found, err := list(ctx, db, `SELECT seq, id, kind, occurred_at, created_at, updated_at FROM record WHERE seq > ?1
		ORDER BY seq LIMIT ?2`, scanOldRecord, behind, sweepLooks)
	if err != nil {
		return 0, err
	}
	past, next := oldest(found, before, func(one record.Record) bool { return one.Past(before) })
	if len(past) == 0 {
		return next, nil
	}
	return next, db.do(ctx, func(tx *tx) error {
		for _, r := range past {
			if err := tx.forgetRecord(r, before); err != nil {
				return err
			}
		}
		return nil
	})
}

// scanOldRecord reads what Record.Past asks, and where the record stands.
func scanOldRecord(row scanner) (a aged[record.Record], err error) {
	var occurred, created, updated int64
	err = row.Scan(&a.seq, &a.one.ID, &a.one.Kind, &occurred, &created, &updated)
	a.created, a.one.OccurredAt, a.one.UpdatedAt = fromMicros(created), fromMicros(occurred), fromMicros(updated)
	a.one.CreatedAt = a.created
	return a, err
}

// forgetRecord removes a record that is still past, since an import may have shown it meanwhile.
func (t *tx) forgetRecord(r record.Record, before time.Time) error {
	known, err := t.knownRecord(r.ID)
	if err != nil || known.Seq == 0 || !known.Past(before) {
		return err
	}
	return t.dropRecord(known.Record)
}

// dropRecord removes a record with what is noted of it. Only connections of its fleet reach it.
func (t *tx) dropRecord(r record.Record) error {
	if err := t.dropReferences(r); err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM record_reach WHERE record = ?1 AND connection IN (SELECT id FROM connection WHERE fleet = ?2)`,
		r.Seq, r.Fleet[:]); err != nil {
		return err
	}
	return t.exec(`DELETE FROM record WHERE seq = ?1`, r.Seq)
}

// SweepFleets asks of each deleted fleet, the newest first, whether a record of it is there, one look into an index. That
// of one that has none goes on being asked: what was under way when it was deleted may still save some.
func (db *DB) SweepFleets(ctx context.Context, before time.Time) (more bool, err error) {
	left, err := list(ctx, db, `SELECT f.id FROM fleet f INDEXED BY fleet_deleted WHERE f.deleted_at > 0 AND f.deleted_at < ?1
		AND EXISTS (SELECT 1 FROM record r WHERE r.fleet = f.id) ORDER BY f.deleted_at DESC LIMIT 1`, scanOne[uuid.UUID], micros(before))
	if err != nil || len(left) == 0 {
		return false, err
	}
	return true, db.do(ctx, func(tx *tx) error {
		some, err := rows(tx, `SELECT id FROM record WHERE fleet = ?1 LIMIT ?2`, scanOne[uuid.UUID], left[0][:], sweepRemoves)
		if err != nil {
			return err
		}
		for _, id := range some {
			known, err := tx.knownRecord(id)
			if err == nil {
				err = tx.dropRecord(known.Record)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
