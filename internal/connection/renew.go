package connection

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// renewTime bounds one renewal. It is not cut off when the write that needed it ends: the TSP
// may have rotated the secret already, and the answer holds the only copy of the new one.
const renewTime = 30 * time.Second

// renewed are credentials that the TSP has given and that are not on disk yet. They are good for
// that version alone: whoever gives the connection other credentials voids them.
type renewed struct {
	version     int64
	credentials tsp.Credentials
}

// renewal returns how sessions of a connection replace spent credentials: one at a time, over all
// processes that use the same database, with the stored credentials read under the lock. What the
// TSP gives is sealed and on disk before anybody uses it, under the same version. If it cannot be
// stored it is kept in memory, nobody may use it, and the next renewal stores it instead of asking
// the TSP again. A rotated secret that is lost can be mended by the fleet alone, which must sign
// in anew; hence all the care.
func (s *Service) renewal(id uuid.UUID) tsp.Renew {
	return func(ctx context.Context, spent tsp.Credentials,
		by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
		unlock, err := s.Store.LockConnection(ctx, id)
		if err != nil {
			return spent, unavailable("the credentials are being renewed by another call", err)
		}
		defer unlock()
		leave, ok := s.enter()
		if !ok {
			return spent, unavailable("Waybill is stopping", nil)
		}
		defer leave()
		// From here on the caller's end counts no more; waiting for the lock it does.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTime)
		defer cancel()
		c, credentials, err := s.stored(ctx, id)
		if err != nil {
			return spent, unavailable("the stored credentials could not be read", err)
		}
		if late, ok := s.late(c); ok {
			return late, s.saveRenewed(ctx, c, late)
		}
		// Another session was faster. Asking again would spend what it got.
		if !same(credentials, spent) {
			return credentials, nil
		}
		fresh, err := by(ctx, credentials)
		if err != nil {
			return spent, err
		}
		// Adapters know nothing of secret settings, which are sealed together with the
		// credentials.
		fresh.Secrets = credentials.Secrets
		return fresh, s.saveRenewed(ctx, c, fresh)
	}
}

// late returns renewed credentials of the connection's version that wait to be stored.
func (s *Service) late(c Connection) (tsp.Credentials, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.unsaved[c.ID]
	return r.credentials, ok && r.version == c.Version
}

// saveRenewed stores renewed credentials, or keeps them in memory and says so loudly. The
// connection's lock is held.
func (s *Service) saveRenewed(ctx context.Context, c Connection, fresh tsp.Credentials) error {
	sealed, err := s.seal(fresh, c.sealContext())
	if err == nil {
		err = s.Store.SaveCredentials(ctx, c.ID, c.Version, sealed)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		delete(s.unsaved, c.ID)
		return nil
	// Somebody gave other credentials, and these belong to nothing any more.
	case errors.Is(err, fence.ErrOvertaken):
		delete(s.unsaved, c.ID)
		return unavailable("the connection was changed or deleted meanwhile", nil)
	}
	s.unsaved[c.ID] = renewed{c.Version, fresh}
	s.Log.Error("renewed credentials could not be stored; they are kept in memory and stored at the next try. "+
		"Mend the store before stopping this process, or the fleet must sign in anew",
		"connection_id", c.ID, "tsp", c.TSP, "error", err)
	return unavailable("the renewed credentials could not be stored", err)
}

// unavailable is the end of a call whose write was not sent: it is tried again and counts as no
// attempt.
func unavailable(message string, err error) error {
	return &tsp.Error{Class: tsp.Unavailable, Message: message, Err: err}
}
