package tsptest

import (
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkFields proves the table of field uses by perturbation, under the config's settings and
// under each case that a use names: one field is changed at a time, and the requests of the
// write change if and only if the table says that the field is sent.
func checkFields(t *trial, plain form) {
	for _, v := range t.suite.variants(t.suite.spec.Actions[t.c]) {
		f, known := t.form(v.settings), map[string]encoding{}
		for _, field := range f.fields() {
			if t.excused(field.Name) {
				continue
			}
			use := f.action.Uses[field.Name]
			if v.name != "" && sameUse(use, plain.action.Uses[field.Name]) && len(t.suite.spec.Actions[t.c].Uses[field.Name].Cases) == 0 {
				continue
			}
			f.perturb(field, v.name, known)
		}
	}
}

func sameUse(a, b tsp.FieldUse) bool { return a.Use == b.Use && a.NoNull == b.NoNull }

// perturb changes one field.
func (f form) perturb(field *resource.Field, under string, known map[string]encoding) {
	use := f.action.Uses[field.Name]
	where := field.Name
	if under != "" {
		where += " (" + under + ")"
	}
	values := f.values(field)
	if use.Use == tsp.UseRejected {
		f.refused(field, values, where)
		if use.Unless == nil {
			return
		}
	}
	value := given(values)
	if value == "" {
		f.t.errorf("%s: there is no value to try; name some in Values, or records in Sources", where)
		return
	}
	starts := f.starts(field, value)
	if len(starts) == 0 {
		f.t.errorf("%s: the policy refuses every sample that holds it; name better ones in Values: %+v", where,
			f.problems(f.full(0).with(field.Name, value)))
		return
	}
	var failures []string
	for _, start := range starts {
		e := expectation{field: field, where: where, use: use, start: start, known: known}
		if failures = f.unmet(e, values, value); len(failures) == 0 {
			return
		}
		if use.Use != tsp.UseSent && use.Use != tsp.UseRequired {
			break
		}
	}
	for _, failure := range failures {
		f.t.once(failure, "%s", failure)
	}
}

// given is the first of values that is one.
func given[T ~string](values []T) T {
	return values[max(0, slices.IndexFunc(values, func(v T) bool { return v != "" }))]
}

// unmet holds the expectations of one start and returns what is not as expected.
func (f form) unmet(e expectation, values []string, value string) (failures []string) {
	want, err := f.encoded(e.start, e.known)
	if err != nil {
		return []string{fmt.Sprintf("%s: writing a sample that holds it fails, see the check \"written\": %v", e.where, err)}
	}
	for _, change := range f.changes(e.field, e.use, values, value) {
		e.change = change.name
		if failure := f.compare(e.start.with(e.field.Name, change.value), e); failure != "" {
			failures = append(failures, failure)
		}
	}
	if e.sent() {
		if tried, differ := f.differs(e, want); tried > 0 && !differ {
			failures = append(failures, fmt.Sprintf("%s is declared as %s, and other values make the same requests as %s", e.where, e.use.Use, value))
		}
	}
	return failures
}

// change is another state of a field; the value "" leaves it out.
type change struct{ name, value string }

// changes are the states of a field but for other values of sent ones.
func (f form) changes(field *resource.Field, use tsp.FieldUse, values []string, value string) []change {
	var all []change
	if !field.Required {
		all = append(all, change{"left out", ""})
	}
	if field.Nullable && !use.NoNull && use.Use != tsp.UseRequired && use.Use != tsp.UseRejected {
		all = append(all, change{"null", "null"})
	}
	if use.Use == tsp.UseDropped {
		for _, other := range values {
			if other != value && other != "" {
				all = append(all, change{"another value", other})
				break
			}
		}
	}
	return all
}

// refused demands that the policy refuses a rejected field, and says at which path.
func (f form) refused(field *resource.Field, values []string, where string) {
	use := f.action.Uses[field.Name]
	for _, v := range values {
		b, isBool := map[string]bool{"true": true, "false": false}[v]
		if v == "" || isBool && use.Unless != nil && b == *use.Unless {
			continue
		}
		problems := f.problems(f.least(0).with(field.Name, v))
		if !slices.ContainsFunc(problems, func(p resource.Problem) bool { return p.Path == field.Name }) {
			f.t.errorf("%s is rejected, and %s passes", where, v)
		}
	}
}
