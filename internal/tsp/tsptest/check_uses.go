package tsptest

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkUses: every field of the schema has a use, each with the reason that people need, and the
// strength is one that the session can keep.
func checkUses(t *trial, _ form) {
	action, schema := t.suite.spec.Actions[t.c], t.schemaOf(t.c)
	left := maps.Clone(action.Uses)
	var unreasoned []string
	for i := range schema.Fields {
		f := &schema.Fields[i]
		use, ok := action.Uses[f.Name]
		delete(left, f.Name)
		switch {
		case f.Name == "connection_id":
			if ok {
				t.errorf("connection_id is written nowhere and has no use")
			}
		case !ok:
			t.errorf("%s has no use", f.Name)
		default:
			if use.Reason == "" && (use.Use == tsp.UseDropped || use.Use == tsp.UseRejected) {
				unreasoned = append(unreasoned, f.Name)
			}
			t.checkUse(f, use, f.Name)
			for _, c := range use.Cases {
				t.checkUse(f, c.Use, f.Name+" with "+c.Setting)
			}
		}
	}
	if len(unreasoned) > 0 {
		t.errorf("these fields are dropped or rejected without a reason: %s", strings.Join(unreasoned, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		t.errorf("%s is no field and has a use", name)
	}
	switch action.Strength {
	case tsp.Native, tsp.NaturalKey, tsp.VerifyFirst, tsp.None:
	default:
		t.errorf("the strength %q is none", action.Strength)
	}
}

// checkUse looks at one use of a field.
func (t *trial) checkUse(f *resource.Field, use tsp.FieldUse, where string) {
	switch use.Use {
	case tsp.UseDropped, tsp.UseRejected:
		if use.Reason == "" && where != f.Name {
			t.errorf("%s is %s without a reason", where, use.Use)
		}
		if use.Unread != "" {
			t.errorf("%s is NotRead and does not reach the TSP at all", where)
		}
	case tsp.UseSent, tsp.UseRequired:
	default:
		t.errorf("%s has the use %q", where, use.Use)
	}
	if use.Values != nil && use.Reason == "" {
		t.errorf("%s takes only some values and does not say why", where)
	}
	for _, v := range use.Values {
		if f.Values != nil && !slices.Contains(f.Values, v) {
			t.errorf("%s takes the value %q, which the contract does not have", where, v)
		}
	}
	if use.Most > 0 && use.Least > use.Most || (use.Least > 0 || use.Most > 0) && f.Type != resource.Text {
		t.errorf("%s has a length of %d to %d", where, use.Least, use.Most)
	}
	if use.Unless != nil && (use.Use != tsp.UseRejected || f.Type != resource.Boolean) {
		t.errorf("%s lets a value pass; that is for booleans that are rejected", where)
	}
	if len(use.Collections) > 0 && f.Ref == nil {
		t.errorf("%s points into collections and is no reference", where)
	}
}
