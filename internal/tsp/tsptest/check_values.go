package tsptest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkValues: what becomes of each value of each enum, flag and unit is what the golden file
// says, so that every row of an adapter's tables is written down once by hand or by -update, and
// read by somebody.
func checkValues(t *trial, f form) {
	f.writable()
	var got strings.Builder
	for _, field := range f.fields() {
		if values := f.listed(field); len(values) > 1 {
			fmt.Fprintf(&got, "# %s\n", field.Name)
			for _, line := range f.rows(field, values) {
				got.WriteString(strings.TrimRight(t.suite.masked(line), " ") + "\n")
			}
			got.WriteString("\n")
		}
	}
	if got.Len() == 0 {
		t.skipf("no field has a list of values that reach the TSP")
	}
	t.goldenFile(".values", got.String())
}

// listed are the values of a field that has a list of them; nil for any other.
func (f form) listed(field *resource.Field) []string {
	use := f.action.Uses[field.Name]
	named := slices.Concat(f.t.suite.config.Values[field.Name], f.t.suite.config.Values[f.c.String()+"."+field.Name])
	switch {
	case use.Use != tsp.UseSent && use.Use != tsp.UseRequired || f.t.excused(field.Name):
		return nil
	case field.Type == resource.Enums:
		var all []string
		for _, v := range field.Values {
			all = append(all, "["+quoted(v)+"]")
		}
		return all
	case field.Type == resource.Enum:
		return quotedAll(field.Values)
	case field.Type == resource.Boolean:
		return []string{"true", "false"}
	case use.Values != nil:
		return quotedAll(use.Values)
	case field.Type == resource.Text && len(named) > 1:
		return slices.DeleteFunc(slices.Clone(named), func(v string) bool { return v == "" })
	}
	return nil
}

// rows tell for each value what it alone brings into the requests, and last which are refused
// and why.
func (f form) rows(field *resource.Field, values []string) []string {
	parts, refusals := make([][]string, len(values)), map[string][]string{}
	seen, accepted := map[string]int{}, 0
	start := f.showing(field, values)
	for i, v := range values {
		d, refused := f.holding(start, field, v)
		if refused != "" {
			refusals[refused] = append(refusals[refused], "  "+v)
			continue
		}
		calls, err := f.calls(d)
		if err != nil {
			f.t.once(err.Error(), "%s: the policy lets pass the value %s, which the TSP refuses: %v", field.Name, v, err)
			continue
		}
		accepted++
		parts[i] = leaves(calls)
		for _, one := range parts[i] {
			seen[one]++
		}
	}
	var rows []string
	shared := f.shared(start.with(field.Name, ""), seen, accepted)
	for i, v := range values {
		if parts[i] != nil {
			own := slices.DeleteFunc(parts[i], shared)
			rows = append(rows, v+"  "+strings.Join(own, ", "))
		}
	}
	for _, why := range slices.Sorted(maps.Keys(refusals)) {
		rows = append(append(rows, "refused: "+why), refusals[why]...)
	}
	return rows
}

// shared tells which parts are none of one value alone: those that all values bring or, of the
// only one that is accepted, those that are there without it.
func (f form) shared(without draft, seen map[string]int, accepted int) func(part string) bool {
	if accepted > 1 {
		return func(part string) bool { return seen[part] == accepted }
	}
	var others []string
	if len(without) > 0 && len(f.problems(without)) == 0 {
		if calls, err := f.calls(without); err == nil {
			others = leaves(calls)
		}
	}
	return func(part string) bool { return slices.Contains(others, part) }
}

// showing returns the fullest draft in which no other field hides this one.
func (f form) showing(field *resource.Field, values []string) draft {
	for _, v := range values {
		if d, ok := f.shown(field, v); ok {
			return d
		}
	}
	return f.full(0)
}

// holding returns a draft with the value, or why the policy refuses it.
func (f form) holding(start draft, field *resource.Field, value string) (draft, string) {
	if d, ok := f.repaired(start.with(field.Name, value), field.Name); ok {
		return d, ""
	}
	if others := f.starts(field, value); len(others) > 0 {
		return others[0], ""
	}
	for _, p := range f.problems(f.full(0).with(field.Name, value)) {
		if p.Path == field.Name || strings.HasPrefix(p.Path, field.Name+"[") {
			reason, _, _ := strings.Cut(p.Message, "; there are ")
			return nil, reason
		}
	}
	return nil, "no sample can hold it"
}

// calls performs a draft in a world of its own.
func (f form) calls(d draft) ([]*call, error) {
	w := f.world(setup{})
	defer w.stop()
	_, calls, err := w.perform(w.write(f, d, 1))
	for _, c := range calls {
		for _, secret := range w.vault.secrets() {
			c.Body = bytes.ReplaceAll(c.Body, []byte(secret), []byte("*****"))
		}
	}
	return calls, err
}
