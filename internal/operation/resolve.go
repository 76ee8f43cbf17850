package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
}

// referenceTo is a record as a path names it.
func referenceTo(path string, rec record.Record) Reference {
	return Reference{Path: path, Resource: rec.Kind, ResourceID: rec.ID, SourceID: rec.SourceID, Collection: rec.Collection}
}

// resolve finds the TSP's ids of a payload's references. Each must name a record of its kind, also
// where its field is dropped: a write whose reference is a mistake is one. References are resolved
// before the write is accepted, so that an operation holds all that its attempts need, whatever
// becomes of the records. Problems and warnings are told with their index in a list.
func (s *Service) resolve(ctx context.Context, d draft, action tsp.Action) (resolved, error) {
	out := resolved{refs: resource.Refs{}}
	for _, f := range d.schema.References() {
		use := action.Uses[f.Name]
		var found []resource.SourceID
		for i, id := range f.IDs(d.payload) {
			path := f.Name
			if f.Ref.List {
				path = fmt.Sprintf("%s[%d]", f.Name, i)
			}
			rec, err := s.Records.Record(ctx, d.conn.ID, id)
			if err != nil && !errors.Is(err, record.ErrNotFound) {
				return out, fmt.Errorf("resolving %s: %w", path, err)
			}
			if message := unfit(rec, err, f, use); message != "" {
				out.problems = append(out.problems, resource.Problem{Path: path, Input: id.String(),
					Message: message, Code: resource.CodeReference})
				continue
			}
			found = append(found, rec.SourceID)
			out.records = append(out.records, referenceTo(path, rec))
			if use.Use != tsp.UseDropped && rec.Deactivated() {
				out.warnings = append(out.warnings, tsp.Warning{Path: path, Message: fmt.Sprintf(
					"this %s is deactivated at the TSP as far as is known; the write is sent all the same", rec.Kind)})
			}
		}
		if len(found) > 0 {
			out.refs[f.Name] = found
		}
	}
	return out, nil
}

// unfit says why a record cannot stand behind a reference, "" if it can. It takes the error of the
// look-up, too, because an unknown record is one more reason. Records are looked up under the
// connection, so another fleet's id is as unknown as a made-up one.
func unfit(rec record.Record, err error, f *resource.Field, use tsp.FieldUse) string {
	switch {
	case err != nil:
		return fmt.Sprintf("the connection reaches no %s with this id", f.Ref.Kind)
	case !rec.DeletedAt.IsZero():
		return fmt.Sprintf("this %s was deleted at the TSP", rec.Kind)
	case rec.Kind != f.Ref.Kind:
		return fmt.Sprintf("must be the id of a %s, and this is a %s", f.Ref.Kind, rec.Kind)
	case use.Use != tsp.UseDropped && len(use.Collections) > 0 && !slices.Contains(use.Collections, rec.Collection):
		return fmt.Sprintf("must be one of the TSP's %s, and this is one of its %s",
			strings.Join(use.Collections, " or "), rec.Collection)
	}
	return ""
}
