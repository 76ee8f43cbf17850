package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Newer is what Service.Retry needs of the store, so that no older value is written over a newer one unseen.
type Newer interface {
	// NewestOperation is the Seq of the operation that was accepted last; 0 if there is none. Each that is accepted after
	// has a greater one.
	NewestOperation(ctx context.Context) (int64, error)
	// NewerWaiting lists operations of the chain that have not ended, the newest first by Seq.
	NewerWaiting(ctx context.Context, than Since) ([]Operation, error)
	// NewerWritten lists updates of the record, over whatever connection, that have succeeded, and those that failed with
	// their outcome unknown; the newest first by their Age.
	NewerWritten(ctx context.Context, than Since) ([]Operation, error)
}

// Since selects what was asked of a record after something, whoever has asked: what has a greater Age, Most of it.
type Since struct {
	Connection uuid.UUID
	OrderKey   string
	Resource   uuid.UUID
	// Age is that of the write which is to be made again, and Before that of the one behind which a list goes on; 0 for its
	// beginning.
	Age, Before int64
	Most        int
}

// Age tells how old the values of the operation are: it is the Seq of the one that was the first to ask for them.
func (op Operation) Age() int64 {
	if op.AsOf > 0 {
		return op.AsOf
	}
	return op.Seq
}

// ErrPassed is what a Store answers when the record of an operation was written, or is about to be, since it was Looked at.
var ErrPassed = errors.New("the record of the operation was written meanwhile")

// mostPassed bounds how often a retry looks again because its record was written meanwhile.
const mostPassed = 5

// Overwrites is why a write is not made again: some of its fields hold, or are to hold, what was asked for later.
type Overwrites struct {
	// Of is the operation that is retried, and By the newest that has written one of the Fields.
	Of, By Operation
	// Fields are those that both have, in the order of their table; Others tells that Of has more.
	Fields []string
	Others bool
	// Partner is who retries: nobody else is told which operation it is.
	Partner uuid.UUID
	// Unread tells that not all of what was written since was looked at, of which there is too much.
	Unread bool
}

// Error describes the conflict.
func (o *Overwrites) Error() string {
	fields := strings.Join(o.Fields, ", ")
	if o.Unread {
		return fmt.Sprintf("operation %s cannot be retried: its record was written so often since that Waybill does not know whether "+
			"it would write older values over newer ones, of %s; retry it with overwrite=true if that is meant", o.Of.ID, fields)
	}
	by := "operation " + o.By.ID.String()
	if o.Hidden() {
		by = "a newer write of the same record"
	}
	what := "has written"
	switch {
	case !o.By.State.Ended():
		by, what = by+", which is pending,", "is to write"
	case o.By.IsUnknown():
		by, what = by+", whose outcome is unknown,", "may have written"
	}
	remedy := "retry it with overwrite=true if the older values are meant"
	if o.Others {
		remedy += ", or with a body without them"
	}
	return fmt.Sprintf("operation %s cannot be retried: %s %s %s since, and it would write older values over that; %s", o.Of.ID, by,
		what, fields, remedy)
}

// Hidden tells that the newer operation is another partner's.
func (o *Overwrites) Hidden() bool { return o.By.Partner != o.Partner }

// OverwritesRead is the wire form of Overwrites.
type OverwritesRead struct {
	// OperationID is the newer operation, null where it is another partner's or not known; Status is its.
	OperationID *uuid.UUID `json:"operation_id"`
	Status      *string    `json:"status"`
	Fields      []string   `json:"fields"`
}

// Read returns it as whoever retries reads it.
func (o *Overwrites) Read() OverwritesRead {
	r := OverwritesRead{Fields: o.Fields}
	if o.Unread {
		return r
	}
	status := o.By.State.Wire()
	r.Status = &status
	if !o.Hidden() {
		r.OperationID = &o.By.ID
	}
	return r
}

// How much of what was written since is looked at for a retry, in all and at once.
const (
	mostNewer = 1000
	newerOnce = 200
)

// overwrites refuses to make an update again over what was asked later of the same fields of its record, and is there, may be
// there, or is on its way. The caller may say that it is meant. fields are those that the TSP would get.
func (s *Service) overwrites(ctx context.Context, r Request, op *Operation, fields []string) error {
	if op.Looked = r.Looked; r.Retries == nil || r.Overwrite || op.Verb != resource.Update {
		return nil
	}
	if r.AsWas {
		op.AsOf = r.Retries.Age()
	}
	looked, err := s.Newer.NewestOperation(ctx)
	if err != nil {
		return fmt.Errorf("looking up the newest operation: %w", err)
	}
	op.Looked = looked
	found := &Overwrites{Of: *r.Retries, Partner: r.Partner}
	since := Since{Connection: op.Connection, OrderKey: op.OrderKey, Resource: op.Resource, Age: r.Retries.Age(), Most: newerOnce}
	waiting, err := s.Newer.NewerWaiting(ctx, since)
	if err != nil {
		return fmt.Errorf("looking up newer writes of a record that wait: %w", err)
	}
	found.among(waiting, fields)
	found.Unread = len(waiting) == since.Most
	for n := 0; op.Resource != uuid.Nil && len(found.Fields) < len(fields); {
		written, err := s.Newer.NewerWritten(ctx, since)
		if err != nil {
			return fmt.Errorf("looking up newer writes of a record: %w", err)
		}
		found.among(written, fields)
		if len(written) < since.Most {
			break
		}
		if n += len(written); n >= mostNewer {
			found.Unread = true
			break
		}
		since.Before = written[len(written)-1].Age()
	}
	return found.problem(fields)
}

// among adds the fields that newer operations have in common with the retry.
func (o *Overwrites) among(newer []Operation, fields []string) {
	for _, op := range newer {
		has := op.fields()
		for _, name := range fields {
			if slices.Contains(o.Fields, name) || has != nil && !slices.ContainsFunc(has, follows(name)) {
				continue
			}
			if o.Fields = append(o.Fields, name); o.By.ID == uuid.Nil {
				o.By = op
			}
		}
	}
}

// problem is what was found, in a form that may be shown; nil if it is nothing.
func (o *Overwrites) problem(fields []string) error {
	if len(o.Fields) == 0 && !o.Unread {
		return nil
	}
	// What was found says more than that there is more.
	if o.Unread = len(o.Fields) == 0; o.Unread {
		o.Fields = fields
	}
	o.Others = len(o.Fields) < len(fields)
	o.Fields = slices.DeleteFunc(slices.Clone(fields), func(name string) bool { return !slices.Contains(o.Fields, name) })
	return &problem.Error{Code: problem.Conflict, Detail: o.Error(), Err: o}
}

// fields are the names of those that the operation has; nil if what is stored of it cannot be read.
func (op Operation) fields() []string {
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil || op.Damaged != nil {
		return nil
	}
	payload, _, err := schema.Restore(op.Payload)
	if err != nil {
		return nil
	}
	return named(schema.Given(payload), nil)
}

// named are the names of fields, but for those that are left out.
func named(fields []*resource.Field, without []string) []string {
	all := []string{}
	for _, f := range fields {
		if !slices.Contains(without, f.Name) {
			all = append(all, f.Name)
		}
	}
	return all
}

// follows tells of a field whether writing it may change another: TSPs keep whether a record is active and its status in one
// member or in two.
func follows(name string) func(string) bool {
	active := []string{"is_active", "status"}
	return func(other string) bool {
		return name == other || slices.Contains(active, name) && slices.Contains(active, other)
	}
}
