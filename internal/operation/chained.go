package operation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Unmade: an operation has failed that was to make a record which this one names.
const Unmade Reason = "reference_failed"

// Chained is what operations need of the store that name others by their ids, until these have made their records
// (decision 50).
type Chained interface {
	// Named returns those of some operations that are there, without their Payload, times and attempts, in no order.
	Named(ctx context.Context, ids []uuid.UUID) ([]Operation, error)
	// Name stores the Payload, Resource, SourceID and Collection of an operation that Awaits nothing any more, and returns
	// it with its NextAt, behind the Hold of its chain. fence.ErrOvertaken if it has moved on since it was read, if it
	// was named before, or if the lane was claimed anew.
	Name(ctx context.Context, claim fence.Claim, op Operation, at time.Time) (Operation, error)
}

// Standings are how operations stand that others await, by their ids. One that is not there is kept no longer.
type Standings map[uuid.UUID]Operation

// StandingsOf asks for all that some operations await; nil if they await nothing.
func StandingsOf(ctx context.Context, from Chained, ops []Operation) (Standings, error) {
	var ids []uuid.UUID
	for _, op := range ops {
		if !op.State.Ended() {
			ids = append(ids, op.Awaits...)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := from.Named(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("reading operations that others await: %w", err)
	}
	return standings(found), nil
}

func standings(found []Operation) Standings {
	all := Standings{}
	for _, op := range found {
		all[op.ID] = op
	}
	return all
}

// Behind returns those that an operation awaits and that have not ended.
func (s Standings) Behind(op Operation) (live []Operation) {
	for _, id := range op.Awaits {
		if of, there := s[id]; there && !of.State.Ended() {
			live = append(live, of)
		}
	}
	return live
}

// Fails tells why an operation can never be sent: one that it awaits has ended without a record. "" if it may yet.
func (s Standings) Fails(op Operation) string {
	for _, id := range op.Awaits {
		of, there := s[id]
		why := ""
		switch {
		case !there:
			why = "is not kept any more"
		case of.State == Failed:
			why = of.failing()
		case of.State == Succeeded && of.Resource == uuid.Nil:
			why = "has succeeded, and what it has made is not known"
		default:
			continue
		}
		return fmt.Sprintf("operation %s, for whose record %s stands, %s", id, op.naming(id), why)
	}
	return ""
}

// failing says in which way a failed operation has.
func (op Operation) failing() string {
	switch {
	case op.Reason == Cancelled:
		return "was cancelled"
	case op.Reason == Expired:
		return "has expired"
	case !op.CutAt.IsZero():
		return "has failed, and its outcome is unknown"
	}
	return "has failed"
}

// naming is the path at which an operation names another.
func (op Operation) naming(id uuid.UUID) string {
	if op.awaitsTarget(id) {
		return "the id in its path"
	}
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil {
		return "an id"
	}
	payload, _, err := schema.Restore(op.Payload)
	if err != nil {
		return "an id"
	}
	for _, f := range schema.References() {
		if i := slices.Index(f.IDs(payload), id); i >= 0 {
			return f.Path(i)
		}
	}
	return "an id"
}

// awaitsTarget tells whether it is the record to update that another operation makes.
func (op Operation) awaitsTarget(id uuid.UUID) bool {
	return op.Verb == resource.Update && op.Resource == uuid.Nil && len(op.Awaits) > 0 && op.Awaits[0] == id
}

// Target is the source id of the record to update: a placeholder while another operation is to make it.
func (op Operation) Target() resource.SourceID {
	if len(op.Awaits) > 0 && op.awaitsTarget(op.Awaits[0]) {
		return tsp.MadeBy(op.Awaits[0])
	}
	return op.SourceID
}

// Named returns an operation with the records that those have made which it awaits, all of which have succeeded. unfit
// says of which the TSP can take none there; "" if it can take all.
func (op Operation) Named(by Standings, uses tsp.Uses) (next Operation, unfit string, err error) {
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil {
		return op, "", err
	}
	if unfit, err = op.unfit(schema, by, uses); unfit != "" || err != nil {
		return op, unfit, err
	}
	if op.awaitsTarget(op.Awaits[0]) {
		of := by[op.Awaits[0]]
		op.Resource, op.SourceID, op.Collection = of.Resource, of.SourceID, of.Collection
	}
	op.Payload, err = schema.Named(op.Payload, func(id uuid.UUID) (uuid.UUID, resource.SourceID, bool) {
		of, stands := by[id]
		return of.Resource, of.SourceID, stands && slices.Contains(op.Awaits, id)
	})
	op.Awaits = nil
	return op, "", err
}

// unfit says why a record cannot stand where an operation names it.
func (op Operation) unfit(schema *resource.Schema, by Standings, uses tsp.Uses) (string, error) {
	if op.Damaged != nil {
		return "", op.Damaged
	}
	payload, _, err := schema.Restore(op.Payload)
	if err != nil {
		return "", err
	}
	for _, f := range schema.References() {
		for i, id := range f.IDs(payload) {
			of, stands := by[id]
			if why := misplaced(of.Collection, uses[f.Name]); stands && why != "" {
				return f.Path(i) + " " + why, nil
			}
		}
	}
	return "", nil
}

// misplaced says why a record of a collection cannot stand behind a reference, "" if it can.
func misplaced(collection string, use tsp.FieldUse) string {
	if use.Use == tsp.UseDropped || len(use.Collections) == 0 || slices.Contains(use.Collections, collection) {
		return ""
	}
	return fmt.Sprintf("must be one of the TSP's %s, and this is one of its %s", strings.Join(use.Collections, " or "),
		collection)
}
