package tables

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/record"
)

// SweepRecords looks along the table, in which records stand as they came.
func (db *DB) SweepRecords(ctx context.Context, behind int64, before time.Time) (int64, error) {
	found, err := list(ctx, db, `SELECT seq, id, kind, imported, created_at, updated_at FROM record WHERE seq > ?1
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
	var created, updated int64
	err = row.Scan(&a.seq, &a.one.ID, &a.one.Kind, &a.one.Imported, &created, &updated)
	a.created, a.one.UpdatedAt = fromMicros(created), fromMicros(updated)
	return a, err
}

// forgetRecord removes a record that is still past, since an import may have shown it meanwhile. Only connections of
// its fleet reach it.
func (t *tx) forgetRecord(r record.Record, before time.Time) error {
	known, err := t.knownRecord(r.ID)
	if err != nil || known.Seq == 0 || !known.Past(before) {
		return err
	}
	if err := t.dropReferences(known.Record); err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM record_reach WHERE record = ?1 AND connection IN (SELECT id FROM connection WHERE fleet = ?2)`,
		known.Seq, known.Fleet[:]); err != nil {
		return err
	}
	return t.exec(`DELETE FROM record WHERE seq = ?1`, known.Seq)
}
