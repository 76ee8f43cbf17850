package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
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

// CreateClient makes a client of a partner, or gives one a new secret, and returns the
// secret, which is not kept. No scopes means all.
func CreateClient(ctx context.Context, c config.Config, id, partner string, scopes []string) (string, error) {
	for _, s := range scopes {
		if !slices.Contains(access.Scopes(), s) {
			return "", fmt.Errorf("there is no scope %q; there are %s", s, strings.Join(access.Scopes(), ", "))
		}
	}
	if len(scopes) == 0 {
		scopes = access.Scopes()
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return "", err
	}
	defer db.Close()
	owner := access.Partner{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:partner:"+partner)), Name: partner}
	if known, err := db.Client(ctx, id); err == nil {
		if known.Partner.Name != partner {
			return "", fmt.Errorf("the client %s belongs to %s", id, known.Owner())
		}
		owner = known.Partner
	} else if !errors.Is(err, access.ErrNotFound) {
		return "", fmt.Errorf("looking up the client: %w", err)
	}
	secret := rand.Text() + rand.Text()
	err = db.SaveClient(ctx, access.Client{ID: id, SecretHash: access.HashSecret(secret), Partner: owner, Scopes: scopes})
	if err != nil {
		return "", fmt.Errorf("storing the client: %w", err)
	}
	return secret, nil
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
