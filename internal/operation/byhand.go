package operation

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Word is what somebody says has become of an operation.
type Word struct {
	Partner, Connection, Operation uuid.UUID
	Body                           []byte
	// By is who says it, as the audit log names them.
	By string
}

// codeUnused is the code of what has no effect beside the other members.
const codeUnused = "unused"

// read reads the body.
func (w Word) read() (Resolution, error) {
	o := resource.Read(w.Body, resource.Table{Of: "a resolution", Fields: []resource.Field{
		{Name: "outcome", Type: resource.Enum, Required: true, Values: []string{string(Applied), string(NotApplied)},
			Hint: "say what became of the write"},
		{Name: "source_id", Type: resource.Text, Nullable: true, NonEmpty: true, Longest: tsp.LongestID},
	}})
	r := Resolution{Outcome: Effect(o.Text("outcome").Or("")), SourceID: resource.SourceID(o.Text("source_id").Or("")), By: w.By}
	if len(r.SourceID) > tsp.LongestID {
		o.Refuse("source_id", resource.CodeTooLong, "must have at most %d bytes", tsp.LongestID)
	}
	if r.Outcome == NotApplied && r.SourceID != "" {
		o.Refuse("source_id", codeUnused, "goes with the outcome applied alone; leave it out")
	}
	if wrong := o.Problems(); len(wrong) > 0 {
		return r, problem.InvalidBody(wrong...)
	}
	return r, nil
}

// Resolve ends, as somebody says, what is not known of an operation that failed with its outcome unknown. One that was
// applied has succeeded from then on, and one that was not can be retried. Whoever says the same again is answered with
// the operation as it is.
func (s *Service) Resolve(ctx context.Context, w Word) (Operation, error) {
	r, err := w.read()
	if err != nil {
		return Operation{}, err
	}
	op, err := s.get(ctx, w.Partner, w.Connection, w.Operation)
	if err != nil || op.Resolution != nil {
		return op, errors.Join(err, op.differs(r))
	}
	if why := op.resolvable(r.Outcome); why != "" {
		return op, problem.New(problem.Conflict, "operation %s cannot be resolved: %s", op.ID, why+s.instead(ctx, op))
	}
	if err := op.names(r); err != nil {
		return op, err
	}
	conn, err := s.resolving(ctx, op, r.Outcome)
	if err != nil {
		return op, err
	}
	done, err := s.Resolver.ResolveByHand(ctx, conn, op, r)
	if !errors.Is(err, fence.ErrOvertaken) {
		return done, err
	}
	if op, err = s.get(ctx, w.Partner, w.Connection, w.Operation); err != nil {
		return op, err
	}
	return op, op.differs(r)
}

// instead says what can be done with an operation that cannot be resolved so: it is retried, or something else is sent.
func (s *Service) instead(ctx context.Context, op Operation) string {
	switch {
	case op.State != Failed:
		return ""
	case op.CutAt.IsZero():
		return "; " + s.again(ctx, op)
	}
	return s.unsent(ctx, op)
}

// differs refuses to resolve an operation in another way than it was resolved.
func (op Operation) differs(r Resolution) error {
	if op.Resolution == nil || op.Resolution.says(r) {
		return nil
	}
	return problem.New(problem.Conflict, "operation %s was %s at %s; that is final", op.ID, op.Resolution.details(), moment(op.UpdatedAt))
}

// names refuses a resolution that does not name the record which it must, or another.
func (op Operation) names(r Resolution) error {
	wrong := problem.Detail{Path: "source_id", Input: resource.Excerpt(string(r.SourceID)), Code: resource.CodeReference}
	switch {
	case r.Outcome == NotApplied:
		return nil
	case op.Verb == resource.Update && r.SourceID != "" && r.SourceID != op.SourceID:
		wrong.Message = fmt.Sprintf("must be that of the record which the operation updates, %s; leave it out", op.SourceID)
	case op.Verb == resource.Create && r.SourceID == "" && !op.Kind.Facts().Log:
		wrong.Code = resource.CodeMissing
		wrong.Message = fmt.Sprintf("is required; say which %s the write has made: its id at the TSP", op.Kind)
	default:
		return nil
	}
	return problem.InvalidBody(wrong)
}

// resolving returns the connection of an operation that is resolved. What was applied is read through it, for which the
// fleet must allow what it must for the write. Through one that has ended nobody reads any more, and the word counts.
func (s *Service) resolving(ctx context.Context, op Operation, as Effect) (connection.Connection, error) {
	conn, err := s.Connections.Connection(ctx, op.Connection)
	if err != nil {
		return conn, fmt.Errorf("looking up the connection: %w", err)
	}
	if as == NotApplied {
		return conn, nil
	}
	grant, err := s.Access.Grant(ctx, op.Partner, op.Fleet)
	if errors.Is(err, access.ErrNotFound) {
		grant, err = access.Grant{Status: access.GrantDeleted, ReadAt: s.Now()}, nil
	}
	switch {
	case err != nil:
		return conn, fmt.Errorf("looking up the grant: %w", err)
	case !grant.MayWrite(op.Kind):
		return conn, problem.New(problem.Forbidden, "%s", grant.RefusesWrite(op.Kind))
	case conn.Status != connection.Active && !conn.Status.Ended():
		return conn, problem.New(problem.Conflict, "%s", conn.Bars("ask the TSP what became of the write"))
	}
	return conn, nil
}
