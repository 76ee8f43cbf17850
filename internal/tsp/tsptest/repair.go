package tsptest

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxRepairs bounds how often a draft is changed to suit the policy.
const maxRepairs = 12

// repaired returns a draft like this one that the policy lets pass and that still has the field:
// what it misses is added, what it refuses is left out. It serves fields that exclude or demand
// each other.
func (f form) repaired(d draft, keep string) (draft, bool) {
	gone := map[string]bool{}
	for range maxRepairs {
		problems := f.problems(d)
		if len(problems) == 0 {
			return d, true
		}
		next, changed := d, false
		for _, p := range problems {
			name, _, _ := strings.Cut(p.Path, "[")
			field := f.schema.Field(name)
			_, given := next[name]
			switch {
			case field == nil || name == keep:
			case given:
				next, changed, gone[name] = next.with(name, ""), true, true
			case !gone[name] && f.values(field)[0] != "":
				next, changed = next.with(name, f.values(field)[0]), true
			}
		}
		if !changed {
			if next, changed = f.without(d, keep); !changed {
				return nil, false
			}
		}
		d = next
	}
	return nil, false
}

// without leaves out the first field whose absence lessens the problems.
func (f form) without(d draft, keep string) (draft, bool) {
	n := len(f.problems(d))
	for _, name := range slices.Sorted(maps.Keys(d)) {
		field := f.schema.Field(name)
		if name == keep || field.Required || f.action.Uses[name].Use == tsp.UseRequired && f.c.Verb == resource.Create {
			continue
		}
		if less := d.with(name, ""); len(f.problems(less)) < n {
			return less, true
		}
	}
	return nil, false
}
