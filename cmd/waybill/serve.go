package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
)

type serveCommand struct {
	Addr        string `help:"Where the API listens (WAYBILL_ADDR)." placeholder:"HOST:PORT"`
	DatabaseURL string `name:"database-url" help:"The database: a file path or postgres://… (WAYBILL_DATABASE_URL)." placeholder:"URL"`

	ConsoleReadOnly bool `help:"Let nobody act in the console, whatever the role (WAYBILL_CONSOLE=read_only)."`

	RestoredFrom moment `help:"When the copy was made that the database was put back from, such as 2026-01-15T03:00:00Z." placeholder:"TIME"`
}

// Help teaches the command.
func (serveCommand) Help() string {
	return `Needs WAYBILL_DATABASE_URL (a file path, or postgres://user:password@host:5432/database, which several
processes may serve) and a key that seals the secrets at rest: 32 random bytes in base64 in WAYBILL_KEY
or in the file named by WAYBILL_KEY_FILE, the same for all processes. Make one with:

  (umask 077; openssl rand -base64 32 > key)

Everything else that can be set is told by "waybill settings".

A database that was restored is known where it can be: a file of "waybill backup" says so itself, and
another copy that is older than the file beside it (PATH.lock) is found out. For any other, as a
snapshot of the whole disk or a PostgreSQL that was put back in place, give the time with
--restored-from, to one process while no other one serves: writes that waited then may have been sent
since, so creates are looked up before they are sent, and updates fail with their outcome unknown.

Ctrl-C or SIGTERM stops it: requests and attempts in flight end, and the exit code is 0. A second one
ends it at once, as kill -9 does: what was accepted is kept, and what was under way is looked up at
the next start.`
}

// moment is a time as an operator gives it.
type moment struct{ time.Time }

// UnmarshalText reads a time of RFC 3339. What the store takes for no time at all is none of a backup.
func (m *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || !t.After(time.Unix(0, 0)) {
		return fmt.Errorf("%q is not when a backup was taken; give a time such as 2026-11-26T22:45:00Z", text)
	}
	m.Time = t
	return nil
}

// readsConsole asks that there is a console where nobody is to act in it.
func (s serveCommand) readsConsole(c config.Config) error {
	if s.ConsoleReadOnly && !c.Console.On {
		return errors.New("--console-read-only has no effect while the console is off; set WAYBILL_CONSOLE=on, or leave it out")
	}
	return nil
}

// serves is what a service asks of the settings.
func serves() []need {
	return []need{config.CheckApart, app.CheckDatabase, app.CheckKey, config.CheckNoOldKey, app.CheckTLS, app.CheckConsole}
}

// Run serves until it is interrupted.
func (s serveCommand) Run(e *environment) error {
	if s.Addr != "" {
		e.config.Addr = s.Addr
	}
	if s.ConsoleReadOnly {
		e.config.Console.ReadOnly = true
	}
	if s.DatabaseURL != "" {
		e.config.DatabaseURL = s.DatabaseURL
	}
	if err := e.settings(append(serves(), listensAt(s.Addr), s.readsConsole)...); err != nil {
		return err
	}
	c := e.config
	a, err := app.Open(e.ctx, c, app.Options{Log: e.log, RestoredFrom: s.RestoredFrom.Time})
	if err != nil {
		return app.Interrupted(e.ctx, err)
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listening on %s: %w", c.Addr, err), a.Close(context.WithoutCancel(e.ctx)))
	}
	e.log.Info("serving", "addr", l.Addr().String())
	return a.Run(e.ctx, l)
}
