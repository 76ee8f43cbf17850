package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Migrate brings the database's tables up to date.
func Migrate(ctx context.Context, c config.Config) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	return db.Close()
}

// Operate lets an operator work on the database, which may be one that a service runs over.
func Operate(ctx context.Context, c config.Config, work func(*access.Operator) error) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(work(access.NewOperator(db, db, time.Now)), db.Close())
}

// openDatabase opens the database for a command that works beside a running service.
func openDatabase(ctx context.Context, c config.Config) (*sqlite.DB, error) {
	path, err := c.DatabasePath()
	if err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, path, nil)
}

// Simulator says which simulator runs alone, and how.
type Simulator struct {
	Name, Addr, Dir string
	Limits          bool
	Out             io.Writer
	Log             *slog.Logger
}

// RunSimulator runs one simulator until ctx ends.
func RunSimulator(ctx context.Context, s Simulator) error {
	var names []string
	for _, known := range all.Simulators() {
		names = append(names, known.Info.Name)
		if known.Info.Name != s.Name {
			continue
		}
		sim, err := known.New(simkit.Options{Dir: s.Dir, Limits: s.Limits, Logger: s.Log})
		if err != nil {
			return fmt.Errorf("starting the simulator of %s: %w", s.Name, err)
		}
		if s.Addr == "" {
			s.Addr = fmt.Sprintf("127.0.0.1:%d", 9100+known.Info.PortOffset)
		}
		g, ctx := errgroup.WithContext(ctx)
		if err := listen(ctx, g, s.Addr, sim); err != nil {
			return errors.Join(err, sim.Close())
		}
		fmt.Fprintf(s.Out, "the simulated %s answers at http://%s; its admin side is under /_sim/\n", s.Name, s.Addr)
		return errors.Join(g.Wait(), sim.Close())
	}
	return fmt.Errorf("there is no simulator of %s; there are %s (a new folder is listed by make generate)", s.Name, strings.Join(names, ", "))
}
