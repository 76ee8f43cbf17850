package connection

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Patience says when connections are looked at whose credentials were refused. Members that are
// zero take the defaults.
type Patience struct {
	// First is how long after a refusal the credentials are checked. Calls that were in flight with
	// the refused one have ended by then, and many a hiccup too.
	First time.Duration
	// Apart is how long after a check that was refused the next one follows, and twice as long
	// after each.
	Apart time.Duration
	// Probe is how long after a connection became stale it is probed, and twice as long after each
	// probe, up to Longest.
	Probe, Longest time.Duration
}

// proofs is how many checks in a row must be refused for a connection to be stale: with the
// defaults 1, 11 and 31 seconds after the first refusal. As many checks without an answer end the
// suspicion, because nothing speaks against trying.
const proofs = 3

func (p Patience) orDefaults() Patience {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&p.First, time.Second)
	set(&p.Apart, 10*time.Second)
	set(&p.Probe, time.Minute)
	set(&p.Longest, time.Hour)
	return p
}

// Refused looks into a refusal of a connection's credentials, as the connection was read before the
// call. One refusal is no verdict: a proxy's hiccup looks the same. The connection becomes suspect
// instead; its lanes wait until Run has looked at it, and only checks that are refused over some time
// make it stale. However many calls are refused at once, one look settles them.
func (s *Service) Refused(ctx context.Context, c Connection, refused *tsp.Error) error {
	current, err := s.Store.Connection(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("looking into a refusal of credentials: %w", err)
	}
	// Of credentials that were replaced since nothing is said.
	if current.Status != Active || current.Version != c.Version {
		return nil
	}
	if s.health.suspect(current, s.Now(), s.Patience.orDefaults()) {
		s.Log.Warn("credentials were refused; they are checked before anything follows from it",
			"connection_id", c.ID, "tsp", c.TSP, "error", refused)
	}
	if !s.health.closes(current) {
		s.wake(c.ID)
	}
	return nil
}

// wake lets the lanes of a connection look at it anew.
func (s *Service) wake(id uuid.UUID) {
	for _, kind := range []string{fence.Connections, fence.Imports} {
		s.Wake(fence.Lane{Kind: kind, ID: id})
	}
}
