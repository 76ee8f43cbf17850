package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Survey selects operations of all partners, for whoever runs the installation. Zero fields narrow nothing. No caller of
// the API may be given what it selects.
type Survey struct {
	Partner, Connection, Resource uuid.UUID
	TSP                           tsp.Name
	Kind                          resource.Kind
	Verb                          resource.Verb
	SourceID                      resource.SourceID
	// Stage is one of Counted.
	Stage Stage
	// Cause is for what they wait. Stores do not ask it, as in Filter.
	Cause Cause
	// From is inclusive, To exclusive; both compare with CreatedAt.
	From, To time.Time
	Window   page.Window
}

// Surveys finds operations whosever they are, at a cost that does not grow with how many there are.
type Surveys interface {
	// Survey lists operations with their Attempts, newest first by Seq. It looks at a bounded part of them for each window.
	Survey(ctx context.Context, of Survey) (page.Found[Operation], error)
	// Tally counts a bounded part of what a survey selects by its stage: of one for StageLive those that have not ended
	// alone, and of any other all.
	Tally(ctx context.Context, of Survey) (Tally, error)
	// AnyOperation returns an operation with its Attempts, or ErrNotFound.
	AnyOperation(ctx context.Context, id uuid.UUID) (Operation, error)
	// Ending lists operations whose ids end with some bytes, the newest first, of a bounded number of the newest.
	Ending(ctx context.Context, end []byte) ([]uuid.UUID, error)
	// LiveChain lists the first of the operations of a chain that have not ended, in their order.
	LiveChain(ctx context.Context, connection uuid.UUID, key string, most int) ([]Operation, error)
}

// Tally counts operations by stages, and All of them.
type Tally struct {
	// All is counted unless Partial, and so is each stage that Of has.
	All     Count
	Partial bool
	Of      map[Stage]Count
}

// Count is a number of things. AtLeast tells that there may be more: not all were counted.
type Count struct {
	N       int
	AtLeast bool
}

// Survey returns one page of operations of all partners, newest first, and why those wait that have not ended. One that
// is asked for by a cause is short by those that wait for another, and leads on.
func (s *Service) Survey(ctx context.Context, of Survey) (page.Page[Operation], error) {
	w := of.Window
	of.Window = w.Wider()
	if of.Cause != "" {
		of.Stage = StageLive
	}
	found, err := s.Surveys.Survey(ctx, of)
	if err != nil {
		return page.Page[Operation]{}, fmt.Errorf("listing operations of all partners: %w", err)
	}
	p := found.Cut(w, Operation.Position)
	if err := s.explainedApart(ctx, p.Items); err != nil {
		return page.Page[Operation]{}, err
	}
	if of.Cause != "" {
		p.Items = slices.DeleteFunc(p.Items, func(op Operation) bool { return op.Progress == nil || op.Progress.Code != of.Cause })
	}
	return p, nil
}

// Tally counts a bounded part of the operations of all partners by their stages.
func (s *Service) Tally(ctx context.Context, of Survey) (Tally, error) {
	t, err := s.Surveys.Tally(ctx, of)
	if err != nil {
		return t, fmt.Errorf("counting operations of all partners: %w", err)
	}
	return t, nil
}

// Find returns an operation whosever it is, and why it waits.
func (s *Service) Find(ctx context.Context, id uuid.UUID) (Operation, error) {
	op, err := s.Surveys.AnyOperation(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return op, problem.New(problem.NotFound, "there is no operation %s; it was never accepted here, or is older than "+
			"what is kept", id)
	}
	if err != nil {
		return op, fmt.Errorf("looking up an operation: %w", err)
	}
	one := []Operation{op}
	err = s.explained(ctx, one)
	return one[0], err
}

// Ending lists the ids that end with some bytes, of a bounded number of the newest operations.
func (s *Service) Ending(ctx context.Context, end []byte) ([]uuid.UUID, error) {
	ids, err := s.Surveys.Ending(ctx, end)
	if err != nil {
		return nil, fmt.Errorf("looking for the end of an id: %w", err)
	}
	return ids, nil
}

// mostChained is how many operations of a chain are shown.
const mostChained = 20

// Chain lists the first operations of the chain of one that have not ended, itself among them if it is one.
func (s *Service) Chain(ctx context.Context, op Operation) ([]Operation, error) {
	all, err := s.Surveys.LiveChain(ctx, op.Connection, op.OrderKey, mostChained)
	if err != nil {
		return nil, fmt.Errorf("listing a chain: %w", err)
	}
	return all, nil
}

// explainedApart is explained for operations of several partners: how far limits are used up is told for one at a time.
func (s *Service) explainedApart(ctx context.Context, ops []Operation) error {
	partners := map[uuid.UUID][]int{}
	for i, op := range ops {
		partners[op.Partner] = append(partners[op.Partner], i)
	}
	for _, at := range partners {
		own := make([]Operation, len(at))
		for n, i := range at {
			own[n] = ops[i]
		}
		if err := s.explained(ctx, own); err != nil {
			return err
		}
		for n, i := range at {
			ops[i] = own[n]
		}
	}
	return nil
}
