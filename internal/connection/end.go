package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// deleteTries bounds how often a deletion starts again because its connection has changed.
const deleteTries = 5

// Delete ends a connection for whoever may change it: its secrets are erased, nothing more is sent
// through it, and what still waits for it fails. The contract has no event for it.
func (s *Service) Delete(ctx context.Context, who access.Principal, id uuid.UUID) error {
	if _, _, err := s.changeable(ctx, who, id); err != nil {
		return err
	}
	// Under the lock no renewal is at the TSP; one that comes later finds nothing to open.
	unlock, err := s.Store.LockConnection(ctx, id)
	if err != nil {
		return fmt.Errorf("locking a connection: %w", err)
	}
	defer unlock()
	for range deleteTries {
		// Another request may have deleted it while this one waited for the lock.
		c, _, err := s.changeable(ctx, who, id)
		if err != nil {
			return err
		}
		change := Change{From: c, To: c, Reseal: true}
		// Sealed is empty and not nil: it is written, and the column is never NULL.
		change.To.Status, change.To.Sealed, change.To.Problem, change.To.UpdatedAt = Deleted, []byte{}, "", s.after(c)
		err = s.store(ctx, change)
		// Changes that need no lock, such as Staled, can still come between. Whatever they wrote,
		// the deletion is wanted.
		if errors.Is(err, fence.ErrOvertaken) {
			continue
		}
		if err != nil {
			return fmt.Errorf("deleting a connection: %w", err)
		}
		s.Log.Info("connection deleted", "connection_id", id, "tsp", c.TSP, "fleet_id", c.Fleet)
		return nil
	}
	return problem.New(problem.Conflict, "the connection is being changed by others; delete it again")
}

// Refused looks into a refusal of a connection's credentials, as the connection was read before the
// call. One refusal is no verdict: a proxy's hiccup looks the same, and a stale connection takes no
// writes until somebody mends it. So the TSP is asked to check the credentials in a session that is
// signed in anew, and only a second refusal marks the connection stale; any other answer, or none,
// leaves it as it is, and the next attempt tells.
func (s *Service) Refused(ctx context.Context, c Connection, refused *tsp.Error) error {
	if c.Status != Active {
		return nil
	}
	s.Caller.Forget(c.ID)
	_, again := s.Caller.Check(ctx, s.Target(c), s.Pace(c))
	if again == nil || again.Class != tsp.Unauthorized {
		s.Log.Warn("credentials were refused once and not when they were checked", "connection_id", c.ID, "tsp", c.TSP)
		return nil
	}
	return s.Staled(ctx, c, refused)
}

// Staled marks an active connection stale whose credentials the TSP certainly refuses, as it was read before
// the call that was refused. One that has changed meanwhile, other credentials included, is left
// alone. The refusal's message becomes the connection's problem. It takes no lock: it only lowers
// the status, and only from the reading that was refused.
func (s *Service) Staled(ctx context.Context, c Connection, refused *tsp.Error) error {
	if c.Status != Active {
		return nil
	}
	change := Change{From: c, To: c}
	change.To.Status, change.To.UpdatedAt = Stale, s.after(c)
	change.To.Problem = s.displayName(c.TSP) + " refuses the credentials; send new ones with PATCH"
	if refused != nil && refused.Message != "" {
		change.To.Problem += ": " + refused.Message
	}
	var err error
	if change.Events, err = told(EventStaled, change.To); err != nil {
		return err
	}
	err = s.store(ctx, change)
	if errors.Is(err, fence.ErrOvertaken) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("marking a connection stale: %w", err)
	}
	s.Log.Warn("connection is stale", "connection_id", c.ID, "tsp", c.TSP)
	return nil
}
