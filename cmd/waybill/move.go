package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
)

type moveCommand struct {
	To     string `help:"The database that is filled: postgres://... or a file path. It must be empty; a file is made." placeholder:"URL"`
	From   string `help:"The database that is moved (WAYBILL_DATABASE_URL)." placeholder:"URL"`
	DryRun bool   `help:"Tell what would be moved, beside a running service, and change nothing."`
	GiveUp bool   `help:"Stay with the database that is moved: a service may run over it again."`
}

// Help teaches the command.
func (moveCommand) Help() string {
	return `Brings everything from one database into another, from SQLite to PostgreSQL or back, with the service
stopped: all replicas of both sides. Then each row of the one is compared with that of the other. Secrets
and what is sealed come over as they are: the key (WAYBILL_KEY_FILE) stays the same.

If it ends early (Ctrl-C, a full disk, a connection that is lost, kill -9) the same command goes on where
it was. Until it is done no service starts over either database, and afterwards none over the old one,
which says where it has gone. A row that the new database cannot hold is told, and nothing is lost: the old
one is only read.

  waybill move --to postgres://waybill@db1/waybill       a password may be given as PGPASSWORD
  waybill move --from postgres://waybill@db1/waybill --to /var/lib/waybill/back.db

With --give-up the old database may be used again. If the move was done, what happened since is not in it,
and it is taken for a backup of that time: remove the new one first, or both would send what waits.`
}

// Validate refuses what leaves open what is meant.
func (m moveCommand) Validate() error {
	switch {
	case m.GiveUp && (m.To != "" || m.DryRun):
		return errors.New("--give-up is about --from or WAYBILL_DATABASE_URL alone; leave --to and --dry-run out")
	case m.GiveUp:
		return nil
	case m.To == "":
		return errors.New("where to move to is missing; give --to postgres://user@host/database or --to PATH")
	}
	if err := app.CheckMove(m.To); err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	return nil
}

// Run moves, tells what would be moved, or gives a move up.
func (m moveCommand) Run(e *environment) error {
	if m.From != "" {
		e.config.DatabaseURL = m.From
	}
	if err := e.settings(app.CheckDatabase); err != nil {
		return err
	}
	if m.GiveUp {
		return m.giveUp(e)
	}
	if m.DryRun {
		counts, err := app.PlanMove(e.ctx, e.config, m.To)
		if err != nil {
			return err
		}
		for _, c := range counts {
			fmt.Fprintf(os.Stdout, "%s: %d rows\n", c.Table, c.Rows)
		}
		fmt.Fprintln(os.Stdout, "these rows would be moved; nothing was changed")
		return nil
	}
	counts, err := app.Move(e.ctx, e.config, m.To, func(text string) { fmt.Fprintln(os.Stderr, text) })
	if err != nil {
		return err
	}
	for _, c := range counts {
		fmt.Fprintf(os.Stdout, "%s: %d rows, all equal\n", c.Table, c.Rows)
	}
	fmt.Fprintln(os.Stdout,
		"the database has moved: set WAYBILL_DATABASE_URL to the new one, and start the service over it")
	return nil
}

func (moveCommand) giveUp(e *environment) error {
	peer, stands, err := app.GiveUpMove(e.ctx, e.config)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout,
		"the move to %s is given up, and a service may run over this database again; use that one no more\n", peer)
	if !stands.IsZero() {
		fmt.Fprintf(os.Stdout,
			"it stands for %s: what happened since is not in it, and what waited then is looked up at its TSP\n",
			stands.UTC().Format(time.RFC3339))
	}
	return nil
}
