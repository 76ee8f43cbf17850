package operation

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
)

// Get returns an operation of a partner's connection.
func (s *Service) Get(ctx context.Context, partner, conn, id uuid.UUID) (Operation, error) {
	op, err := s.Store.Operation(ctx, partner, conn, id)
	if errors.Is(err, ErrNotFound) {
		return op, problem.New(problem.NotFound, "there is no operation %s on connection %s", id, conn)
	}
	if err != nil {
		return op, fmt.Errorf("looking up an operation: %w", err)
	}
	return op, nil
}

// List returns one page of operations, newest first, and whether more follow in the
// direction of the filter.
func (s *Service) List(ctx context.Context, f Filter) (page []Operation, more bool, err error) {
	asked := f.Limit
	f.Limit++
	if page, err = s.Store.Operations(ctx, f); err != nil {
		return nil, false, fmt.Errorf("listing operations: %w", err)
	}
	if more = len(page) > asked; !more {
		return page, false, nil
	}
	if f.After.IsZero() {
		return page[:asked], true, nil
	}
	return page[1:], true, nil
}
