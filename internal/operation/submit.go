package operation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Performer performs sync operations. It is a port, because what performing means is the matter of
// lanes, of which this room knows nothing.
type Performer interface {
	// Admit refuses with a *problem.Error a sync write that cannot be performed now because the
	// limits of its TSP are used up, as far as the partner may use them. Whoever it lets pass accepts the
	// write and calls PerformNow.
	Admit(c connection.Connection, op Operation) error
	// Fenced returns a context for a sync write that is accepted from now on. Where others may take this process for dead
	// before it is performed under it, and end it, nothing of it is sent.
	Fenced(ctx context.Context) context.Context
	// PerformNow performs an operation that was accepted in state sending, settles it and returns
	// it as it ended. The caller's hanging up does not cancel it.
	PerformNow(ctx context.Context, op Operation) (Operation, error)
}

// Config is what a Service is made of.
type Config struct {
	Store       Store
	Access      access.Store
	Connections connection.Store
	Records     record.Store
	Registry    *tsp.Registry
	Performer   Performer
	Now         func() time.Time
	// Replica is this process among those that share the store; zero where there is no other.
	Replica uuid.UUID
	// MaxAge bounds how long an operation may wait for its end.
	MaxAge time.Duration
	// Waiters are those who Await an operation.
	Waiters *Waiters
	// Explainer tells why operations wait; it may be nil.
	Explainer Explainer
}

// Service accepts writes and answers questions about them.
type Service struct{ Config }

// New returns a service.
func New(c Config) *Service { return &Service{c} }

// Request is one write as a caller asks for it.
type Request struct {
	Partner uuid.UUID
	Kind    resource.Kind
	Verb    resource.Verb
	// Target is the record to update; nil for a create.
	Target uuid.UUID
	Body   []byte
	Sync   bool
	// Key is the caller's idempotency key, if it gave one.
	Key *Key
}

// Submit checks a write and accepts it. A request whose key was accepted before gets that
// operation again and changes nothing; replayed tells so. Otherwise the checks come in this
// order, and the first that fails decides the problem: body, connection, grant, connection
// status, capability, fields and references, and of a sync write the TSP's limits. Nothing is
// stored or sent unless all pass. An async operation is on disk when Submit returns; a sync one
// has ended.
func (s *Service) Submit(ctx context.Context, r Request) (op Operation, replayed bool, err error) {
	if r.Key != nil {
		if op, replayed, err = s.replay(ctx, r); replayed || err != nil {
			return op, replayed, err
		}
	}
	op, err = s.submit(ctx, r)
	if !errors.Is(err, ErrKeyTaken) {
		return op, false, err
	}
	if op, replayed, again := s.replay(ctx, r); replayed || again != nil {
		return op, replayed, again
	}
	// The key that stood in the way was at the end of its life, and is gone when it is looked up.
	return Operation{}, false, err
}

// submit accepts a write whose key, if it has one, nobody holds yet.
func (s *Service) submit(ctx context.Context, r Request) (Operation, error) {
	schema, err := resource.For(r.Kind, r.Verb)
	if err != nil {
		return Operation{}, err
	}
	payload, wrong := schema.Decode(r.Body)
	if len(wrong) > 0 {
		return Operation{}, problem.InvalidBody(wrong...)
	}
	// What may be written and to whom is as it stands now: no change that was made before is missed.
	now := fence.AsOf(ctx, s.Now())
	conn, grant, err := s.writable(now, r, payload.Connection())
	if err != nil {
		return Operation{}, err
	}
	op, err := s.prepare(r, conn, grant)
	if err != nil {
		return Operation{}, err
	}
	if err := s.fill(now, &op, draft{r, conn, schema, payload}); err != nil {
		return Operation{}, err
	}
	if r.Sync {
		if err := s.Store.Free(ctx, op); err != nil {
			return Operation{}, s.refused(err, op.Partner)
		}
		// Last of the checks, since it charges the limit: a write that is refused for itself
		// should cost none.
		if err := s.Performer.Admit(conn, op); err != nil {
			return Operation{}, err
		}
	}
	return s.accept(ctx, op)
}

// writable returns the connection if the partner may write the kind through it now. Who has no
// grant of the fleet at all learns nothing of the connection, not even that there is one.
func (s *Service) writable(ctx context.Context, r Request, id uuid.UUID) (connection.Connection, access.Grant, error) {
	none := problem.New(problem.NotFound, "there is no connection %s; GET /v2/integrations/connections lists yours", id)
	conn, err := s.Connections.Connection(ctx, id)
	if errors.Is(err, connection.ErrNotFound) || err == nil && conn.Status == connection.Deleted {
		return conn, access.Grant{}, none
	}
	if err != nil {
		return conn, access.Grant{}, fmt.Errorf("looking up the connection: %w", err)
	}
	grant, err := s.Access.Grant(ctx, r.Partner, conn.Fleet)
	switch {
	case errors.Is(err, access.ErrNotFound), err == nil && grant.Status == access.GrantDeleted:
		return conn, grant, none
	case err != nil:
		return conn, grant, fmt.Errorf("looking up the grant: %w", err)
	case !grant.MayWrite(r.Kind):
		return conn, grant, problem.New(problem.Forbidden, "%s", grant.RefusesWrite(r.Kind))
	case conn.Status != connection.Active:
		return conn, grant, problem.New(problem.Conflict, "%s", conn.Bars("take writes"))
	}
	return conn, grant, nil
}

// prepare makes the operation's frame.
func (s *Service) prepare(r Request, conn connection.Connection, grant access.Grant) (Operation, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Operation{}, fmt.Errorf("making an operation id: %w", err)
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	op := Operation{ID: id, Partner: r.Partner, Connection: conn.ID, Fleet: conn.Fleet, FleetRef: grant.FleetRef,
		TSP: conn.TSP, Kind: r.Kind, Verb: r.Verb, State: Queued, Sync: r.Sync,
		NextAt: now, Deadline: now.Add(s.MaxAge), CreatedAt: now, UpdatedAt: now, Key: r.Key}
	// From its first moment a sync operation may have been sent, so a crash must find it as such.
	if r.Sync {
		op.State, op.SentAt, op.Handler = Sending, now, s.Replica
	}
	return op, nil
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
	kind := strings.ReplaceAll(string(d.Kind), "_", " ")
	what := fmt.Sprintf("%s of a %s is not available at %s", d.Verb, kind, spec.DisplayName)
	c := tsp.Capability{Kind: d.Kind, Verb: d.Verb}
	action, ok := spec.Actions[c]
	if !ok {
		if why := spec.Lacking[c]; why != "" {
			what += ": " + why
		}
		return spec, action, settings, problem.New(problem.NotImplemented, "%s", what)
	}
	if why := action.Lacks(settings); why != "" {
		return spec, action, settings, problem.New(problem.NotImplemented, "%s on this connection: %s", what, why)
	}
	return spec, action.Under(settings), settings, nil
}

// fill checks capability, fields and references, and completes the operation from them.
func (s *Service) fill(ctx context.Context, op *Operation, d draft) error {
	r, schema, payload := d.Request, d.schema, d.payload
	spec, action, settings, err := s.action(d)
	if err != nil {
		return err
	}
	if r.Verb == resource.Update {
		if err := s.target(ctx, op, r); err != nil {
			return err
		}
		if len(schema.Given(payload)) == 0 {
			return problem.InvalidBody(problem.Detail{Message: "there is nothing to update; give at least one field " +
				"besides connection_id", Code: resource.CodeNothing})
		}
	}
	policy := action.Apply(spec.DisplayName, schema, payload, settings)
	found, err := s.resolve(ctx, d, action)
	if err != nil {
		return err
	}
	var all resource.Tally
	all.Add(policy.Problems...)
	all.Add(found.problems...)
	if wrong := all.Problems(); len(wrong) > 0 {
		return problem.InvalidBody(wrong...)
	}
	op.Warnings, op.OrderKey = append(policy.Warnings, found.warnings...), orderKey(*op, schema, payload)
	if op.Payload, err = schema.Resolved(r.Body, found.refs); err != nil {
		return err
	}
	return nil
}

// target fills in the record that an update is for. One that the connection does not reach is
// none.
func (s *Service) target(ctx context.Context, op *Operation, r Request) error {
	rec, err := s.Records.Record(ctx, op.Connection, r.Target)
	if errors.Is(err, record.ErrNotFound) || err == nil && rec.Kind != r.Kind {
		return problem.New(problem.NotFound, "the connection reaches no %s %s; "+
			"GET /v2/telematics/%s lists those that you may read", r.Kind, r.Target, r.Kind.Facts().Plural)
	}
	if err != nil {
		return fmt.Errorf("looking up the record to update: %w", err)
	}
	if !rec.DeletedAt.IsZero() {
		return problem.New(problem.NotFound, "the %s %s was deleted at the TSP", r.Kind, r.Target)
	}
	op.Resource, op.SourceID, op.Collection = rec.ID, rec.SourceID, rec.Collection
	return nil
}

// accept stores the operation; a sync one is performed before it returns.
func (s *Service) accept(ctx context.Context, op Operation) (Operation, error) {
	// A caller who hangs up now must not leave a stored operation that nobody performs.
	ctx = context.WithoutCancel(ctx)
	if op.Sync {
		ctx = s.Performer.Fenced(ctx)
	}
	var events []event.Event
	if !op.Sync {
		created, err := op.Event(event.OperationCreated, op.CreatedAt)
		if err != nil {
			return Operation{}, err
		}
		events = append(events, created)
	}
	accepted, err := s.Store.Accept(ctx, op, events)
	if err != nil {
		return Operation{}, s.refused(err, op.Partner)
	}
	if op.Sync {
		return s.Performer.PerformNow(ctx, accepted)
	}
	return accepted, nil
}

// refused is the problem of an operation that the store does not take. One that would have to wait
// is refused as well: its caller would wait for an unknown time. Where the store does not know whether it has
// taken it, it says so itself.
func (s *Service) refused(err error, partner uuid.UUID) error {
	var busy *Busy
	var unsure *fence.Uncertain
	if errors.As(err, &busy) {
		return &problem.Error{Code: problem.Conflict, RetryAfter: max(busy.Until.Sub(s.Now()), 0),
			Detail: busy.to(partner) + "; wait for it, or write without is_sync"}
	}
	if errors.As(err, &unsure) {
		return err
	}
	return &problem.Error{Code: problem.Unavailable, RetryAfter: time.Second,
		Detail: "the write could not be stored now; nothing was accepted, so send it again", Err: err}
}
