package operation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Images are what updates have changed of their records; they are written by Queue.Settle.
type Images interface {
	// Image returns what a successful update has changed; nil if that is not known.
	Image(ctx context.Context, operation uuid.UUID) (record.Image, error)
}

// Reverting is what a request takes back.
type Reverting struct {
	Operation uuid.UUID
	Upon      Upon
	// Verified tells that the update was to be read back, so that the write is, unless its request says otherwise.
	Verified bool
}

// Upon is a record as it was read: when it had been written last, and the hash of what it held, which two writes at one time
// and imports change.
type Upon struct {
	WrittenAt time.Time
	Hash      string
}

// Reverted returns the request that takes a successful update back: a write of its own, linked to it, of the values that
// its fields held before. It is refused where one of these is not known or cannot be written, and where one of the fields
// has been changed since, by whomever. The request says how it is to be made.
func (s *Service) Reverted(ctx context.Context, conn, id uuid.UUID, r Request) (Request, error) {
	old, err := s.get(ctx, r.Partner, conn, id)
	if err != nil {
		return r, err
	}
	r.Kind, r.Verb, r.Target = old.Kind, resource.Update, old.Resource
	// A field that would be dropped would keep the value that is to be taken back.
	r.Strict = true
	if taken, err := s.isTaken(ctx, r); taken || err != nil {
		return r, err
	}
	if err := s.revertible(ctx, old); err != nil {
		return r, err
	}
	image, err := s.Images.Image(ctx, old.ID)
	if err != nil {
		return r, fmt.Errorf("reading what an update has changed: %w", err)
	}
	rec, err := s.Records.Record(ctx, old.Connection, old.Resource)
	if errors.Is(err, record.ErrNotFound) || err == nil && !rec.DeletedAt.IsZero() {
		return r, irrevertible(old, "its record is not at the TSP any more")
	}
	if err != nil {
		return r, fmt.Errorf("looking up the record of an update: %w", err)
	}
	r.Reverts = &Reverting{old.ID, Upon{rec.SeenAt, rec.Hash}, old.Verify}
	uses, err := s.uses(ctx, old)
	if err != nil {
		return r, err
	}
	r.Body, err = before(old, image, rec, uses)
	return r, err
}

// revertible tells why an operation cannot be reverted, whatever it has changed; nil if it can.
func (s *Service) revertible(ctx context.Context, op Operation) error {
	switch {
	case op.Verb == resource.Create:
		return irrevertible(op, "it has made a %s, and Waybill deletes nothing at TSPs; only updates can be reverted", op.Kind)
	case op.State == Failed && op.CutAt.IsZero():
		return irrevertible(op, "it has failed, so that there is nothing to take back")
	case op.State == Failed:
		return irrevertible(op, "its outcome is unknown; look at the TSP, and POST .../resolve what you find")
	case op.State != Succeeded:
		return irrevertible(op, "it is pending; wait for its end%s", op.orCancel())
	}
	if op.RevertedBy != uuid.Nil {
		by, err := s.Store.Operation(ctx, op.Partner, op.Connection, op.RevertedBy)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("looking up what has reverted an operation: %w", err)
		}
		if err != nil || by.State != Failed || by.IsUnknown() {
			return irrevertible(op, "it was reverted as operation %s; revert that one to have its values again", op.RevertedBy)
		}
	}
	// What the record held before is the fleet's, and not in what the caller has sent.
	grant, err := s.Access.Grant(ctx, op.Partner, op.Fleet)
	if err != nil && !errors.Is(err, access.ErrNotFound) {
		return fmt.Errorf("looking up the grant: %w", err)
	}
	if err != nil || !grant.MayRead(op.Kind) {
		return problem.New(problem.Forbidden, "the fleet does not let you read its %s, and a reverted update shows what they held",
			strings.ReplaceAll(op.Kind.Facts().Plural, "-", " "))
	}
	return s.isFree(ctx, op)
}

// isFree refuses to revert an operation whose record others are about to write.
func (s *Service) isFree(ctx context.Context, op Operation) error {
	// Asked as a write that comes now and cannot wait: what may take effect yet must have done so.
	op.Sync, op.NextAt = true, s.Now()
	err := s.Store.Free(ctx, op)
	var busy *Busy
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &busy):
		return fmt.Errorf("looking up unfinished writes of a record: %w", err)
	}
	return &problem.Error{Code: problem.Conflict, RetryAfter: max(busy.Until.Sub(s.Now()), time.Second),
		Detail: fmt.Sprintf("operation %s cannot be reverted yet: %s; wait for it", op.ID, busy.to(op.Partner))}
}

// before is the body of the update that gives a record back what it held before an operation.
func before(op Operation, image record.Image, now record.Record, uses tsp.Uses) ([]byte, error) {
	if image == nil {
		return nil, irrevertible(op, "what its record held before is not known")
	}
	back, err := image.Back(now)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(image)) {
		// Of what the TSP does not show nobody knows that it had none, or has none.
		if uses[name].Unread != "" && image[name].Before.Kind() == 'n' {
			back.Unknown = append(back.Unknown, name)
		}
	}
	switch {
	case len(back.Unknown) > 0:
		return nil, irrevertible(op, "what its record held before is not known of %s", strings.Join(back.Unknown, ", "))
	case len(back.Since) > 0:
		return nil, irrevertible(op, "its record has been changed since: %s; send an update of your own with what it shall hold",
			strings.Join(back.Since, ", "))
	case len(back.Fields) == 0 && len(back.Already) > 0:
		return nil, irrevertible(op, "its record holds what it held before already: %s; the TSP has not taken that, or it was taken "+
			"back since", strings.Join(back.Already, ", "))
	case len(back.Fields) == 0:
		return nil, irrevertible(op, "it has changed nothing, as far as is known")
	}
	return back.Body(op.Connection)
}

// uses are those of an operation's fields at its TSP, under the connection's settings; none without an adapter, in which the
// write itself fails.
func (s *Service) uses(ctx context.Context, op Operation) (tsp.Uses, error) {
	adapter, ok := s.Registry.Adapter(op.TSP)
	if !ok {
		return nil, nil
	}
	conn, err := s.Connections.Connection(ctx, op.Connection)
	if err != nil && !errors.Is(err, connection.ErrNotFound) {
		return nil, fmt.Errorf("looking up the connection: %w", err)
	}
	spec := adapter.Spec()
	action := spec.Actions[tsp.Capability{Kind: op.Kind, Verb: op.Verb}]
	return action.Under(spec.Effective(conn.Settings)).Uses, nil
}

func irrevertible(op Operation, format string, args ...any) error {
	return problem.New(problem.Conflict, "operation %s cannot be reverted: %s", op.ID, fmt.Sprintf(format, args...))
}
