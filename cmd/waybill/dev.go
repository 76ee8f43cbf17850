package main

import (
	"log/slog"
	"os"

	"github.com/waybill-dev/waybill/internal/demo"
)

type devCommand struct {
	Addr         string `help:"Where the API listens." default:"127.0.0.1:8080"`
	DataDir      string `help:"Where the demo's data is kept." default:"./.waybill"`
	SimBasePort  int    `help:"The simulators listen on the ports after this one." default:"9100"`
	ReceiverAddr string `help:"Where the receiver of webhooks listens." default:"127.0.0.1:9100"`
	DatabaseURL  string `name:"database-url" help:"Another database file instead of the one in the data folder."`
	Quiet        bool   `help:"Print no curl lines and no events."`
}

// Help teaches the command.
func (devCommand) Help() string {
	return `Serves the API over a SQLite file, runs every simulator, makes the client "demo" with the
secret "demo-secret", connects the fleet "fleet-1" to each simulator, and receives its own webhooks.
Then it prints curl lines that work as they stand. A second start finds its data again.

WAYBILL_TSP_<NAME>_BASE_URL points an adapter elsewhere; then no simulator is started for it.`
}

// Run runs the demo until it is interrupted.
func (d devCommand) Run(e *environment) error {
	c := e.config
	c.Addr = d.Addr
	if d.DatabaseURL != "" {
		c.DatabaseURL = d.DatabaseURL
	}
	log := e.log
	if os.Getenv("WAYBILL_LOG_LEVEL") == "" {
		// The demo's own lines say what happens; the log is for what goes wrong.
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	return demo.Run(e.ctx, c, demo.Options{DataDir: d.DataDir, SimBasePort: d.SimBasePort,
		ReceiverAddr: d.ReceiverAddr, Quiet: d.Quiet, Out: os.Stdout, Log: log})
}
