package operation

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// retries are the newest retries of failed operations that another one named.
type retries map[uuid.UUID]uuid.UUID

// of is the newest retry of an operation; the operation itself if it has none.
func (r retries) of(id uuid.UUID) uuid.UUID {
	for next, ok := r[id]; ok; next, ok = r[id] {
		id = next
	}
	return id
}

// retriesOf looks for the retries of what an operation awaited: whoever retries it as it was wants it to be of the
// record that those are to make now.
func (s *Service) retriesOf(ctx context.Context, r Request, op Operation) (retries, error) {
	all := retries{}
	for ids := op.Awaits; len(ids) > 0; {
		found, err := s.named(ctx, r, op.Connection, ids)
		if err != nil {
			return nil, err
		}
		ids = nil
		for id, of := range found {
			if of.State == Failed && of.RetriedBy != uuid.Nil {
				all[id] = of.RetriedBy
				ids = append(ids, of.RetriedBy)
			}
		}
	}
	return all, nil
}

// renamed is a body that names retries in the place of what they retry.
func (op Operation) renamed(body []byte, by retries) ([]byte, error) {
	if len(by) == 0 {
		return body, nil
	}
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil {
		return nil, err
	}
	body, err = schema.Named(body, func(id uuid.UUID) (uuid.UUID, resource.SourceID, bool) {
		to := by.of(id)
		return to, "", to != id
	})
	if err != nil {
		return nil, fmt.Errorf("naming the retries of what operation %s named: %w", op.ID, err)
	}
	return body, nil
}
