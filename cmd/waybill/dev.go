package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

type devCommand struct {
	Addr         string `help:"Where the API listens (WAYBILL_ADDR); 127.0.0.1:8080 if left out." placeholder:"HOST:PORT"`
	DataDir      string `help:"Where the demo's data is kept." default:"./.waybill"`
	SimBasePort  int    `help:"The simulators listen on the ports after this one; 0 takes any that are free." default:"9100"`
	ReceiverAddr string `help:"Where the receiver of webhooks listens." default:"127.0.0.1:9100"`
	DatabaseURL  string `name:"database-url" help:"Another database than the file in the data folder: a file path or postgres://…."`
	Quiet        bool   `help:"Print no curl lines and no events."`
}

// Help teaches the command.
func (devCommand) Help() string {
	return `Serves the API over a SQLite file, runs every simulator, makes the client "demo" with the
secret "demo-secret", connects the fleet "fleet-1" to each simulator, and receives its own webhooks.
Then it prints curl lines that work as they stand. A second start finds its data again.

WAYBILL_TSP_<NAME>_BASE_URL points an adapter elsewhere; then no simulator is started for it, and
without a connection if the demo's credentials are refused there.
WAYBILL_DATABASE_URL is refused, so that the demo's public secret gets into no other database.`
}

// highestBase leaves ports for the simulators of all TSPs.
const highestBase = 65_000

// Validate refuses what the demo cannot be made of.
func (d devCommand) Validate() error {
	var folder, base, receiver error
	if strings.TrimSpace(d.DataDir) == "" {
		folder = errors.New("--data-dir names no folder")
	}
	if d.SimBasePort < 0 || d.SimBasePort > highestBase {
		base = fmt.Errorf("--sim-base-port is %d; set 1 to %d, such as 9100, or 0 for any free ports", d.SimBasePort, highestBase)
	}
	if err := config.CheckAddr(d.ReceiverAddr); err != nil {
		receiver = fmt.Errorf("--receiver-addr %w", err)
	}
	return errors.Join(folder, base, receiver)
}

// Run runs the demo until it is interrupted.
func (d devCommand) Run(e *environment) error {
	if d.Addr != "" {
		e.config.Addr = d.Addr
	}
	if err := e.settings(listensAt(d.Addr), config.CheckApart, ownDatabase, plainHTTP, usableKey); err != nil {
		return err
	}
	c := e.config
	c.DatabaseURL = d.DatabaseURL
	log := e.log
	if strings.TrimSpace(os.Getenv("WAYBILL_LOG_LEVEL")) == "" {
		// The demo's own lines say what happens; the log is for what goes wrong.
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	return demo.Run(e.ctx, c, demo.Options{DataDir: d.DataDir, SimBasePort: d.SimBasePort,
		ReceiverAddr: d.ReceiverAddr, Quiet: d.Quiet, Out: os.Stdout, Log: log})
}

// ownDatabase keeps the demo out of the database of a service.
func ownDatabase(c config.Config) error {
	if c.DatabaseURL == "" {
		return nil
	}
	return errors.New("WAYBILL_DATABASE_URL is set, and the demo has a database of its own, because everybody knows its " +
		"client's secret; unset it, or name a database for the demo with --database-url")
}

// plainHTTP keeps certificates out of the demo, whose lines say http.
func plainHTTP(c config.Config) error {
	if c.TLSCert == "" {
		return nil
	}
	return errors.New("WAYBILL_TLS_CERT is set, and the demo speaks plain HTTP; unset it and WAYBILL_TLS_KEY")
}

// usableKey is asked by commands that can do without a key: one that is given must be one.
func usableKey(c config.Config) error {
	if err := app.CheckKey(c); !errors.Is(err, config.ErrNoKey) {
		return err
	}
	return nil
}
