package main

import (
	"fmt"
	"os"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
)

// migrateCommands are what is done about the tables. Without a word more they are brought up to date.
type migrateCommands struct {
	Up     migrateCommand       `cmd:"" default:"1" help:"Bring the database's tables up to date, making it if there is none (what migrate alone does)."`
	Status migrateStatusCommand `cmd:"" help:"Show which migrations were applied and which are pending; changes nothing."`
}

type migrateCommand struct{}

// Help teaches the command.
func (migrateCommand) Help() string {
	return `Only this command and a start (serve, dev) make a database or change its tables. A SQLite file is changed only
while no process serves it: stop the service and take a backup first. PostgreSQL is changed beside the replicas that
work on it; docs/operating.md tells how releases follow each other. Every other command refuses a database that
is not there or whose tables are of another release. Uses the database named by WAYBILL_DATABASE_URL.`
}

// Run migrates the database named by WAYBILL_DATABASE_URL.
func (migrateCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	if err := app.Migrate(e.ctx, e.config); err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "the database is up to date")
	return nil
}

type migrateStatusCommand struct{}

// Help teaches the command.
func (migrateStatusCommand) Help() string {
	return `Prints a line for each migration: its number, when it was applied or "pending", and its name. Works beside a
running service and changes nothing. Ends with 0 if the tables are up to date or of a newer release over whose
tables this one runs, with 3 if a migration is pending, and with 1 if this release does not run over them.
Uses the database named by WAYBILL_DATABASE_URL.`
}

// Run prints the state of the tables.
func (migrateStatusCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	tables, err := app.MigrationStatus(e.ctx, e.config)
	if err != nil {
		return err
	}
	for _, m := range tables.Migrations {
		name, at := m.Name, "pending"
		if name == "" {
			name = "(of a newer release)"
		}
		if !m.AppliedAt.IsZero() {
			at = m.AppliedAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(os.Stdout, "%05d  %-20s  %s\n", m.Version, at, name)
	}
	if tables.Unfit != nil {
		return tables.Unfit
	}
	if n := tables.Pending(); n > 0 {
		return pending{n}
	}
	fmt.Fprintln(os.Stdout, "the tables are up to date for this release")
	return nil
}

// pending is the end of a look at tables that are not up to date.
type pending struct{ n int }

// Error says how many migrations are to be applied, and by what.
func (p pending) Error() string {
	return fmt.Sprintf("migrations that are pending: %d; `waybill migrate`, or a start of this release, applies them", p.n)
}
