package app

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Migrate makes the database, or brings its tables up to date.
func Migrate(ctx context.Context, c config.Config) error {
	return store.Migrate(ctx, c.DatabaseURL, time.Now)
}

// MigrationStatus tells which migrations were applied and which are pending, and whether this release runs over the
// tables. It changes nothing.
func MigrationStatus(ctx context.Context, c config.Config) (engine.Tables, error) {
	return store.Status(ctx, c.DatabaseURL)
}

// Operate lets an operator work on the database, which may be one that a service runs over.
func Operate(ctx context.Context, c config.Config, work func(*access.Operator) error) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(work(access.NewOperator(db, db.Now)), db.Close())
}

// Operators lets whoever works on the machine work on those who sign in to the console, beside a running service too.
func Operators(ctx context.Context, c config.Config, work func(*operator.Desk) error) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(work(operator.NewDesk(db, db.Now)), db.Close())
}

// Backup writes the database, which may be one that a service runs over, into a new file.
func Backup(ctx context.Context, c config.Config, to string) error {
	return store.Backup(ctx, c.DatabaseURL, to, time.Now)
}

// openDatabase opens the database for a command that works beside a running service, which may be of an
// older release: only a start and Migrate change tables.
func openDatabase(ctx context.Context, c config.Config) (store.Store, error) {
	return store.OpenBeside(ctx, c.DatabaseURL, nil)
}
