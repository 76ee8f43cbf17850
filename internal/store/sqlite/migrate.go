package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date. They only go up: an older release does not run over newer
// tables.
func migrate(ctx context.Context, place string, db *sql.DB) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, place, db, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return nil, fmt.Errorf("preparing migrations: %w", err)
	}
	return p, nil
}

// refuseNewer refuses tables that a newer release has made, whose rows this one would misread and
// damage. It changes nothing.
func refuseNewer(ctx context.Context, place string, db *sql.DB, p *goose.Provider) error {
	version, newest, err := versions(ctx, db, p)
	if err != nil || version <= newest {
		return err
	}
	return fmt.Errorf("%s has tables of version %d, which a newer release of Waybill made, and this one knows them "+
		"up to %d; nothing was changed: run the newer release, or put back a backup that was taken before it "+
		"(docs/backup.md)", place, version, newest)
}

// refuseOther refuses tables of any other release, for whoever works beside a service: that one may be
// of the release that the tables are of.
func refuseOther(ctx context.Context, place string, db *sql.DB) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, place, db, p); err != nil {
		return err
	}
	version, newest, err := versions(ctx, db, p)
	if err != nil || version == newest {
		return err
	}
	return fmt.Errorf("%s has tables of version %d, and this release needs version %d; nothing was changed: stop the "+
		"service that runs over it, take a backup, and run `waybill migrate` or start this release", place, version,
		newest)
}

// versions are that of the tables, 0 where there are none, and the newest that this release knows.
func versions(ctx context.Context, db *sql.DB, p *goose.Provider) (version, newest int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE name = ?1`,
		goose.DefaultTablename).Scan(&version)
	if err == nil && version > 0 {
		err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename).Scan(&version)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("reading the version of the tables: %w", err)
	}
	known := p.ListSources()
	return version, known[len(known)-1].Version, nil
}
