package operation

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// resolved are a payload's references as they were found.
type resolved struct {
	refs     resource.Refs
	problems []resource.Problem
	warnings []tsp.Warning
	records  []Reference
	// names are the ids under which records are InOrder, by the names of fields.
	names map[string]uuid.UUID
	// awaits are the operations that make named records yet, and made the records of those that have, by the operation.
	awaits []uuid.UUID
	made   map[uuid.UUID]record.Record
}

// referenceTo is a record as a path names it.
func referenceTo(path string, rec record.Record) Reference {
	return Reference{Path: path, Resource: rec.Kind, ResourceID: rec.ID, SourceID: rec.SourceID, Collection: rec.Collection}
}

// resolve finds the TSP's ids of a payload's references. Each must name a record of its kind, also
// where its field is dropped: a write whose reference is a mistake is one. References are resolved
// before the write is accepted, so that an operation holds all that its attempts need, whatever
// becomes of the records; but for those that other operations make yet. Problems and warnings are told with their index
// in a list.
func (s *Service) resolve(ctx context.Context, d draft, action tsp.Action) (resolved, error) {
	out := resolved{refs: resource.Refs{}, names: map[string]uuid.UUID{}, made: map[uuid.UUID]record.Record{}}
	all, err := s.mentions(ctx, d)
	if err != nil {
		return out, err
	}
	for i, m := range all {
		use := action.Uses[m.field.Name]
		code, message := resource.CodeReference, m.unfit(use)
		if message == "" && (m.by != nil || len(out.made) > 0) {
			if first := slices.IndexFunc(all[:i], m.repeats); first >= 0 {
				code, message = resource.CodeRepeated, "stands for the record at "+all[first].path+"; name each once"
			}
		}
		if message != "" {
			out.problems = append(out.problems, resource.Problem{Path: m.path, Input: m.id.String(), Message: message,
				Code: code})
			continue
		}
		out.take(m, use)
	}
	return out, nil
}

// take adds a reference that fits.
func (r *resolved) take(m mention, use tsp.FieldUse) {
	name, to := m.field.Name, m.reference()
	r.refs[name] = append(r.refs[name], to.SourceID)
	r.records = append(r.records, to)
	if m.awaited() {
		r.names[name] = m.id
		if !slices.Contains(r.awaits, m.id) {
			r.awaits = append(r.awaits, m.id)
		}
		return
	}
	r.names[name] = m.rec.InOrder()
	if m.by != nil {
		r.made[m.id] = m.rec
	}
	if use.Use != tsp.UseDropped && m.rec.Deactivated() {
		r.warnings = append(r.warnings, tsp.Warning{Path: m.path, Message: fmt.Sprintf(
			"this %s is deactivated at the TSP as far as is known; the write is sent all the same", m.rec.Kind)})
	}
}

// unfit says why a record cannot stand behind a reference, "" if it can. It takes the error of the
// look-up, too, because an unknown record is one more reason. Records are looked up under the
// connection, so another fleet's id is as unknown as a made-up one.
func unfit(rec record.Record, err error, f *resource.Field, use tsp.FieldUse) string {
	switch {
	case err != nil:
		return fmt.Sprintf("the connection reaches no %s with this id, and no write of yours on it has it", f.Ref.Kind)
	case !rec.DeletedAt.IsZero():
		return fmt.Sprintf("this %s was deleted at the TSP", rec.Kind)
	case rec.Kind != f.Ref.Kind:
		return fmt.Sprintf("must be the id of a %s, and this is a %s", f.Ref.Kind, rec.Kind)
	}
	return misplaced(rec.Collection, use)
}
