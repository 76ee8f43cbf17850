package tsptest

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxTurns bounds how many values of a field are read back; of longer lists, such as time zones, every nth is.
const maxTurns = 24

// turn returns the drafts of the nth value of each sent field: of an update each alone, of a create as many
// together as the policy lets pass. It returns false behind the last value.
func (f form) turn(n int) (drafts []draft, more bool) {
	together := f.least(0)
	for _, field := range f.fields() {
		use := f.action.Uses[field.Name]
		if use.Use != tsp.UseSent && use.Use != tsp.UseRequired || f.t.excused(field.Name) {
			continue
		}
		values := f.turns(field)
		if n >= len(values) {
			continue
		}
		more = true
		if f.c.Verb == resource.Create {
			if next := together.with(field.Name, values[n]); len(f.problems(next)) == 0 {
				together = next
				continue
			}
		}
		if d, ok := f.holdingAlone(field, values[n]); ok {
			drafts = append(drafts, d)
		}
	}
	if f.c.Verb == resource.Create && len(f.problems(together)) == 0 {
		drafts = append(drafts, together)
	}
	return drafts, more
}

// holdingAlone is a draft of little beside the value.
func (f form) holdingAlone(field *resource.Field, value string) (draft, bool) {
	return f.repaired(f.least(0).with(field.Name, value), field.Name)
}

// turns are the values of a field that are read back. null comes last, where it clears what was
// written before.
func (f form) turns(field *resource.Field) []string {
	values := slices.DeleteFunc(slices.Clone(f.values(field)), func(v string) bool { return v == "" })
	if listed := f.listed(field); len(listed) > len(values) {
		step := (len(listed) + maxTurns - 1) / maxTurns
		values = nil
		for i := 0; i < len(listed); i += step {
			values = append(values, listed[i])
		}
	}
	if use := f.action.Uses[field.Name]; f.c.Verb == resource.Update && field.Nullable && !use.NoNull && use.Use == tsp.UseSent {
		values = append(values, "null")
	}
	return values
}
