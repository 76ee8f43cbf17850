package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the tables of the database that a URL names, or brings them up to date. They only go up: an older
// release does not run over newer tables. Of many that migrate at once one does and the others wait.
func Migrate(ctx context.Context, url string) error {
	return migrating(ctx, url, func(db *sql.DB, p *goose.Provider) (err error) {
		// A lock of a transaction: one of a session would stay with a pooler's.
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("migrating the database: %w", err)
		}
		defer func() { err = errors.Join(err, tx.Rollback()) }()
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(7523094288207667821)`); err != nil {
			return fmt.Errorf("migrating the database: %w", err)
		}
		if err := refuseNewer(ctx, db, p); err != nil {
			return err
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrating the database: %w", err)
		}
		return nil
	})
}

// migrating opens what migrates, for as long as do lasts.
func migrating(ctx context.Context, url string, do func(*sql.DB, *goose.Provider) error) (err error) {
	config, err := parse(url)
	if err != nil {
		return err
	}
	conn := config.ConnConfig.Copy()
	conn.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := stdlib.OpenDB(*conn)
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return fmt.Errorf("preparing migrations: %w", err)
	}
	if err := db.PingContext(ctx); err != nil {
		return explained(err)
	}
	return do(db, p)
}

// refuseNewer refuses tables that a newer release has made, whose rows this one would misread and damage.
func refuseNewer(ctx context.Context, db *sql.DB, p *goose.Provider) error {
	version, newest, err := versions(ctx, db, p)
	if err != nil || version <= newest {
		return err
	}
	return fmt.Errorf("the database has tables of version %d, which a newer release of Waybill made, and this one knows "+
		"them up to %d; nothing was changed: run the newer release, or put back a backup that was taken before it", version,
		newest)
}

// refuseOther refuses tables of any other release, for whoever works beside a service.
func refuseOther(ctx context.Context, url string) error {
	return migrating(ctx, url, func(db *sql.DB, p *goose.Provider) error {
		if err := refuseNewer(ctx, db, p); err != nil {
			return err
		}
		version, newest, err := versions(ctx, db, p)
		if err != nil || version == newest {
			return err
		}
		return fmt.Errorf("the database has tables of version %d, and this release needs version %d; nothing was changed: "+
			"take a backup, and run `waybill migrate` or start this release", version, newest)
	})
}

// versions are that of the tables, 0 where there are none, and the newest that this release knows.
func versions(ctx context.Context, db *sql.DB, p *goose.Provider) (version, newest int64, err error) {
	known := p.ListSources()
	newest = known[len(known)-1].Version
	there := false
	err = db.QueryRowContext(ctx, `SELECT to_regclass('`+goose.DefaultTablename+`') IS NOT NULL`).Scan(&there)
	if err == nil && there {
		err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename).Scan(&version)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("reading the version of the tables: %w", err)
	}
	return version, newest, nil
}
