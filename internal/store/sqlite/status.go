package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Status tells of the migrations that this release knows and of those that were applied by newer ones, in their
// order, beside whoever works over the file. It changes nothing.
func Status(ctx context.Context, path string) (tables engine.Tables, err error) {
	place, err := placeOf(path)
	if err != nil {
		return tables, err
	}
	if err := refuseNone(place); err != nil {
		return tables, err
	}
	db, err := open(place, 1, &guard{place: place}, "_pragma=query_only(on)")
	if err != nil {
		return tables, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := provider(db)
	if err != nil {
		return tables, err
	}
	version, newest, err := versions(ctx, db, p)
	if err != nil {
		return tables, explained(place, err)
	}
	if version > newest {
		tables.Unfit = refuseNewer(ctx, place, db, p)
	}
	for _, source := range p.ListSources() {
		tables.Migrations = append(tables.Migrations, engine.Migration{Version: source.Version, Name: source.Path})
	}
	if version > 0 {
		err = applied(ctx, db, &tables)
	}
	return tables, err
}

// applied notes when migrations were applied.
func applied(ctx context.Context, db *sql.DB, tables *engine.Tables) (err error) {
	rows, err := db.QueryContext(ctx, `SELECT version_id, CAST(strftime('%s', max(tstamp)) AS INTEGER)
		FROM `+goose.DefaultTablename+` WHERE is_applied AND version_id > 0 GROUP BY version_id ORDER BY version_id`)
	if err != nil {
		return fmt.Errorf("reading when the tables were changed: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var version, at int64
		if err := rows.Scan(&version, &at); err != nil {
			return fmt.Errorf("reading when the tables were changed: %w", err)
		}
		tables.Migrations = engine.Applied(tables.Migrations, engine.Migration{Version: version, AppliedAt: time.Unix(at, 0)})
	}
	return rows.Err()
}
