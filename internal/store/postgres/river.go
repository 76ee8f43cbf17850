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
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("making the tables of River: %w", err)
	}
	return nil
}
