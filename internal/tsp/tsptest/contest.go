package tsptest

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// contest is a write without an answer beside another operation.
type contest struct {
	name string
	// rival is what the other operation writes; of a kind of its own it has a form of its own.
	rival draft
	form  form
	// applied tells whether our write took effect.
	applied bool
	// first tells that the other operation was before ours.
	first bool
	// open tells that nobody knows whether the other operation took effect, unnamed that its source
	// id is not known.
	open, unnamed bool
	// underWay tells that the answer to the other operation, which took effect, is not there yet.
	underWay bool
	// together tells that the other operation was accepted in the same millisecond as ours.
	together bool
	// doubtful tells that the end may be Unknown for good.
	doubtful bool
}

// contests are the ways in which operations can be taken for each other.
func (f form) contests(d draft) []contest {
	all := []contest{
		{name: "an equal operation was done before", rival: d, first: true},
		{name: "an equal operation was done after", rival: d},
		{name: "an equal operation was done, whose source id is not known", rival: d, unnamed: true, doubtful: true},
		{name: "an equal operation was done before, and ours as well", rival: d, first: true, applied: true},
		{name: "an equal operation was done after, and ours as well", rival: d, applied: true},
		{name: "an equal operation may have been done and was", rival: d, open: true, unnamed: true, doubtful: true},
		{name: "an equal operation may have been done, and ours was as well", rival: d, open: true, unnamed: true,
			applied: true, doubtful: true},
		{name: "an equal operation is under way and was done before ours was", rival: d, first: true, open: true, underWay: true,
			applied: true, doubtful: true},
	}
	if k := f.c.Kind; k == resource.KindMessage || k == resource.KindGroupMessage || k == resource.KindDvirLog {
		// Of other kinds a look-up is told of no rivals.
		all = append(all,
			contest{name: "an equal operation of the same moment was done before", rival: d, first: true, together: true},
			contest{name: "an equal operation of the same moment was done before, and ours as well", rival: d, first: true,
				together: true, applied: true})
	}
	for _, field := range f.fields() {
		if use := f.action.Uses[field.Name].Use; use != tsp.UseSent && use != tsp.UseRequired || f.t.excused(field.Name) {
			continue
		}
		for _, other := range f.nearMisses(field, d) {
			if f.unlike(d, other) {
				all = append(all, contest{
					name:  "an operation was done with another " + field.Name + ", " + spelt(other[field.Name]),
					rival: other, first: true, applied: true, unnamed: true})
				break
			}
		}
	}
	for i := range all {
		all[i].form = f
	}
	return append(all, f.contestsOfAnotherKind(d)...)
}

// contestsOfAnotherKind are those of messages to one with messages to several of whom one is the same.
func (f form) contestsOfAnotherKind(d draft) []contest {
	one, group := f.other(resource.KindMessage), f.other(resource.KindGroupMessage)
	if one == nil || group == nil || f.c.Kind != one.c.Kind && f.c.Kind != group.c.Kind {
		return nil
	}
	g, rival := group, draft{}
	if f.c.Kind == group.c.Kind {
		g = one
	}
	for _, field := range g.fields() {
		if value, ok := d[field.Name]; ok {
			rival[field.Name] = value
		}
	}
	if f.c.Kind == group.c.Kind {
		first, _, _ := strings.Cut(strings.Trim(d["recipient_ids"], "[]"), ",")
		rival["recipient_id"] = first
	} else {
		others := f.values(f.schema.Field("recipient_id"))
		rival["recipient_ids"] = "[" + d["recipient_id"] + "," + others[len(others)-1] + "]"
	}
	if _, problems := g.schema.Decode([]byte(rival.json())); len(problems) > 0 || len(g.problems(rival)) > 0 {
		return nil
	}
	return []contest{
		{name: "a " + g.c.String() + " with the same was done before", rival: rival, form: *g, first: true},
		{name: "a " + g.c.String() + " with the same was done before, and ours as well", rival: rival, form: *g,
			first: true, applied: true},
	}
}

// other is the form of creating another kind; nil if the TSP cannot.
func (f form) other(kind resource.Kind) *form {
	c := tsp.Capability{Kind: kind, Verb: resource.Create}
	if _, can := f.t.suite.spec.Actions[c]; !can {
		return nil
	}
	return &form{f.t, c, f.t.schemaOf(c), f.settings, f.t.suite.action(c, f.settings)}
}
