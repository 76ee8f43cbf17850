package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/demo"
)

type migrateCommand struct{}

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

type backupCommand struct {
	File string `arg:"" help:"The file to write; it must not exist."`
}

// Help teaches the command.
func (backupCommand) Help() string {
	return `Writes the whole database, as it stands at one moment, into one new file that only its owner may read.
Works beside a running service and keeps nobody waiting. Secrets stay sealed: without the key
(WAYBILL_KEY_FILE) the file opens no connection, so keep a copy of the key, and keep it elsewhere.
Uses the database named by WAYBILL_DATABASE_URL. docs/backup.md tells how to restore it, and what no
backup can hold.

  waybill backup /var/backups/waybill-2026-01-15.db`
}

// Validate refuses what can be no file.
func (b backupCommand) Validate() error {
	if strings.TrimSpace(b.File) == "" {
		return errors.New("the name of the file to write is empty")
	}
	return nil
}

// Run takes the backup.
func (b backupCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	if err := app.Backup(e.ctx, e.config, b.File); err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "the backup is in", b.File)
	return nil
}

type clientCommand struct {
	Create clientCreateCommand `cmd:"" help:"Make a client of a partner or of a fleet, or give it a new secret."`
}

type clientCreateCommand struct {
	ID      string   `arg:"" help:"The client's id."`
	Partner string   `help:"The partner's name; made if there is none of that name." xor:"owner" required:""`
	Fleet   string   `help:"The fleet: its name, its id, or a partner's reference of it; made if there is none." xor:"owner" required:""`
	Scope   []string `help:"A scope that the client gets; repeat for several. All that the owner can use if left out." aliases:"scopes"`
}

// Help teaches the command.
func (clientCreateCommand) Help() string {
	return `A partner's client submits writes and subscribes to webhooks, within what fleets grant the partner.
A fleet's client connects the fleet to its TSPs and grants partners access (share agreements); it
cannot submit writes.

Prints the client's new secret once; only a hash of it is kept. Works beside a running service.
Uses the database named by WAYBILL_DATABASE_URL.

  waybill client create dispatch --partner "My TMS"
  waybill client create acme --fleet "Acme Freight"`
}

// Validate refuses what can be no id or name.
func (c clientCreateCommand) Validate() error {
	// HTTP Basic ends the id at a colon, and clients disagree on whether + and % are escaped there.
	if c.ID == "" || strings.ContainsFunc(c.ID, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(":+%", r) }) {
		return fmt.Errorf("%q is no id of a client; write one such as dispatch, of ASCII letters, digits and signs but : + and %%", c.ID)
	}
	if c.Partner == "" && c.Fleet == "" {
		return errors.New("--partner or --fleet must name whose client it is")
	}
	return errors.Join(checkName("--partner", c.Partner), checkName("--fleet", c.Fleet))
}

// checkName refuses a name that would look like another one; "" stands for a flag that is left out.
func checkName(flag, name string) error {
	if name != strings.TrimSpace(name) || strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name) {
		return fmt.Errorf("%s is %q; leave out the space around it and what cannot be printed", flag, name)
	}
	return nil
}

// Run makes the client.
func (c clientCreateCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	var secret string
	err := app.Operate(e.ctx, e.config, func(o *access.Operator) (err error) {
		if c.Fleet != "" {
			secret, err = o.CreateFleetClient(e.ctx, c.ID, c.Fleet, c.Scope)
		} else {
			secret, err = o.CreateClient(e.ctx, c.ID, c.Partner, c.Scope)
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "client_id: %s\nclient_secret: %s\n", c.ID, secret)
	return nil
}

type simCommand struct {
	Name   string `arg:"" help:"The TSP, such as samsara."`
	Addr   string `help:"Where it listens; the default is its place in dev mode. WAYBILL_ADDR is the API's." placeholder:"HOST:PORT"`
	Dir    string `help:"Where it keeps its state; in memory if left out."`
	Limits bool   `help:"Enforce the TSP's documented rate limits." default:"true" negatable:""`
}

// Validate refuses a TSP that has no simulator.
func (s simCommand) Validate() error { return demo.CheckSimulator(s.Name) }

// Run runs the simulator until it is interrupted.
func (s simCommand) Run(e *environment) error {
	if err := e.settings(listensAt(s.Addr)); err != nil {
		return err
	}
	return demo.RunSimulator(e.ctx, demo.Simulator{Name: s.Name, Addr: s.Addr, Dir: s.Dir, Limits: s.Limits, Out: os.Stdout, Log: e.log})
}

type versionCommand struct{}

// Run prints the version that the build recorded.
func (versionCommand) Run(*environment) error {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	fmt.Fprintln(os.Stdout, "waybill", version)
	return nil
}
