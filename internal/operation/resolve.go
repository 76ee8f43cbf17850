package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// resolve finds the TSP's ids of a payload's references. A reference whose field is dropped is
// resolved if it can be and left out if not; any other that cannot be is a problem. References are
// resolved before the write is accepted, so that an operation holds all that its attempts need,
// whatever becomes of the records. Problems are told with their index in a list.
func (s *Service) resolve(ctx context.Context, conn uuid.UUID, action tsp.Action, schema *resource.Schema,
	payload resource.Payload) (resource.Refs, []resource.Problem, error) {
	refs, problems := resource.Refs{}, []resource.Problem(nil)
	for _, f := range schema.References() {
		use := action.Uses[f.Name]
		var found []resource.SourceID
		for i, id := range f.IDs(payload) {
			path := f.Name
			if f.Ref.List {
				path = fmt.Sprintf("%s[%d]", f.Name, i)
			}
			rec, err := s.Records.Record(ctx, conn, id)
			if err != nil && !errors.Is(err, record.ErrNotFound) {
				return nil, nil, fmt.Errorf("resolving %s: %w", path, err)
			}
			if message := unfit(rec, err, f, use); message == "" {
				found = append(found, rec.SourceID)
			} else if use.Use != tsp.UseDropped {
				problems = append(problems, resource.Problem{Path: path, Input: id.String(),
					Message: message, Code: resource.CodeReference})
			}
		}
		// A list is taken whole or not at all: half of the recipients is another message.
		if len(found) > 0 && len(found) == len(f.IDs(payload)) {
			refs[f.Name] = found
		}
	}
	return refs, problems, nil
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
	case len(use.Collections) > 0 && !slices.Contains(use.Collections, rec.Collection):
		return fmt.Sprintf("must be one of the TSP's %s, and this is one of its %s",
			strings.Join(use.Collections, " or "), rec.Collection)
	}
	return ""
}
