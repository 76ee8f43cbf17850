package tsptest

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// draft is a payload to be: the JSON value of each field that is given.
type draft map[string]string

// with returns the draft with another value of one field, "" for none.
func (d draft) with(field, value string) draft {
	out := maps.Clone(d)
	if out[field] = value; value == "" {
		delete(out, field)
	}
	return out
}

func (d draft) json() string {
	var out strings.Builder
	out.WriteString(`{"connection_id":"` + connectionID.String() + `"`)
	for _, name := range slices.Sorted(maps.Keys(d)) {
		out.WriteString(`,"` + name + `":` + d[name])
	}
	return out.String() + "}"
}

// form is all that is known of how one capability is written under some settings.
type form struct {
	t        *trial
	c        tsp.Capability
	schema   *resource.Schema
	settings tsp.Settings
	action   tsp.Action
}

func (t *trial) form(settings tsp.Settings) form {
	return form{t, t.c, t.schemaOf(t.c), settings, t.suite.action(t.c, settings)}
}

// fields lists the fields of the table but for the connection.
func (f form) fields() []*resource.Field {
	var all []*resource.Field
	for i := range f.schema.Fields {
		if one := &f.schema.Fields[i]; one.Name != "connection_id" {
			all = append(all, one)
		}
	}
	return all
}

// values are the sample of a field and others.
func (f form) values(field *resource.Field) []string {
	use := f.action.Uses[field.Name]
	if field.Ref != nil {
		if v, ok := f.t.suite.config.Values[f.c.String()+"."+field.Name]; ok {
			return v
		}
		return f.t.references(f.schema, field, use)
	}
	return f.t.suite.samples(f.c, field, use)
}

// full is the draft that gives the nth value of every field that can be written.
func (f form) full(n int) draft {
	d := draft{}
	for _, field := range f.fields() {
		values := f.values(field)
		value := values[min(n, len(values)-1)]
		if use := f.action.Uses[field.Name]; use.Use == tsp.UseRejected || values[0] == "" {
			value = values[0]
		}
		if value != "" {
			d[field.Name] = value
		}
	}
	return d
}

// least is the draft of the fields that must be given.
func (f form) least(n int) draft {
	d := draft{}
	for _, field := range f.fields() {
		required := f.action.Uses[field.Name].Use == tsp.UseRequired && f.c.Verb == resource.Create
		if values := f.values(field); field.Required || required {
			d[field.Name] = values[min(n, len(values)-1)]
		}
	}
	return d
}

// drafts are those that a check of a field may start from, the fullest first.
func (f form) drafts(n int) []draft { return []draft{f.full(n), f.least(n)} }

// payload decodes a draft.
func (f form) payload(d draft) resource.Payload {
	p, problems := f.schema.Decode([]byte(d.json()))
	if len(problems) > 0 {
		f.t.fatalf("the sample %s is no %s: %+v; name better ones in Values", d.json(), f.c.Kind, problems)
	}
	return p
}

// problems are those of the action's policy.
func (f form) problems(d draft) []resource.Problem {
	return f.action.Apply(f.t.suite.spec.DisplayName, f.schema, f.payload(d), f.settings).Problems
}

// sample is the fullest draft that the policy lets pass.
func (f form) sample() draft { return f.samples(0) }

// samples is the fullest draft of the nth values that the policy lets pass.
func (f form) samples(n int) draft {
	for _, d := range f.drafts(n) {
		if fit, ok := f.repaired(d, ""); ok {
			return fit
		}
	}
	f.t.unwritable("the policy refuses the samples: %+v; name better ones in Values", f.problems(f.full(n)))
	return nil
}

// start returns a draft that holds the field and that the policy lets pass.
func (f form) start(name, value string) (draft, bool) {
	for _, d := range f.drafts(0) {
		if fit, ok := f.repaired(d.with(name, value), name); ok {
			return fit, true
		}
	}
	return nil, false
}
