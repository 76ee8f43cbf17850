package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Reseal seals anew the credentials of connections that outdated names, one at a time, and returns how
// many it changed, and by the id of their connection why others do not open, which no repetition mends.
// Drafts end before long and are left alone. One that is given other credentials meanwhile is left to
// whoever gives them.
func (s *Service) Reseal(ctx context.Context, outdated func(sealed []byte) bool) (
	done int, unopened map[uuid.UUID]error, err error) {
	all, err := s.Store.Connections(ctx)
	if err != nil {
		return 0, nil, fmt.Errorf("listing connections: %w", err)
	}
	unopened = map[uuid.UUID]error{}
	for _, c := range all {
		if !outdated(c.Sealed) {
			continue
		}
		var shut closed
		switch err := s.resealOne(ctx, c.ID); {
		case err == nil:
			done++
		case errors.As(err, &shut):
			unopened[c.ID] = shut.error
		case !errors.Is(err, fence.ErrOvertaken):
			return done, unopened, fmt.Errorf("sealing the credentials of connection %s anew: %w", c.ID, err)
		}
	}
	return done, unopened, nil
}

// closed is why credentials do not open.
type closed struct{ error }

// resealOne holds the connection's lock, so that no renewal comes between reading and writing.
func (s *Service) resealOne(ctx context.Context, id uuid.UUID) error {
	unlock, err := s.Store.LockConnection(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	c, err := s.Store.Connection(ctx, id)
	if err != nil {
		return err
	}
	// What waits to be stored is sealed with the newest key when it is.
	if _, waits := s.late(c); waits || len(c.Sealed) == 0 {
		return fence.ErrOvertaken
	}
	credentials, err := s.credentials(c)
	if err != nil {
		return closed{err}
	}
	sealed, err := s.seal(credentials, c.sealContext())
	if err != nil {
		return err
	}
	return s.Store.SaveCredentials(ctx, c.ID, c.Version, sealed)
}
