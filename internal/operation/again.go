package operation

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Retry submits what a failed operation asked for once more, as a write of its own that is linked to it. The request
// says how: its Body, if it has one, stands instead of what was sent before; kind, verb and target are the operation's.
// What the operation named and what was retried since is named by its retry.
// It is checked as any write, and answers as Submit does. An update is not made again over what was asked for later of the
// same fields (Overwrites), unless the request says so.
func (s *Service) Retry(ctx context.Context, conn, id uuid.UUID, r Request) (op Operation, replayed bool, err error) {
	if r, err = s.Retried(ctx, conn, id, r); err != nil {
		return op, false, err
	}
	return s.Submit(ctx, r)
}

// Retried returns the request that Retry submits, for whoever previews it.
func (s *Service) Retried(ctx context.Context, conn, id uuid.UUID, r Request) (Request, error) {
	old, err := s.get(ctx, r.Partner, conn, id)
	if err != nil {
		return r, err
	}
	r.Kind, r.Verb, r.Retries = old.Kind, old.Verb, &old
	by, err := s.retriesOf(ctx, r, old)
	if err != nil {
		return r, err
	}
	if r.Verb == resource.Update {
		r.Target = old.Resource
		if len(old.Awaits) > 0 && old.awaitsTarget(old.Awaits[0]) {
			r.Target = by.of(old.Awaits[0])
		}
	}
	if taken, err := s.isTaken(ctx, r); taken || err != nil {
		return r, err
	}
	if err := old.retriable(); err != nil {
		return r, err
	}
	if len(r.Body) > 0 {
		return r, nil
	}
	if r.Body, err = s.whole(ctx, old); err != nil {
		return r, err
	}
	if r.Body, err = old.renamed(r.Body, by); err != nil {
		return r, err
	}
	r.AsWas = true
	if r.Overwrite {
		return r, nil
	}
	if r.Kind == resource.KindDriverVehicleAssociation {
		if r.Looked, err = s.Newer.NewestOperation(ctx); err != nil {
			return r, fmt.Errorf("looking up the newest operation: %w", err)
		}
	}
	return r, s.reopens(ctx, old, r.Body)
}

// isTaken tells whether a request was accepted before: then it is answered whatever has become since of the operation
// that it follows from.
func (s *Service) isTaken(ctx context.Context, r Request) (bool, error) {
	if r.Key == nil {
		return false, nil
	}
	_, taken, err := s.replay(ctx, r)
	return taken, err
}

// retriable tells why an operation cannot be retried; nil if it can.
func (op Operation) retriable() error {
	why := ""
	switch {
	case op.State == Succeeded:
		why = "it has succeeded; send a write of its own if the same is wanted once more"
	case !op.State.Ended():
		why = "it is pending; wait for its end" + op.orCancel()
	case !op.CutAt.IsZero():
		why = "its outcome is unknown, and the TSP may have taken it; look there, and POST .../resolve what you find"
	case op.RetriedBy != uuid.Nil:
		why = fmt.Sprintf("it was retried as operation %s; see what became of that one", op.RetriedBy)
	default:
		return nil
	}
	return problem.New(problem.Conflict, "operation %s cannot be retried: %s", op.ID, why)
}

// whole is the body of an operation of which no part has reached its TSP.
func (s *Service) whole(ctx context.Context, op Operation) ([]byte, error) {
	// What it writes was right to write upon what the record held then.
	if op.RevertOf != uuid.Nil {
		return nil, problem.New(problem.Conflict, "operation %s cannot be retried as it is: it takes an update back, over which "+
			"something newer may be by now; revert operation %s again, or give the body", op.ID, op.RevertOf)
	}
	done, err := s.Partly(ctx, op)
	if err != nil {
		return nil, err
	}
	if done {
		return nil, problem.New(problem.Conflict, "operation %s cannot be retried as it is: a part of it has reached the "+
			"TSP, as its logs tell, and would be sent twice; give the body of what is missing", op.ID)
	}
	return op.given()
}

// Partly tells whether a part of an operation has reached its TSP, or all of it: by its log, or by a step that is marked.
func (s *Service) Partly(ctx context.Context, op Operation) (bool, error) {
	if slices.ContainsFunc(op.Attempts, func(a Attempt) bool { return a.Class == tsp.Done }) {
		return true, nil
	}
	steps, err := s.Cancels.Steps(ctx, op.ID)
	if err != nil {
		return false, fmt.Errorf("reading what was done of an operation: %w", err)
	}
	return slices.ContainsFunc(steps, func(s tsp.Step) bool { return s.Done }), nil
}

// given is the body of an operation as its caller gave it.
func (op Operation) given() ([]byte, error) {
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil {
		return nil, err
	}
	body, err := schema.Unresolved(op.Payload)
	if op.Damaged != nil || err != nil {
		return nil, problem.New(problem.Conflict, "what is stored of operation %s cannot be read any more; give the body "+
			"with the retry", op.ID)
	}
	return body, nil
}

// elsewhere refuses a retry over another connection.
func (r Request) elsewhere(p resource.Payload) error {
	if r.Retries == nil || p.Connection() == r.Retries.Connection {
		return nil
	}
	return problem.InvalidBody(problem.Detail{Path: "connection_id", Input: p.Connection().String(),
		Message: "must be the connection of the operation that is retried; send a write of its own over another one",
		Code:    resource.CodeReference})
}
