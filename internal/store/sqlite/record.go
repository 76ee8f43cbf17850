package sqlite

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

const recordColumns = `r.id, r.kind, r.fleet, r.tsp, r.account, r.collection, r.source_id, r.synthetic, r.fields, r.source, r.hash, r.updated_at`

func scanRecord(row scanner, connection uuid.UUID) (record.Record, error) {
	r := record.Record{Connection: connection}
	var fields, source string
	var seen int64
	err := row.Scan(&r.ID, &r.Kind, &r.Fleet, &r.TSP, &r.Account, &r.Collection, &r.SourceID, &r.Synthetic,
		&fields, &source, &r.Hash, &seen)
	r.Fields, r.Source, r.SeenAt = []byte(fields), []byte(source), fromMicros(seen)
	return r, err
}

// Record returns a record that a connection reaches.
func (db *DB) Record(ctx context.Context, connection, id uuid.UUID) (record.Record, error) {
	r, err := scanRecord(db.read.QueryRowContext(ctx, `SELECT `+recordColumns+` FROM record_reach x
		JOIN record r ON r.id = x.record WHERE x.connection = ?1 AND x.record = ?2`, connection[:], id[:]), connection)
	return r, missing(err, record.ErrNotFound)
}

// RecordsOf lists the records of a kind that a connection reaches.
func (db *DB) RecordsOf(ctx context.Context, connection uuid.UUID, kind resource.Kind) ([]record.Record, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT `+recordColumns+` FROM record_reach x
		JOIN record r ON r.id = x.record WHERE x.connection = ?1 AND r.kind = ?2 ORDER BY r.collection, r.source_id`,
		connection[:], string(kind))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []record.Record
	for rows.Next() {
		r, err := scanRecord(rows, connection)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// SaveRecords adds or replaces records.
func (db *DB) SaveRecords(ctx context.Context, records []record.Record) error {
	return db.do(ctx, func(tx *tx) error {
		for _, r := range records {
			if err := tx.saveRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) saveRecord(r record.Record) error {
	err := t.exec(`INSERT INTO record (id, kind, fleet, tsp, account, collection, source_id, synthetic, fields, source, hash, created_at, updated_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
		ON CONFLICT DO UPDATE SET fields = ?9, source = ?10, hash = ?11, updated_at = ?12
		WHERE updated_at <= ?12`,
		r.ID[:], string(r.Kind), r.Fleet[:], string(r.TSP), r.Account, r.Collection, string(r.SourceID), r.Synthetic,
		string(r.Fields), string(r.Source), r.Hash, micros(r.SeenAt))
	if err != nil {
		return err
	}
	return t.exec(`INSERT OR IGNORE INTO record_reach (connection, record) VALUES (?1, ?2)`, r.Connection[:], r.ID[:])
}
