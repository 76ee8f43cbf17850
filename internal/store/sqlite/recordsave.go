package sqlite

import (
	"database/sql"
	"fmt"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// saveRecord adds or replaces a record and notes that its connection reaches it. An imported
// one that is older than the last write of the record only tells that the record is there.
func (t *tx) saveRecord(r record.Record) error {
	if r.UpdatedAt.IsZero() {
		r.UpdatedAt = r.SeenAt
	}
	if len(r.Extras) == 0 {
		r.Extras = []byte("{}")
	}
	var stored record.Record
	if r.Imported {
		// Most imported records are there, and most written ones are not.
		var err error
		if stored, err = t.storedRecord(r.ID); err != nil {
			return err
		}
	}
	if stored.Seq == 0 {
		if added, err := t.addRecord(r); added || err != nil {
			return err
		}
		var err error
		if stored, err = t.storedRecord(r.ID); err != nil {
			return err
		}
	}
	r.Seq, r.CreatedAt = stored.Seq, stored.CreatedAt
	overtaken := r.SeenAt.Before(stored.SeenAt)
	if r.Imported {
		r.Extras, r.Synthetic = stored.Extras, stored.Synthetic
		// Adapters do not tell when an event happened; what a write told stays.
		if r.OccurredAt.IsZero() {
			r.OccurredAt = stored.OccurredAt
		}
	}
	same := r.Imported && stored.Imported && stored.DeletedAt.IsZero() && r.Hash == stored.Hash && r.Kind == stored.Kind
	if same || overtaken {
		return t.sight(r, stored)
	}
	if err := t.replaceRecord(r, stored); err != nil {
		return err
	}
	return t.reach(r, true)
}

// addRecord adds a record unless it is there.
func (t *tx) addRecord(r record.Record) (added bool, err error) {
	r.CreatedAt, r.Seq = r.UpdatedAt, 0
	err = t.each(`INSERT INTO record (id, kind, fleet, tsp, account, collection, source_id, synthetic, imported, connection,
		shelf, sort_at, occurred_at, settled_at, created_at, updated_at, deleted_at, hash, fields, extras, source)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, 0, ?16, ?17, ?18, ?19)
		ON CONFLICT (id) DO NOTHING RETURNING seq`,
		func(rows *sql.Rows) error { return rows.Scan(&r.Seq) },
		r.ID[:], string(r.Kind), r.Fleet[:], string(r.TSP), r.Account, r.Collection, string(r.SourceID), r.Synthetic, r.Imported,
		r.Connection[:], shelf(r), micros(r.SortTime()), micros(r.OccurredAt), settled(r), micros(r.UpdatedAt),
		r.Hash, string(r.Fields), string(r.Extras), string(r.Source))
	if err != nil || r.Seq == 0 {
		return false, err
	}
	if err := t.addReferences(r); err != nil {
		return false, err
	}
	return true, t.reach(r, true)
}

// settled is when the record was written; 0 for one that was imported.
func settled(r record.Record) int64 {
	if r.Imported {
		return 0
	}
	return micros(r.SeenAt)
}

// replaceRecord writes a record anew. That it was written or imported once stays known.
func (t *tx) replaceRecord(r, stored record.Record) error {
	if err := t.dropReferences(stored); err != nil {
		return err
	}
	err := t.exec(`UPDATE record SET kind = ?2, synthetic = ?3, imported = imported OR ?4, connection = ?5, shelf = ?6,
		sort_at = ?7, occurred_at = ?8, settled_at = max(settled_at, ?9), updated_at = ?10, deleted_at = 0, hash = ?11,
		fields = ?12, extras = ?13, source = ?14 WHERE seq = ?1`,
		r.Seq, string(r.Kind), r.Synthetic, r.Imported, r.Connection[:], shelf(r), micros(r.SortTime()), micros(r.OccurredAt),
		settled(r), micros(r.UpdatedAt), r.Hash, string(r.Fields), string(r.Extras), string(r.Source))
	if err != nil {
		return err
	}
	return t.addReferences(r)
}

// sight notes that a record is there as it was. One whose connection was deleted belongs to the
// connection that sees it.
func (t *tx) sight(r, stored record.Record) error {
	if stored.Connection != r.Connection {
		err := t.exec(`UPDATE record SET connection = ?2 WHERE seq = ?1 AND NOT EXISTS
			(SELECT 1 FROM connection WHERE connection.id = record.connection AND status <> 'deleted')`, r.Seq, r.Connection[:])
		if err != nil {
			return err
		}
	}
	return t.reach(r, false)
}

// reach notes that a record's connection sees it. Seeing it again as it was writes nothing.
func (t *tx) reach(r record.Record, news bool) error {
	return t.exec(`INSERT INTO record_reach (connection, record, kind, seen_at, gone_at) VALUES (?1, ?2, ?3, ?4, 0)
		ON CONFLICT DO UPDATE SET kind = ?3, seen_at = max(seen_at, ?4), gone_at = 0
		WHERE gone_at > 0 OR kind <> ?3 OR ?5 AND seen_at < ?4`,
		r.Connection[:], r.Seq, string(r.Kind), micros(r.SeenAt), news)
}

func (t *tx) addReferences(r record.Record) error {
	all, err := r.References()
	if err != nil || len(all) == 0 {
		return err
	}
	args := []any{r.Fleet[:], string(r.Kind), micros(r.SortTime()), r.Seq}
	rows := ""
	for member, value := range all {
		n := len(args)
		rows += fmt.Sprintf(", (?1, ?2, ?%d, ?%d, ?3, ?4)", n+1, n+2)
		args = append(args, member, value)
	}
	return t.exec(`INSERT OR IGNORE INTO record_reference (fleet, kind, member, value, sort_at, record) VALUES `+rows[2:], args...)
}

func (t *tx) dropReferences(r record.Record) error {
	all, err := r.References()
	if err != nil {
		return err
	}
	for member, value := range all {
		err := t.exec(`DELETE FROM record_reference WHERE fleet = ?1 AND kind = ?2 AND member = ?3 AND value = ?4
			AND sort_at = ?5 AND record = ?6`, r.Fleet[:], string(r.Kind), member, value, micros(r.SortTime()), r.Seq)
		if err != nil {
			return err
		}
	}
	return nil
}

// The shelves; see the migration.
const (
	shelfDeleted = 1
	shelfOthers  = 2
	shelfDrivers = 4
)

// shelf is where a record stands that is not deleted.
func shelf(r record.Record) int {
	drives, known := r.Drives()
	switch {
	case !known:
		return 0
	case drives:
		return shelfDrivers
	}
	return shelfOthers
}

// shelves are those on which a query finds its records.
func shelves(q record.Query) []int {
	live := []int{0}
	if q.Kind == resource.KindUser {
		live = []int{0, shelfOthers, shelfDrivers}
	}
	if q.Driver != nil {
		live = []int{shelfOthers}
		if *q.Driver {
			live = []int{shelfDrivers}
		}
	}
	all := live
	if q.Deleted {
		for _, s := range live {
			all = append(all, s|shelfDeleted)
		}
	}
	return all
}
