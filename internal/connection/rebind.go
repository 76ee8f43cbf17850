package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// rebind brings up to date what earlier releases have kept of connections, before Run does anything
// else: credentials that are sealed for their row and not for their fleet, and keys of accounts
// without the host that the credentials name. Records of such an account are imported anew under the
// key with the host, and those that were under the other leave the connection as any that it does not
// see any more: they may be those of another connection. From then on nothing opens that is sealed for
// its row alone.
func (s *Service) rebind(ctx context.Context, all []Connection) error {
	var failed []error
	for _, c := range all {
		if err := s.rebindOne(ctx, c); err != nil {
			failed = append(failed, fmt.Errorf("connection %s: %w", c.ID, err))
		}
	}
	if len(failed) == 0 {
		s.bound.Store(true)
	}
	return errors.Join(failed...)
}

func (s *Service) rebindOne(ctx context.Context, c Connection) error {
	credentials, err := s.credentials(c)
	if c.lost(err) != "" {
		// A row that does not open does nothing, whatever is wrong with it, and holds up no other.
		s.close(ctx, c, err)
		return nil
	}
	if err != nil {
		return err
	}
	if s.isBound(c, credentials) {
		return nil
	}
	unlock, err := s.Store.LockConnection(ctx, c.ID)
	if err != nil {
		return err
	}
	defer unlock()
	if c, credentials, err = s.newest(ctx, c.ID); err != nil || len(c.Sealed) == 0 {
		return err
	}
	if key := s.Caller.Registry().AccountAt(c.TSP, credentials, c.Account); key != c.Account {
		return s.move(ctx, c, credentials, key)
	}
	sealed, err := s.seal(credentials, c.sealContext())
	if err == nil {
		err = s.Store.SaveCredentials(ctx, c.ID, c.Version, sealed)
	}
	if errors.Is(err, fence.ErrOvertaken) {
		return nil // Whoever was faster has sealed it for its fleet.
	}
	return err
}

// isBound tells whether there is nothing to bring up to date of a connection.
func (s *Service) isBound(c Connection, credentials tsp.Credentials) bool {
	_, err := s.Sealer.Open(c.Sealed, c.sealContext())
	return err == nil && s.Caller.Registry().AccountAt(c.TSP, credentials, c.Account) == c.Account
}

// move gives a connection the account key that names its host.
func (s *Service) move(ctx context.Context, c Connection, credentials tsp.Credentials, key string) (err error) {
	change := Change{From: c, To: c, Reseal: true}
	change.To.Account, change.To.UpdatedAt = key, s.after(c)
	change.To.Version++
	if change.To.Sealed, err = s.seal(credentials, c.sealContext()); err != nil {
		return err
	}
	s.Log.Warn("the credentials name a host that is none of the TSP's own: its account is another than the TSP's, "+
		"and its records are imported anew",
		"connection_id", c.ID, "tsp", c.TSP)
	return s.store(ctx, change)
}
