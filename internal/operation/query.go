package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// Get returns an operation of a partner's connection, and why it waits. Whether the connection still lives does not
// matter: what was written stays readable.
func (s *Service) Get(ctx context.Context, partner, conn, id uuid.UUID) (Operation, error) {
	op, err := s.get(ctx, partner, conn, id)
	if err != nil {
		return op, err
	}
	one := []Operation{op}
	if err = s.explained(ctx, one); err == nil {
		err = s.withhold(ctx, one)
	}
	return one[0], err
}

// get is Get without why the operation waits.
func (s *Service) get(ctx context.Context, partner, conn, id uuid.UUID) (Operation, error) {
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

// List returns one page of operations, newest first. One that is asked for by a cause is short by those that wait for
// another, and leads on.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Operation], error) {
	w := f.Window
	f.Window = w.Wider()
	found, err := s.Store.Operations(ctx, f)
	if err != nil {
		return page.Page[Operation]{}, fmt.Errorf("listing operations: %w", err)
	}
	p := found.Cut(w, Operation.Position)
	if err := s.explained(ctx, p.Items); err != nil {
		return page.Page[Operation]{}, err
	}
	if err := s.withhold(ctx, p.Items); err != nil {
		return page.Page[Operation]{}, err
	}
	if f.Cause != "" {
		p.Items = slices.DeleteFunc(p.Items, func(op Operation) bool { return op.Progress == nil || op.Progress.Code != f.Cause })
	}
	return p, nil
}
