package postgres

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// migrateRiver makes the tables of River, which carries the lanes, or brings them up to date. Older releases of River
// go on over newer tables. It is called by one process at a time.
func migrateRiver(ctx context.Context, url string) error {
	return withRiver(ctx, url, func(m *rivermigrate.Migrator[pgx.Tx]) error {
		_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	})
}

// riverDone tells that all migrations of River that this release knows were applied.
func riverDone(ctx context.Context, url string) (done bool, err error) {
	err = withRiver(ctx, url, func(m *rivermigrate.Migrator[pgx.Tx]) error {
		seen, err := m.Validate(ctx, nil)
		if err == nil {
			done = seen.OK
		}
		return err
	})
	return done, err
}

// withRiver does something with the migrations of River.
func withRiver(ctx context.Context, url string, do func(*rivermigrate.Migrator[pgx.Tx]) error) error {
	config, err := parse(url)
	if err != nil {
		return err
	}
	// A pooler between would not carry prepared statements along.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool, err := newPool(ctx, config, 2)
	if err != nil {
		return err
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = do(m)
	}
	if err != nil {
		return fmt.Errorf("making the tables of River: %w", err)
	}
	return nil
}
