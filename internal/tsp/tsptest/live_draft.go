package tsptest

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// hardware are the fields that could bind a device of the account to a record.
func hardware() []string {
	return []string{"eld_id", "eld_serial_number", "eld_device_type", "eld_product_id"}
}

// steady tells whether updates write a field as new records have it: what decides what the record
// is good for afterwards, what TSPs decode from the VIN, and texts, which TSPs may respell.
func steady(f *resource.Field) bool {
	return f.Type == resource.Text || slices.Contains([]string{"is_active", "is_driver", "status", "model_year"}, f.Name)
}

// refer gives each reference that reaches the TSP records that this run made, or those that the
// environment names. It returns the fields for which there is none.
func (l *live) refer(f form) (lacking []string) {
	next := map[resource.Kind]int{}
	for _, field := range f.schema.References() {
		use := f.action.Uses[field.Name]
		if use.Use != tsp.UseSent && use.Use != tsp.UseRequired {
			continue
		}
		must := field.Required || use.Use == tsp.UseRequired
		ids := l.usable(field, use)
		value, i := "", next[field.Ref.Kind]
		if i >= len(ids) && must {
			i = 0
		}
		switch {
		case len(ids) == 0:
			lacking = append(lacking, field.Name)
		case i >= len(ids):
		case field.Ref.List:
			value = "[" + strings.Join(l.quoted(ids[i:]), ",") + "]"
		default:
			value = l.quoted(ids[i:])[0]
			next[field.Ref.Kind]++
		}
		if value == "" && must {
			f.t.skipf("%s", l.needs(f, []string{field.Name}))
		}
		l.suite.config.Values[f.c.String()+"."+field.Name] = []string{value}
	}
	return lacking
}

// usable are the source ids that a reference may hold.
func (l *live) usable(field *resource.Field, use tsp.FieldUse) []resource.SourceID {
	if ids := l.account.sources[field.Name]; len(ids) > 0 {
		return ids
	}
	var ids []resource.SourceID
	for _, r := range l.made[field.Ref.Kind] {
		if r.SourceID != "" && (len(use.Collections) == 0 || slices.Contains(use.Collections, r.Collection)) {
			ids = append(ids, r.SourceID)
		}
	}
	return ids
}

func (l *live) quoted(ids []resource.SourceID) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = quoted(l.suite.ours(id).String())
	}
	return all
}

// needs says what to do where a write has no record of this run to refer to.
func (l *live) needs(f form, fields []string) string {
	return f.c.String() + " needs " + strings.Join(fields, " or ") + ", and this run has made no record that it may hold; " +
		envSources + ` can name some that were there before, such as {"` + fields[0] + `":["..."]}`
}

// choose settles which values the drafts of a write may hold: none that name hardware, and in
// updates the suite's other values, so that more changes than the tag. What the policy refuses
// of a new record, for it has no hardware, updates do not give it either.
func (l *live) choose(f form) (nth int) {
	values := l.suite.config.Values
	for _, field := range f.fields() {
		key := f.c.String() + "." + field.Name
		switch {
		case slices.Contains(hardware(), field.Name):
			if f.action.Uses[field.Name].Use == tsp.UseRequired && f.c.Verb == resource.Create {
				f.t.skipf("%s is impossible without %s, which names hardware; a contract run sends none", f.c, field.Name)
			}
			values[key] = []string{""}
		case f.c.Verb == resource.Update && slices.Contains(l.refused[f.c.Kind], field.Name):
			values[key] = []string{""}
		case f.c.Verb == resource.Update && steady(field):
			values[key] = f.values(field)[:1]
		}
	}
	if f.c.Verb == resource.Update {
		return 1
	}
	return 0
}

// full is the suite's draft of all fields, under the run's own tag.
func (l *live) full(f form, lacking []string) draft {
	n := l.choose(f)
	for _, d := range f.drafts(n) {
		fit, ok := f.repaired(d, "")
		if !ok {
			continue
		}
		for name := range d {
			if _, left := fit[name]; !left && f.c.Verb == resource.Create {
				l.refused[f.c.Kind] = append(l.refused[f.c.Kind], name)
			}
		}
		return l.tagged(f, fit)
	}
	if len(lacking) > 0 {
		f.t.skipf("%s", l.needs(f, lacking))
	}
	f.t.fatalf("the policy refuses the samples: %+v; name better ones in Values", f.problems(f.full(n)))
	return nil
}

// tagged is the draft with the values of the run's next record.
func (l *live) tagged(f form, d draft) draft {
	l.n++
	for _, name := range slices.Sorted(maps.Keys(d)) {
		for _, value := range l.tag().values(f.schema.Field(name), d[name]) {
			if changed := d.with(name, value); f.action.Uses[name].Values == nil && len(f.problems(changed)) == 0 {
				d = changed
				break
			}
		}
	}
	return d
}
