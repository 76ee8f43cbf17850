package operation

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// Get returns an operation of a partner's connection. Whether the connection still lives does not
// matter: what was written stays readable.
func (s *Service) Get(ctx context.Context, partner, conn, id uuid.UUID) (Operation, error) {
	op, err := s.Store.Operation(ctx, partner, conn, id)
	if errors.Is(err, ErrNotFound) {
		return op, problem.New(problem.NotFound, "there is no operation %s on connection %s; GET "+
			"/v2/integrations/connections/resource-operations lists yours", id, conn)
	}
	if err != nil {
		return op, fmt.Errorf("looking up an operation: %w", err)
	}
	return op, nil
}

// List returns one page of operations, newest first.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Operation], error) {
	w := f.Window
	f.Window = w.Wider()
	found, err := s.Store.Operations(ctx, f)
	if err != nil {
		return page.Page[Operation]{}, fmt.Errorf("listing operations: %w", err)
	}
	return found.Cut(w, Operation.Position), nil
}
