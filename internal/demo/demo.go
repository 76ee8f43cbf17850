// Package demo shows the program at work on one machine: with simulated TSPs, a fleet that is
// connected to each of them, and a receiver of webhooks.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/seal"
)

// Options are what `waybill dev` can be told.
type Options struct {
	DataDir      string
	SimBasePort  int
	ReceiverAddr string
	// Quiet leaves out the printed events and curl lines.
	Quiet bool
	Out   io.Writer
	Log   *slog.Logger
}

// Run serves the API with everything that a newcomer needs to see a write arrive: the
// simulators, a demo client, a connection to each TSP with its records, and a receiver of
// webhooks. It returns when ctx ends and all has stopped.
func Run(ctx context.Context, c config.Config, o Options) error {
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	if c.Key == "" && c.KeyFile == "" {
		c.KeyFile = filepath.Join(o.DataDir, "key")
		if _, err := seal.KeyFile(c.KeyFile); err != nil {
			return err
		}
	}
	if c.DatabaseURL == "" {
		c.DatabaseURL = filepath.Join(o.DataDir, "waybill.db")
	}
	// The parts around the service outlive it, so that what is in flight can end.
	around, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, around := errgroup.WithContext(around)
	running, err := o.simulators(around, g, &c)
	if err != nil {
		return err
	}
	receiver := newReceiver(o)
	if o.ReceiverAddr, err = listen(around, g, o.ReceiverAddr, receiver); err != nil {
		return err
	}
	program, err := app.Open(ctx, c, app.Options{Dev: true, Log: o.Log})
	if err != nil {
		return app.Interrupted(ctx, err)
	}
	made, err := Fill(ctx, program.Rooms(), o.ReceiverAddr)
	if err != nil {
		return errors.Join(app.Interrupted(ctx, err), program.Close(context.WithoutCancel(ctx)))
	}
	for _, err := range made.Unconnected {
		o.Log.Warn("the demo goes on without a TSP that it cannot use", "error", err)
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return errors.Join(taken(c.Addr, "--addr", err), program.Close(context.WithoutCancel(ctx)))
	}
	if public(l.Addr()) {
		o.Log.Warn("everybody who reaches this machine can use the demo, because everybody knows its client's secret; "+
			"listen at 127.0.0.1 unless that is meant", "addr", l.Addr().String())
	}
	if !o.Quiet {
		made.print(reached(l.Addr()), o, running)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(around, cancel)
	err = program.Run(ctx, l)
	stop()
	return errors.Join(err, g.Wait())
}

// public tells whether others than this machine can reach an address to listen at.
func public(at net.Addr) bool {
	tcp, ok := at.(*net.TCPAddr)
	return ok && !tcp.IP.IsLoopback()
}

func taken(addr, flag string, err error) error {
	return fmt.Errorf("listening on %s (another program may hold it; choose another with %s): %w", addr, flag, err)
}
