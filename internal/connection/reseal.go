package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Reseal seals anew the credentials of connections that outdated names, one at a time, and returns how
// many it changed. Drafts end before long and are left alone. One that is given other credentials
// meanwhile is left to whoever gives them, and one that does not open keeps no other from it; the error
// names all of those.
func (s *Service) Reseal(ctx context.Context, outdated func(sealed []byte) bool) (int, error) {
	all, err := s.Store.Connections(ctx)
	if err != nil {
		return 0, fmt.Errorf("listing connections: %w", err)
	}
	done, unopened := 0, []error{}
	for _, c := range all {
		if !outdated(c.Sealed) {
			continue
		}
		switch err := s.resealOne(ctx, c.ID); {
		case err == nil:
			done++
		case errors.Is(err, errUnopened):
			unopened = append(unopened, fmt.Errorf("sealing the credentials of connection %s anew: %w", c.ID, err))
		case !errors.Is(err, fence.ErrOvertaken) && !errors.Is(err, errErased):
			return done, fmt.Errorf("sealing the credentials of connection %s anew: %w", c.ID, err)
		}
	}
	return done, errors.Join(unopened...)
}

// errUnopened is what sealing anew answers for credentials that do not open.
var errUnopened = errors.New("the credentials do not open")

// resealOne holds the connection's lock, so that no renewal comes between reading and writing.
func (s *Service) resealOne(ctx context.Context, id uuid.UUID) error {
	unlock, err := s.Store.LockConnection(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	c, err := s.Store.Connection(ctx, id)
	if err != nil {
		return fmt.Errorf("reading a connection's credentials: %w", err)
	}
	credentials, err := s.credentials(c)
	switch {
	case errors.Is(err, errErased):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", errUnopened, err)
	}
	// What waits to be stored is sealed with the newest key when it is.
	if _, waits := s.late(c); waits {
		return fence.ErrOvertaken
	}
	sealed, err := s.seal(credentials, c.sealContext())
	if err != nil {
		return err
	}
	return s.Store.SaveCredentials(ctx, c.ID, c.Version, sealed)
}
