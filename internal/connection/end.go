package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

// deleteTries bounds how often a deletion starts again because its connection has changed.
const deleteTries = 5

// Delete ends a connection for whoever may manage it: its secrets are erased, nothing more is sent
// through it, and what still waits for it fails. The contract has no event for it.
func (s *Service) Delete(ctx context.Context, who access.Principal, id uuid.UUID) error {
	if _, _, err := s.manageable(ctx, who, id); err != nil {
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
		c, _, err := s.manageable(ctx, who, id)
		if err != nil {
			return err
		}
		change := Change{From: c, To: c, Reseal: true,
			Permit: permit(who, func(g access.Grant) error { return s.mayManage(c, g) })}
		// Sealed is empty and not nil: it is written, and the column is never NULL.
		change.To.Status, change.To.Sealed, change.To.Problem, change.To.UpdatedAt = Deleted, []byte{}, "", s.after(c)
		err = s.store(ctx, change)
		// Changes that need no lock, such as that to stale, can still come between. Whatever they wrote,
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
