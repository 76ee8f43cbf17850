package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// simulated is a simulator that runs.
type simulated struct{ name, url string }

// simulators starts a simulator for each TSP whose base URL is not set elsewhere.
func (o Options) simulators(ctx context.Context, g *errgroup.Group, c *config.Config) ([]simulated, error) {
	var running []simulated
	for _, s := range all.Simulators() {
		if c.BaseURLs[s.Info.Name] != "" {
			continue
		}
		dir := filepath.Join(o.DataDir, "sim-"+s.Info.Name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("making the simulator's folder: %w", err)
		}
		sim, err := s.New(simkit.Options{Dir: dir, Logger: o.Log, Limits: true})
		if err != nil {
			return nil, fmt.Errorf("starting the simulator of %s: %w", s.Info.Name, err)
		}
		at, err := listen(ctx, g, o.simulatorAddr(s.Info.PortOffset), sim)
		if err != nil {
			return nil, errors.Join(err, sim.Close())
		}
		context.AfterFunc(ctx, func() { _ = sim.Close() })
		c.BaseURLs[s.Info.Name] = "http://" + at
		running = append(running, simulated{s.Info.Name, "http://" + at})
	}
	return running, nil
}

// simulatorAddr is where a simulator listens: on its own port after the base, or on any that is free.
func (o Options) simulatorAddr(offset int) string {
	if o.SimBasePort == 0 {
		return "127.0.0.1:0"
	}
	return fmt.Sprintf("127.0.0.1:%d", o.SimBasePort+offset)
}

// listen serves a handler until ctx ends, and returns where it is reached.
func listen(ctx context.Context, g *errgroup.Group, addr string, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", taken(addr, "--sim-base-port or --receiver-addr; of waybill sim it is --addr", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	g.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	return reached(l.Addr()), nil
}

// reached is where this machine reaches what listens at an address.
func reached(addr net.Addr) string {
	at, ok := addr.(*net.TCPAddr)
	if !ok || !at.IP.IsUnspecified() {
		return addr.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", at.Port)
}

// Simulator says which simulator runs alone, and how.
type Simulator struct {
	Name, Addr, Dir string
	Limits          bool
	Out             io.Writer
	Log             *slog.Logger
}

// CheckSimulator tells whether there is a simulator of a TSP.
func CheckSimulator(name string) error {
	_, err := simulatorOf(name)
	return err
}

// SimulatorURL is where the simulator of a TSP answers in dev mode, with the ports after a base.
func SimulatorURL(name string, base int) (string, error) {
	known, err := simulatorOf(name)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("http://127.0.0.1:%d", base+known.Info.PortOffset), nil
}

func simulatorOf(name string) (all.Simulator, error) {
	var names []string
	for _, known := range all.Simulators() {
		if known.Info.Name == name {
			return known, nil
		}
		names = append(names, known.Info.Name)
	}
	return all.Simulator{}, fmt.Errorf("there is no simulator of %s; there are %s (a new folder is listed by make generate)",
		name, strings.Join(names, ", "))
}

// RunSimulator runs one simulator until ctx ends.
func RunSimulator(ctx context.Context, s Simulator) error {
	known, err := simulatorOf(s.Name)
	if err != nil {
		return err
	}
	sim, err := known.New(simkit.Options{Dir: s.Dir, Limits: s.Limits, Logger: s.Log})
	if err != nil {
		return fmt.Errorf("starting the simulator of %s: %w", s.Name, err)
	}
	if s.Addr == "" {
		s.Addr = fmt.Sprintf("127.0.0.1:%d", 9100+known.Info.PortOffset)
	}
	g, ctx := errgroup.WithContext(ctx)
	at, err := listen(ctx, g, s.Addr, sim)
	if err != nil {
		return errors.Join(err, sim.Close())
	}
	fmt.Fprintf(s.Out, "the simulated %s answers at http://%s; its admin side is under /_sim/\n", s.Name, at)
	return errors.Join(g.Wait(), sim.Close())
}
