package operation

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checked is a write that may be accepted, and what the checks have found.
type checked struct {
	op         Operation
	conn       connection.Connection
	action     tsp.Action
	settings   tsp.Settings
	dropped    []string
	references []Reference
	// target is the id under which the record to update is InOrder.
	target uuid.UUID
}

// check holds a request against everything that decides whether it is accepted, but for what else is under way.
func (s *Service) check(ctx context.Context, r Request) (c checked, err error) {
	schema, err := resource.For(r.Kind, r.Verb)
	if err != nil {
		return c, err
	}
	payload, wrong := schema.Decode(r.Body)
	if len(wrong) > 0 {
		return c, problem.InvalidBody(wrong...)
	}
	if err := r.elsewhere(payload); err != nil {
		return c, err
	}
	// What may be written and to whom is as it stands now: no change that was made before is missed.
	came := r.Came
	if came.IsZero() {
		came = s.Now()
	}
	now := fence.AsOf(ctx, came)
	conn, grant, err := s.writable(now, r, payload.Connection())
	if err != nil {
		return c, err
	}
	c.conn = conn
	if c.op, err = s.prepare(r, conn, grant); err != nil {
		return c, err
	}
	if err := s.fill(now, &c, draft{r, conn, schema, payload}); err != nil {
		return c, err
	}
	return c, s.overwrites(now, r, &c.op, named(schema.Given(payload), c.dropped))
}

// draft is a request that has been read.
type draft struct {
	Request
	conn    connection.Connection
	schema  *resource.Schema
	payload resource.Payload
}

// action returns what the connection's adapter does for the write, or why it cannot.
func (s *Service) action(d draft) (tsp.Spec, tsp.Action, tsp.Settings, error) {
	adapter, ok := s.Registry.Adapter(d.conn.TSP)
	if !ok {
		return tsp.Spec{}, tsp.Action{}, nil,
			problem.New(problem.NotImplemented, "this installation has no adapter for %s", d.conn.TSP)
	}
	spec := adapter.Spec()
	settings := spec.Effective(d.conn.Settings)
	what := func() string {
		kind := strings.ReplaceAll(string(d.Kind), "_", " ")
		return fmt.Sprintf("%s of a %s is not available at %s", d.Verb, kind, spec.DisplayName)
	}
	c := tsp.Capability{Kind: d.Kind, Verb: d.Verb}
	action, ok := spec.Actions[c]
	if why := spec.Lacking[c]; !ok && why != "" {
		return spec, action, settings, problem.New(problem.NotImplemented, "%s: %s", what(), why)
	}
	if !ok {
		return spec, action, settings, problem.New(problem.NotImplemented, "%s", what())
	}
	if why := action.Lacks(settings); why != "" {
		return spec, action, settings, problem.New(problem.NotImplemented, "%s on this connection: %s", what(), why)
	}
	return spec, action.Under(settings), settings, nil
}

// fill checks capability, fields and references, and completes the operation from them.
func (s *Service) fill(ctx context.Context, c *checked, d draft) error {
	r, schema, payload, op := d.Request, d.schema, d.payload, &c.op
	spec, action, settings, err := s.action(d)
	if err != nil {
		return err
	}
	c.action, c.settings = action, settings
	if r.Verb == resource.Update {
		if err := s.target(ctx, c, r); err != nil {
			return err
		}
		if len(schema.Given(payload)) == 0 {
			return problem.InvalidBody(problem.Detail{Message: "there is nothing to update; give at least one field " +
				"besides connection_id", Code: resource.CodeNothing})
		}
	}
	policy := action.Apply(spec.DisplayName, schema, payload, settings)
	if r.Strict {
		policy = policy.Strict(schema, payload)
	}
	found, err := s.resolve(ctx, d, action)
	if err != nil {
		return err
	}
	var all resource.Tally
	all.Add(s.verifies(op, d, spec)...)
	all.Add(policy.Problems...)
	all.Add(found.problems...)
	if wrong := all.Problems(); len(wrong) > 0 {
		return problem.InvalidBody(wrong...)
	}
	c.dropped, c.references = policy.Dropped(), append(c.references, found.records...)
	found.names[targetPath] = c.target
	op.Warnings = append(append(op.Warnings, policy.Warnings...), found.warnings...)
	op.OrderKey = orderKey(*op, schema, payload, found.names)
	op.Awaits = append(op.Awaits, found.awaits...)
	if op.Payload, err = found.payload(schema, r.Body); err != nil {
		return err
	}
	return op.waitsNow()
}

// target fills in the record that an update is for. One that the connection does not reach is
// none.
func (s *Service) target(ctx context.Context, c *checked, r Request) error {
	op := &c.op
	rec, err := s.Records.Record(ctx, op.Connection, r.Target)
	if errors.Is(err, record.ErrNotFound) {
		var made bool
		if rec, made, err = s.targetMade(ctx, c, r); err == nil && !made {
			return nil
		}
	}
	if errors.Is(err, record.ErrNotFound) || err == nil && rec.Kind != r.Kind {
		return problem.New(problem.NotFound, "the connection reaches no %s %s, and no write of yours on it makes one under "+
			"this id; GET /v2/telematics/%s lists those that you may read", r.Kind, r.Target, r.Kind.Facts().Plural)
	}
	if err != nil {
		return fmt.Errorf("looking up the record to update: %w", err)
	}
	if !rec.DeletedAt.IsZero() {
		return problem.New(problem.NotFound, "the %s %s was deleted at the TSP", r.Kind, r.Target)
	}
	c.target = rec.InOrder()
	op.Resource, op.SourceID, op.Collection = rec.ID, rec.SourceID, rec.Collection
	c.references = append(c.references, referenceTo(targetPath, rec))
	return nil
}
