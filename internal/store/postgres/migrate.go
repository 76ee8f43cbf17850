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
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the tables, or brings them up to date, in the schema that search_path names first, beside
// replicas that work on them. One process does so at a time, in whichever of them it is called; the others then
// find it done. Tables of a newer release are left as they are: this one runs over them if they say so.
func Migrate(ctx context.Context, url string) error {
	return beside(ctx, url, func(t *target) error {
		if done, err := t.done(ctx); done || err != nil {
			return err
		}
		if err := t.refuseUnfit(ctx); err != nil {
			return err
		}
		return t.alone(ctx, func() error {
			if done, err := t.done(ctx); done || err != nil {
				return err
			}
			if err := t.noteReach(ctx); err != nil {
				return err
			}
			if err := t.up(ctx); err != nil {
				return fmt.Errorf("migrating the database: %w", err)
			}
			return migrateRiver(ctx, t.url)
		})
	})
}

// done tells that there is nothing to do. It changes nothing and waits for nobody, so that a replica of the
// release before can start while a newer one migrates.
func (t *target) done(ctx context.Context) (bool, error) {
	version, newest, err := t.versions(ctx)
	if err != nil || version < newest {
		return false, err
	}
	if err := t.refuseNewer(ctx); err != nil {
		return false, err
	}
	return riverDone(ctx, t.url)
}

// Each migration waits for the locks that it needs for seconds alone, as all others wait behind it, and is tried
// again later. Whoever waits for another process that migrates asks for its turn more often.
const (
	tries    = 60
	tryAgain = 2 * time.Second
	askAgain = 100 * time.Millisecond
)

// up applies what is pending.
func (t *target) up(ctx context.Context) error {
	for try := 1; ; try++ {
		_, err := t.provider.Up(ctx)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "55P03" && pg.Code != "40P01" {
			return err
		}
		if try == tries {
			return fmt.Errorf("tables were in use each time for two minutes; look in pg_stat_activity who keeps a "+
				"transaction open, and try again; what was applied stays: %w", err)
		}
		if err := rest(ctx, tryAgain); err != nil {
			return err
		}
	}
}

// target is the database that is migrated.
type target struct {
	url string
	// place is what operators are told of it.
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
	t := &target{url, placeOf(config), db, p}
	if err := t.carries(ctx); err != nil {
		return Explained(err)
	}
	return do(t)
}

// carries tells that the way to the database carries transactions, which a pooler may not.
func (t *target) carries(ctx context.Context) error {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return tx.Rollback()
}

// alone does something while no other process does it in the same schema. What ends the process ends that.
// A transaction holds the lock, as a pooler gives none but that a connection of its own. Who waits asks again and again, each
// time in another one: an index that is made beside writes waits for the end of all transactions in which a statement was
// looking at something when it looked.
func (t *target) alone(ctx context.Context, do func() error) (err error) {
	for {
		lock, err := t.locked(ctx)
		if err != nil {
			return fmt.Errorf("waiting for other migrations: %w", err)
		}
		if lock != nil {
			return errors.Join(do(), lock.Rollback())
		}
		if err := rest(ctx, askAgain); err != nil {
			return fmt.Errorf("waiting for other migrations: %w", err)
		}
	}
}

// locked is a transaction that holds the lock; nil while another process holds it.
func (t *target) locked(ctx context.Context) (lock *sql.Tx, err error) {
	if lock, err = t.db.BeginTx(ctx, nil); err != nil {
		return nil, err
	}
	alone := false
	if _, err = lock.ExecContext(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0; `+untimed); err == nil {
		// A statement of the extended protocol would be looking at something until the next one.
		err = lock.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock(
			hashtextextended('waybill migrates ' || current_schema(), 0))`,
			pgx.QueryExecModeSimpleProtocol).Scan(&alone)
	}
	if err != nil || !alone {
		return nil, errors.Join(err, lock.Rollback())
	}
	return lock, nil
}

// untimed has a transaction take as long as it must. Before version 17 no server bounds that.
const untimed = `SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'`

// rest waits for a while.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
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
