package tables

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// recordColumns leave out source, the largest column, which most queries do not need; scanRecord
// reads it, or what a query puts in its place, behind them. settled_at becomes SeenAt: when the
// record was last written, 0 if it was only imported.
const recordColumns = `r.seq, r.id, r.kind, r.fleet, r.tsp, r.account, r.collection, r.source_id, r.synthetic,
	r.imported, r.connection, r.occurred_at, r.settled_at, r.created_at, r.updated_at, r.deleted_at, r.hash, r.made_by,
	r.fields, r.extras`

// scanRecord reads recordColumns and a source.
func scanRecord(row scanner) (record.Record, error) {
	var r record.Record
	var occurred, settled, created, updated, deleted int64
	var fields, extras, source string
	var maker []byte
	err := row.Scan(&r.Seq, &r.ID, &r.Kind, &r.Fleet, &r.TSP, &r.Account, &r.Collection, &r.SourceID, &r.Synthetic,
		&r.Imported, &r.Connection, &occurred, &settled, &created, &updated, &deleted, &r.Hash, &maker, &fields, &extras,
		&source)
	copy(r.MadeBy[:], maker)
	r.OccurredAt, r.SeenAt, r.CreatedAt = fromMicros(occurred), fromMicros(settled), fromMicros(created)
	r.UpdatedAt, r.DeletedAt = fromMicros(updated), fromMicros(deleted)
	r.Fields, r.Extras, r.Source = []byte(fields), []byte(extras), []byte(source)
	for _, part := range []*jsontext.Value{&r.Fields, &r.Extras, &r.Source} {
		if err == nil && (!part.IsValid() || part.Kind() != '{') {
			// A hash that is no record's lets the next import bring it anew.
			*part, r.Hash, r.Damaged = jsontext.Value("{}"), "", fmt.Errorf("reading record %s: it is no JSON", r.ID)
		}
	}
	return r, err
}

// Record returns a record that a connection reaches. It is deleted for the connection as soon
// as the connection does not see it any more.
func (db *DB) Record(ctx context.Context, connection, id uuid.UUID) (record.Record, error) {
	if _, asOf := fence.AskedAsOf(ctx); asOf {
		return db.reachedRecord(ctx, connection, id)
	}
	var gone int64
	r, err := one(ctx, db, `SELECT x.gone_at, `+recordColumns+`, r.source FROM record r
		JOIN record_reach x ON x.connection = ?1 AND x.record = r.seq WHERE r.id = ?2`,
		func(row scanner) (record.Record, error) { return scanRecord(also{row, &gone}) }, connection[:], id[:])
	if r.DeletedAt.IsZero() {
		r.DeletedAt = fromMicros(gone)
	}
	// The one that was asked for, and not the one that brought the last change.
	r.Connection = connection
	return r, missing(err, record.ErrNotFound)
}

// reachedRecord is Record from memory.
func (db *DB) reachedRecord(ctx context.Context, connection, id uuid.UUID) (record.Record, error) {
	r, err := db.knownRecord(ctx, id)
	if err != nil {
		return r, err
	}
	of := named{"reach", string(connection[:]), strconv.FormatInt(r.Seq, 10)}
	gone, err := remembered(ctx, db, of, func() (int64, error) {
		gone, err := one(ctx, db, `SELECT gone_at FROM record_reach WHERE connection = ?1 AND record = ?2`,
			scanOne[int64], connection[:], r.Seq)
		return gone, missing(err, record.ErrNotFound)
	})
	if r.DeletedAt.IsZero() {
		r.DeletedAt = fromMicros(gone)
	}
	r.Connection = connection
	return r, err
}

// knownRecord is one of KnownRecords from memory, or record.ErrNotFound.
func (db *DB) knownRecord(ctx context.Context, id uuid.UUID) (record.Record, error) {
	return remembered(ctx, db, named{"record", string(id[:]), ""}, func() (record.Record, error) {
		r, err := one(ctx, db, `SELECT `+recordColumns+`, '{}' FROM record r WHERE r.id = ?1`, scanRecord, id[:])
		return r, missing(err, record.ErrNotFound)
	})
}

// also scans a column in front of those that the scanner behind it asks for.
type also struct {
	row   scanner
	first any
}

// Scan reads a row.
func (a also) Scan(into ...any) error { return a.row.Scan(append([]any{a.first}, into...)...) }

// RecordByID returns a record.
func (db *DB) RecordByID(ctx context.Context, id uuid.UUID) (record.Record, error) {
	r, err := one(ctx, db, `SELECT `+recordColumns+`, r.source FROM record r WHERE r.id = ?1`, scanRecord, id[:])
	return r, missing(err, record.ErrNotFound)
}

// KnownRecords lists those of some records that are there.
func (db *DB) KnownRecords(ctx context.Context, ids []uuid.UUID) (all []record.Record, err error) {
	if _, asOf := fence.AskedAsOf(ctx); asOf {
		for _, id := range ids {
			switch r, err := db.knownRecord(ctx, id); {
			case err == nil:
				all = append(all, r)
			case !errors.Is(err, record.ErrNotFound):
				return nil, err
			}
		}
		return all, nil
	}
	return db.records(ctx, `SELECT `+recordColumns+`, '{}' FROM record r
		WHERE r.id IN (SELECT unhex(value) FROM json_each(?1))`, hexed(ids))
}

// SourceIDs finds the TSP's ids of records that are as described.
func (db *DB) SourceIDs(ctx context.Context, as connection.Named, ids []uuid.UUID) (
	map[uuid.UUID]resource.SourceID, error) {
	type pair struct {
		ours   uuid.UUID
		theirs resource.SourceID
	}
	found, err := list(ctx, db, `SELECT id, source_id FROM record
		WHERE id IN (SELECT unhex(value) FROM json_each(?1)) AND fleet = ?2 AND tsp = ?3 AND kind = ?4
			AND deleted_at = 0 AND (?5 = '' OR account = ?5) AND (?6 = '' OR collection = ?6)`,
		func(row scanner) (p pair, err error) {
			err = row.Scan(&p.ours, &p.theirs)
			return p, err
		}, hexed(ids), as.Fleet[:], string(as.TSP), string(as.Kind), as.Account, as.Collection)
	out := map[uuid.UUID]resource.SourceID{}
	for _, p := range found {
		out[p.ours] = p.theirs
	}
	return out, err
}

// RecordsOf lists the records of a kind that a connection reaches. It is read whole; tests and the
// demonstration ask for it.
func (db *DB) RecordsOf(ctx context.Context, connection uuid.UUID, kind resource.Kind) ([]record.Record, error) {
	return db.records(ctx, `SELECT `+recordColumns+`, r.source FROM record_reach x JOIN record r ON r.seq = x.record
		WHERE x.connection = ?1 AND x.kind = ?2 AND x.gone_at = 0 ORDER BY r.collection, r.source_id`, connection[:],
		string(kind))
}

func (db *DB) records(ctx context.Context, query string, args ...any) ([]record.Record, error) {
	return list(ctx, db, query, scanRecord, args...)
}

// ReachedSince lists records that a connection reaches and has brought nothing new of. seen_at
// moves only when something new comes, so most of these were met by the sweep and found unchanged;
// the sweep knows which.
func (db *DB) ReachedSince(ctx context.Context, connection uuid.UUID, kind resource.Kind, before time.Time) (
	[]uuid.UUID, error) {
	return list(ctx, db, `SELECT r.id FROM record_reach x JOIN record r ON r.seq = x.record
		WHERE x.connection = ?1 AND x.kind = ?2 AND x.gone_at = 0 AND x.seen_at < ?3`, scanOne[uuid.UUID],
		connection[:], string(kind), micros(before))
}

// LoseRecords takes records out of a connection's reach. They are few at once (see
// record.Importer), because every other write waits for the transaction.
func (db *DB) LoseRecords(ctx context.Context, l record.Loss) error {
	return db.doAs(ctx, turn{kind: imports}, func(tx *tx) error {
		for _, id := range l.Records {
			if err := tx.loseRecord(db, l, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// loseRecord reads how every connection reaches the record, so that Loss.Of can tell whether
// another one of the fleet still has it. The connection itself is asked for even if it is deleted
// since.
func (t *tx) loseRecord(db *DB, l record.Loss, id uuid.UUID) error {
	var seq int64
	var of listened
	reaches, err := rows(t, `SELECT r.seq, r.fleet, r.kind, x.connection, x.seen_at, x.gone_at
		FROM record r JOIN record_reach x ON x.record = r.seq WHERE r.id = ?1 AND x.connection IN
		(SELECT ?2 UNION SELECT c.id FROM connection c WHERE c.fleet = r.fleet AND c.status <> 'deleted')`,
		func(row scanner) (x record.Reach, err error) {
			var seen, gone int64
			err = row.Scan(&seq, &of.fleet, &of.kind, &x.Connection, &seen, &gone)
			x.SeenAt, x.GoneAt = fromMicros(seen), fromMicros(gone)
			return x, err
		}, id[:], l.Connection[:])
	lost, deleted := l.Of(reaches)
	if err != nil || !lost {
		return err
	}
	err = t.exec(`UPDATE record_reach SET gone_at = ?3 WHERE connection = ?1 AND record = ?2`,
		l.Connection[:], seq, micros(l.At))
	if err != nil || !deleted {
		return err
	}
	err = t.exec(`UPDATE record SET deleted_at = ?2, updated_at = ?2, shelf = shelf | CAST(?3 AS BIGINT) WHERE seq = ?1`,
		seq, micros(l.At), record.ShelfDeleted|retimed)
	if err != nil {
		return err
	}
	return t.tellStored(db, of, id, record.Removed, l.At)
}

// SaveRecords adds or replaces records.
func (db *DB) SaveRecords(ctx context.Context, records []record.Record) ([]uuid.UUID, error) {
	if len(records) == 0 {
		return nil, nil
	}
	// All of a page in one write, so an import that is cut off has saved whole pages.
	return giveAs(ctx, db, turn{kind: imports}, func(tx *tx) (foreign []uuid.UUID, err error) {
		known, err := tx.knownRecords(records)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			was, there := known[r.ID]
			if !there {
				was, err = tx.knownRecord(r.ID)
			}
			// Another of the same page finds what this one leaves.
			delete(known, r.ID)
			other := false
			if err == nil {
				other, err = tx.saveOnto(db, r, was)
			}
			if err != nil {
				return nil, err
			}
			if other {
				foreign = append(foreign, r.ID)
			}
		}
		// All are of one connection where many are; it may have been deleted while they were read.
		return foreign, tx.leave(records[0].Connection)
	})
}

// knownRecords returns records as they are stored, by their ids; those that are not have a Seq of 0. All are asked
// for at once: a page waits for one answer of the database, and not for one for each of its records.
func (t *tx) knownRecords(records []record.Record) (map[uuid.UUID]record.Known, error) {
	all, ids := make(map[uuid.UUID]record.Known, len(records)), make([]uuid.UUID, len(records))
	for i, r := range records {
		ids[i], all[r.ID] = r.ID, record.Known{}
	}
	found, err := rows(t, knownQuery+`r.id IN (SELECT unhex(value) FROM json_each(?1))`, scanKnown, hexed(ids))
	for _, known := range found {
		all[known.ID] = known
	}
	return all, err
}

// knownRecord returns one of them.
func (t *tx) knownRecord(id uuid.UUID) (record.Known, error) {
	found, err := rows(t, knownQuery+`r.id = ?1`, scanKnown, id[:])
	return append(found, record.Known{})[0], err
}

// knownQuery finds records as they are stored. What Source holds is told by Hash.
const knownQuery = `SELECT CASE WHEN EXISTS (SELECT 1 FROM connection c WHERE c.id = r.connection
		AND c.status <> 'deleted') THEN 0 ELSE 1 END, ` + recordColumns + `, '{}' FROM record r WHERE `

func scanKnown(row scanner) (known record.Known, err error) {
	known.Record, err = scanRecord(also{row, &known.Orphan})
	return known, err
}
