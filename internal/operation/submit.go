package operation

import (
	"context"
	"errors"
	"fmt"
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

// Config is what a Service is made of.
type Config struct {
	Store Store
	// Groups stores what is submitted together.
	Groups Groups
	// Kept are the calls of attempts.
	Kept        Exchanges
	Cancels     Cancels
	Trying      Trying
	Chained     Chained
	Surveys     Surveys
	Newer       Newer
	Access      access.Store
	Connections connection.Store
	Records     record.Store
	Shelves     Shelves
	Registry    *tsp.Registry
	Performer   Performer
	Now         func() time.Time
	// Replica is this process among those that share the store; zero where there is no other.
	Replica uuid.UUID
	// MaxAge bounds how long an operation may wait for its end.
	MaxAge time.Duration
	// Waiters are those who Await an operation.
	Waiters *Waiters
	// Images are what updates have changed.
	Images Images
	// Resolver carries out what is resolved by hand.
	Resolver Resolver
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
	// Told has a sync write raise events, whatever its connection says.
	Told bool
	// Strict refuses the write if a field of it would be dropped.
	Strict bool
	// Verify tells whether the record is to be read back; nil leaves it to the operation from which the write follows, and
	// to the connection.
	Verify *bool
	// Expires is for how long after it was accepted the write may be sent; zero for as long as it takes.
	Expires time.Duration
	// Key is the caller's idempotency key, if it gave one.
	Key *Key
	// Retries is the failed operation that the write is to retry, as Retry has found it; nil for none.
	Retries *Operation
	// AsWas tells that the body is that of the operation which the write Retries.
	AsWas bool
	// Looked is Operation.Looked of a write of which that is looked at before it is checked.
	Looked int64
	// Overwrite has a write that Retries another written over whatever was asked for later.
	Overwrite bool
	// Reverts is the update that the write takes back, as Reverted has found it; nil for none.
	Reverts *Reverting
	// Came is when it came, by the service's clock: no later change need be heeded. Zero is now.
	Came time.Time
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
	// A repetition that came at the same time has taken the key, and what is retried or reverted as well.
	if r.Key == nil || !errors.Is(err, ErrKeyTaken) && !errors.Is(err, ErrRetried) && !errors.Is(err, ErrReverted) {
		return op, false, err
	}
	if op, replayed, again := s.replay(ctx, r); replayed || again != nil {
		return op, replayed, again
	}
	// The key that stood in the way was at the end of its life, and is gone when it is looked up.
	return Operation{}, false, err
}

// submit accepts a write whose key, if it has one, nobody holds yet. What others write meanwhile of a record over which the
// write must not is looked at as well.
func (s *Service) submit(ctx context.Context, r Request) (op Operation, err error) {
	for n := range mostPassed {
		if op, err = s.submitOnce(ctx, r, n == 0); !errors.Is(err, ErrPassed) {
			break
		}
	}
	return op, err
}

// submitOnce is one try; the first is charged to the limits of a sync write.
func (s *Service) submitOnce(ctx context.Context, r Request, first bool) (Operation, error) {
	c, err := s.check(ctx, r)
	if err != nil {
		return Operation{}, err
	}
	if r.Sync {
		if err := s.Store.Free(ctx, c.op); err != nil {
			return Operation{}, s.refused(err, c.op.Partner)
		}
		// Last of the checks, since it charges the limit: a write that is refused for itself
		// should cost none.
		if first {
			err = s.Performer.Admit(c.conn, c.op)
		}
		if err != nil {
			return Operation{}, err
		}
	}
	return s.accept(ctx, c.op)
}

// writable returns the connection if the partner may write the kind through it now. Who has no
// grant of the fleet at all learns nothing of the connection, not even that there is one.
func (s *Service) writable(ctx context.Context, r Request, id uuid.UUID) (connection.Connection, access.Grant, error) {
	none := func() error {
		return problem.New(problem.NotFound, "there is no connection %s; GET /v2/integrations/connections lists yours", id)
	}
	conn, err := s.Connections.Connection(ctx, id)
	if errors.Is(err, connection.ErrNotFound) || err == nil && conn.Status == connection.Deleted {
		return conn, access.Grant{}, none()
	}
	if err != nil {
		return conn, access.Grant{}, fmt.Errorf("looking up the connection: %w", err)
	}
	grant, err := s.Access.Grant(ctx, r.Partner, conn.Fleet)
	switch {
	case errors.Is(err, access.ErrNotFound), err == nil && grant.Status == access.GrantDeleted:
		return conn, grant, none()
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
	if r.Expires > 0 {
		op.ExpiresAt = now.Add(r.Expires)
		op.StopAt = op.ExpiresAt
	}
	if r.Retries != nil {
		op.RetryOf = r.Retries.ID
	}
	if r.Reverts != nil {
		op.RevertOf, op.Upon = r.Reverts.Operation, r.Reverts.Upon
	}
	// From its first moment a sync operation may have been sent, so a crash must find it as such.
	if r.Sync {
		op.State, op.SentAt, op.Handler = Sending, now, s.Replica
		op.Told = r.Told || conn.SyncEvents
	}
	return op, nil
}

// accept stores the operation; a sync one is performed before it returns.
func (s *Service) accept(ctx context.Context, op Operation) (Operation, error) {
	// A caller who hangs up now must not leave a stored operation that nobody performs.
	ctx = context.WithoutCancel(ctx)
	if op.Sync {
		ctx = s.Performer.Fenced(ctx)
	}
	var events []event.Event
	if op.Raises() {
		created, err := op.Event(event.OperationCreated, op.CreatedAt)
		if err != nil {
			return Operation{}, err
		}
		events = append(events, created)
	}
	accepted, err := s.Store.Accept(ctx, op, events)
	var unsure *fence.Uncertain
	if op.Sync && errors.As(err, &unsure) {
		s.Performer.Forgo(ctx, op)
	}
	if err != nil {
		return Operation{}, s.refused(err, op.Partner)
	}
	if op.Sync {
		return s.Performer.PerformNow(ctx, accepted)
	}
	return accepted, nil
}
