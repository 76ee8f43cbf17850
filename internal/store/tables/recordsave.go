package tables

import (
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
)

// saveRecord adds a record or merges it into the one that is known, unless that is of another kind,
// and tells of it. One that should be new is added first, because the other way costs a statement more.
// Nothing can come between reading and writing: there is one writer.
func (t *tx) saveRecord(db *DB, r record.Record, isNew bool) error {
	if isNew {
		if added, err := t.addAndTell(db, r); added || err != nil {
			return err
		}
	}
	known, err := t.knownRecord(r.ID)
	if err == nil && known.MadeBy == uuid.Nil && r.MadeBy != uuid.Nil {
		r.MadeBy, err = t.makerOf(r)
	}
	if err == nil {
		_, err = t.saveOnto(db, r, known)
	}
	return err
}

// makerOf is the maker by which a record is kept in order that was known before its create has ended. It is none while
// updates wait in the chain of the record's own id, or that is held: those that come would pass them in another.
func (t *tx) makerOf(r record.Record) (uuid.UUID, error) {
	own := operation.UpdateKey(r.Kind, r.ID)
	waiting, err := rows(t, unfinishedQuery, scanBusy, r.Connection[:], own)
	if err != nil || len(waiting) > 0 {
		return uuid.Nil, err
	}
	until, err := t.heldUntil(r.Connection, own)
	if err != nil || until.After(r.UpdatedAt) {
		return uuid.Nil, err
	}
	return r.MadeBy, nil
}

// saveOnto is saveRecord for a record of which it is known what is stored.
func (t *tx) saveOnto(db *DB, r record.Record, known record.Known) (foreign bool, err error) {
	if known.Seq == 0 {
		_, err := t.addAndTell(db, r)
		return false, err
	}
	m := r.Onto(known)
	switch {
	case m.Foreign:
		return true, nil
	case m.News:
		if err = t.replaceRecord(m, known.Record); err == nil {
			err = t.tell(db, m.Record, m.Change, m.Record.UpdatedAt)
		}
	case m.Adopted:
		err = t.exec(`UPDATE record SET connection = ?2 WHERE seq = ?1`, m.Record.Seq, m.Record.Connection[:])
	}
	if err != nil {
		return false, err
	}
	return false, t.reach(m)
}

// addAndTell adds a record unless it is there, and tells of it.
func (t *tx) addAndTell(db *DB, r record.Record) (added bool, err error) {
	m := r.New()
	if added, err = t.addRecord(m); err == nil && added {
		err = t.tell(db, m.Record, m.Change, m.Record.UpdatedAt)
	}
	return added, err
}

// addRecord adds a record unless it is there. It tells so instead of failing where the record is
// there, since the group would be rolled back. Nobody waits for its number, which what follows reads by itself.
func (t *tx) addRecord(m record.Merge) (added bool, err error) {
	r := &m.Record
	n, err := t.expect(`INSERT INTO record (id, kind, fleet, tsp, account, collection, source_id, synthetic, imported,
		connection, shelf, sort_at, occurred_at, settled_at, created_at, updated_at, deleted_at, hash, fields, extras,
		source, made_by)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, ?17, ?18, ?19, ?20, ?21)
		ON CONFLICT (id) DO NOTHING`,
		r.ID[:], string(r.Kind), r.Fleet[:], string(r.TSP), r.Account, r.Collection, string(r.SourceID), r.Synthetic,
		r.Imported, r.Connection[:], shelfOf(*r), micros(r.SortTime()), micros(r.OccurredAt), micros(m.WrittenAt),
		micros(r.CreatedAt),
		micros(r.UpdatedAt), r.Hash, string(r.Fields), string(r.Extras), string(r.Source), id(r.MadeBy))
	if err != nil || n == 0 {
		return false, err
	}
	if err := t.addReferences(*r); err != nil {
		return false, err
	}
	return true, t.reach(m)
}

// replaceRecord writes a record anew. References are dropped as they were and added as they are:
// their keys hold the time by which lists sort, which may have changed as well. The id and what it
// is made of stay.
func (t *tx) replaceRecord(m record.Merge, known record.Record) error {
	if err := t.dropReferences(known); err != nil {
		return err
	}
	r := m.Record
	err := t.exec(`UPDATE record SET kind = ?2, synthetic = ?3, imported = ?4, connection = ?5, shelf = ?6,
		sort_at = ?7, occurred_at = ?8, settled_at = ?9, updated_at = ?10, deleted_at = 0, hash = ?11,
		fields = ?12, extras = ?13, source = ?14, made_by = ?15 WHERE seq = ?1`,
		r.Seq, string(r.Kind), r.Synthetic, r.Imported, r.Connection[:], shelfOf(r), micros(r.SortTime()),
		micros(r.OccurredAt), micros(m.WrittenAt), micros(r.UpdatedAt), r.Hash, string(r.Fields), string(r.Extras),
		string(r.Source), id(r.MadeBy))
	if err != nil {
		return err
	}
	return t.addReferences(r)
}

// seqOf is a record's number, nil for one that was added within the same write: that is read where it is needed.
func seqOf(r record.Record) any {
	if r.Seq == 0 {
		return nil
	}
	return r.Seq
}

// reach notes that a record's connection sees it. Seeing it again as it was writes nothing. An
// import that finds nothing new writes no row at all, which is what lets it run often.
func (t *tx) reach(m record.Merge) error {
	r := m.Record
	return t.exec(`INSERT INTO record_reach (connection, record, kind, seen_at, gone_at) VALUES (?1,
		coalesce(?2, (SELECT seq FROM record WHERE id = ?6)), ?3, ?4, 0)
		ON CONFLICT (connection, record) DO UPDATE SET kind = ?3, seen_at = max(record_reach.seen_at, ?4), gone_at = 0
		WHERE record_reach.gone_at > 0 OR record_reach.kind <> ?3
			OR CAST(?5 AS BIGINT) = 1 AND record_reach.seen_at < ?4`,
		r.Connection[:], seqOf(r), string(r.Kind), micros(r.SeenAt), m.News, r.ID[:])
}

// addReferences notes the members by which lists of logs are filtered. One statement for all of them would
// keep the rows aside first.
func (t *tx) addReferences(r record.Record) error {
	all, err := r.References()
	if err != nil {
		return err
	}
	for member, value := range all {
		err := t.exec(`INSERT INTO record_reference (fleet, kind, member, value, sort_at, record) VALUES
			(?1, ?2, ?3, ?4, ?5, coalesce(?6, (SELECT seq FROM record WHERE id = ?7))) ON CONFLICT DO NOTHING`,
			r.Fleet[:], string(r.Kind), member, value, micros(r.SortTime()), seqOf(r), r.ID[:])
		if err != nil {
			return err
		}
	}
	return nil
}

// dropReferences removes what addReferences noted of the record as it was.
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
