package tsptest

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkFields proves the table of field uses by perturbation, under the config's settings and
// under each case that a use names: one field is changed at a time, and the requests of the
// write change if and only if the table says that the field is sent.
func checkFields(t *trial) {
	for _, v := range t.suite.variants(t.suite.spec.Actions[t.c]) {
		f, known := t.form(v.settings), map[string]encoding{}
		base := t.form(t.suite.settings())
		for _, field := range f.fields() {
			if t.excused(field.Name) {
				continue
			}
			use := f.action.Uses[field.Name]
			if v.name != "" && sameUse(use, base.action.Uses[field.Name]) && len(t.suite.spec.Actions[t.c].Uses[field.Name].Cases) == 0 {
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
	value := ""
	for _, v := range values {
		if v != "" {
			value = v
			break
		}
	}
	if value == "" {
		f.t.errorf("%s: there is no value to try; name some in Values", where)
		return
	}
	start, ok := f.start(field.Name, value)
	if !ok {
		f.t.errorf("%s: the policy refuses every sample that holds it; name better ones in Values: %+v", where,
			f.problems(f.least(0).with(field.Name, value)))
		return
	}
	want, err := f.encoded(start, known)
	if err != nil {
		f.t.errorf("%s: the simulator refuses the sample %s: %v", where, start.json(), err)
		return
	}
	for _, change := range f.changes(field, use, values, value) {
		f.compare(start.with(field.Name, change.value), want, expectation{where, change.name, use.Use}, known)
	}
	if use.Use == tsp.UseSent || use.Use == tsp.UseRequired {
		f.otherValue(field, start, where, known)
	}
}

// start returns a draft that holds the field and that the policy lets pass.
func (f form) start(name, value string) (draft, bool) {
	for _, d := range f.drafts(0) {
		if d = d.with(name, value); len(f.problems(d)) == 0 {
			return d, true
		}
	}
	return nil, false
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

// expectation is what a change should do.
type expectation struct {
	where, change string
	use           tsp.Use
}

// compare encodes a changed draft. One that the policy refuses proves nothing: the field may
// only be given together with others.
func (f form) compare(d draft, want string, e expectation, known map[string]encoding) {
	if len(f.problems(d)) > 0 {
		return
	}
	got, err := f.encoded(d, known)
	if err != nil {
		f.t.errorf("%s %s: the policy lets pass what the TSP refuses: %v", e.where, e.change, err)
		return
	}
	sent := e.use == tsp.UseSent || e.use == tsp.UseRequired
	switch {
	case sent && got == want:
		f.t.errorf("%s is declared as %s, and %s makes the same requests", e.where, e.use, e.change)
	case !sent && got != want:
		f.t.errorf("%s is declared as %s, and %s makes other requests (-with +%s):\n%s", e.where, e.use, e.change, e.change, difference(want, got))
	}
}

// maxOthers bounds how many other values of an enum are tried.
const maxOthers = 4

// otherValue demands that at least one other value makes other requests; several values of an
// enum may mean the same to the TSP.
func (f form) otherValue(field *resource.Field, start draft, where string, known map[string]encoding) {
	values, tried := f.values(field), 0
	want, _ := f.encoded(start, known)
	for _, other := range values {
		d := start.with(field.Name, other)
		if other == "" || other == start[field.Name] || tried == maxOthers || len(f.problems(d)) > 0 {
			continue
		}
		tried++
		got, err := f.encoded(d, known)
		if err != nil {
			f.t.errorf("%s: the simulator refuses the value %s: %v", where, other, err)
			return
		}
		if got != want {
			return
		}
	}
	if tried > 0 {
		f.t.errorf("%s is sent, and %d other values make the same requests as %s", where, tried, start[field.Name])
	} else if len(values) > 1 {
		f.t.logf("%s: the policy refuses each other value; only its absence is checked", where)
	}
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
