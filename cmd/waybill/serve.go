package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
)

type serveCommand struct {
	Addr        string `help:"Where the API listens (WAYBILL_ADDR)." placeholder:"HOST:PORT"`
	DatabaseURL string `name:"database-url" help:"The database: a file path (WAYBILL_DATABASE_URL)." placeholder:"PATH"`

	RestoredFrom time.Time `help:"The database was put back from a copy of this time, such as 2026-01-15T03:00:00Z. Needed only for copies that were not made by waybill backup." placeholder:"TIME"`
}

// Help teaches the command.
func (serveCommand) Help() string {
	return `Needs WAYBILL_DATABASE_URL (a file path) and a key that seals the secrets at rest: 32 random bytes in
base64 in WAYBILL_KEY or in the file named by WAYBILL_KEY_FILE. Make one with: openssl rand -base64 32

A database that was restored is known where it can be: a file of "waybill backup" says so itself, and
another copy that is older than the file beside it (PATH.lock) is found out. For any other, as a
snapshot of the whole disk, give the time with --restored-from: writes that waited then may have been
sent since, so creates are looked up before they are sent, and updates fail with their outcome unknown.

Ctrl-C or SIGTERM stops it: requests and attempts in flight end, and the exit code is 0.`
}

// Run serves until it is interrupted.
func (s serveCommand) Run(e *environment) error {
	c := e.config
	if s.Addr != "" {
		c.Addr = s.Addr
	}
	if s.DatabaseURL != "" {
		c.DatabaseURL = s.DatabaseURL
	}
	if err := app.Check(c); err != nil {
		return err
	}
	a, err := app.Open(e.ctx, c, app.Options{Log: e.log, RestoredFrom: s.RestoredFrom})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listening on %s: %w", c.Addr, err), a.Close(context.WithoutCancel(e.ctx)))
	}
	e.log.Info("serving", "addr", l.Addr().String())
	return a.Run(e.ctx, l)
}
