package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migration is a step by which the tables were changed, or would be.
type Migration struct {
	Version int64
	Name    string
	// AppliedAt is zero for one that was not applied.
	AppliedAt time.Time
}

// Migrate makes the tables, or brings them up to date, in the schema that search_path names first. One
// process does so at a time, in whichever of them it is called; the others then find it done. They only go
// up: an older release does not run over newer tables.
func Migrate(ctx context.Context, url string) error {
	return beside(ctx, url, func(t *target) error {
		if err := t.refuseUnfit(ctx); err != nil {
			return err
		}
		return t.alone(ctx, func() error {
			if err := t.refuseNewer(ctx); err != nil {
				return err
			}
			if _, err := t.provider.Up(ctx); err != nil {
				return fmt.Errorf("migrating the database: %w", err)
			}
			return migrateRiver(ctx, url)
		})
	})
}

// refuseOther refuses tables of any other release, for whoever works beside a service: that one may be of
// the release that the tables are of. It changes nothing.
func refuseOther(ctx context.Context, url string) error {
	return beside(ctx, url, func(t *target) error {
		if err := t.refuseNewer(ctx); err != nil {
			return err
		}
		version, newest, err := t.versions(ctx)
		if err != nil || version == newest {
			return err
		}
		return fmt.Errorf("%s has tables of version %d, and this release needs version %d; nothing was changed: take a "+
			"backup, and run `waybill migrate` or start this release", t.place, version, newest)
	})
}

// Status returns the migrations that this release knows, in their order. It changes nothing.
func Status(ctx context.Context, url string) (all []Migration, err error) {
	err = beside(ctx, url, func(t *target) error {
		version, _, err := t.versions(ctx)
		if err != nil {
			return err
		}
		for _, source := range t.provider.ListSources() {
			m := Migration{Version: source.Version, Name: source.Path}
			if m.Version <= version {
				err := t.db.QueryRowContext(ctx, `SELECT max(tstamp) FROM `+goose.DefaultTablename+
					` WHERE version_id = $1 AND is_applied`, m.Version).Scan(&m.AppliedAt)
				if err != nil {
					return fmt.Errorf("reading when the tables were changed: %w", err)
				}
			}
			all = append(all, m)
		}
		return nil
	})
	return all, err
}

// target is the database that is migrated.
type target struct {
	place    string
	db       *sql.DB
	provider *goose.Provider
}

// beside does something over connections of its own, which no pooler between needs to know.
func beside(ctx context.Context, url string, do func(*target) error) (err error) {
	parsed, err := parse(url)
	if err != nil {
		return err
	}
	config := parsed.ConnConfig
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return fmt.Errorf("preparing migrations: %w", err)
	}
	t := &target{placeOf(config), db, p}
	if err := db.PingContext(ctx); err != nil {
		return explained(err)
	}
	return do(t)
}

// alone does something while no other process does it in the same schema. What ends the process ends that.
// A transaction holds the lock, as a pooler gives none but that a connection of its own.
func (t *target) alone(ctx context.Context, do func() error) (err error) {
	lock, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("waiting for other migrations: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Rollback()) }()
	for _, one := range []string{
		`SET LOCAL idle_in_transaction_session_timeout = 0`,
		`SELECT pg_advisory_xact_lock(hashtextextended('waybill migrates ' || current_schema(), 0))`,
	} {
		if _, err := lock.ExecContext(ctx, one); err != nil {
			return fmt.Errorf("waiting for other migrations: %w", err)
		}
	}
	return do()
}

// refuseNewer refuses tables that a newer release has made, whose rows this one would misread and damage.
// It changes nothing.
func (t *target) refuseNewer(ctx context.Context) error {
	version, newest, err := t.versions(ctx)
	if err != nil || version <= newest {
		return err
	}
	return fmt.Errorf("%s has tables of version %d, which a newer release of Waybill made, and this one knows them up "+
		"to %d; nothing was changed: run the newer release, or put back a backup that was taken before it "+
		"(docs/backup.md)", t.place, version, newest)
}

// versions are that of the tables, 0 where there are none, and the newest that this release knows.
func (t *target) versions(ctx context.Context) (version, newest int64, err error) {
	var there bool
	err = t.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_tables
		WHERE schemaname = current_schema() AND tablename = $1)`, goose.DefaultTablename).Scan(&there)
	if err == nil && there {
		err = t.db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+
			goose.DefaultTablename).Scan(&version)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("reading the version of the tables: %w", err)
	}
	known := t.provider.ListSources()
	return version, known[len(known)-1].Version, nil
}

// refuseUnfit refuses a database in which the tables could not be made, or would lie anywhere. It changes
// nothing.
func (t *target) refuseUnfit(ctx context.Context) error {
	var (
		schema string
		may    bool
	)
	err := t.db.QueryRowContext(ctx, `SELECT coalesce(current_schema(), ''),
		coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`).Scan(&schema, &may)
	switch {
	case err != nil:
		return fmt.Errorf("reading where the tables are to lie: %w", err)
	case schema == "":
		return fmt.Errorf("%s has none of the schemas that search_path names; make one with CREATE SCHEMA, or name "+
			"another one by search_path in WAYBILL_DATABASE_URL", t.place)
	case !may:
		return fmt.Errorf("the user of WAYBILL_DATABASE_URL may make no tables in the schema %s of %s; allow it with GRANT "+
			"CREATE ON SCHEMA %[1]s, or let the user own it", schema, t.place)
	}
	return nil
}
