package tsptest

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkMissing: a target or reference that the TSP does not know is no success and changes
// nothing; an unknown target is Missing. Ids that could lead a path astray are no success either.
func checkMissing(t *trial) {
	f := t.form(t.suite.settings())
	d := f.writable()
	if f.c.Verb == resource.Update {
		known := t.target(f.c).SourceID
		f.astray(d, "the unknown target", t.unknownID(known), func(x *tsp.Write, id resource.SourceID) { x.Target = id }, tsp.Missing)
		for _, id := range []resource.SourceID{"", ".", "..", "../" + known, known + "/x", known + "?x=1", known + "#x", "%2e%2e", known + "\r\nX: y"} {
			f.astray(d, "the target", id, func(x *tsp.Write, id resource.SourceID) { x.Target = id })
		}
	}
	for _, field := range f.schema.References() {
		use := f.action.Uses[field.Name].Use
		if _, given := d[field.Name]; !given || use != tsp.UseSent && use != tsp.UseRequired || t.excused(field.Name) {
			continue
		}
		id := t.unknownID(t.candidates(field, f.action.Uses[field.Name])[0])
		f.astray(d, field.Name, id, func(x *tsp.Write, id resource.SourceID) { x.Refs[field.Name] = []resource.SourceID{id} }, tsp.Missing, tsp.Rejected)
	}
}

// astray writes with an id put somewhere and demands that nothing comes of it. want are the
// classes that the end may have; none for any but Done.
func (f form) astray(d draft, what string, id resource.SourceID, put func(*tsp.Write, resource.SourceID), want ...tsp.Class) {
	w := f.world(setup{})
	defer w.stop()
	x := w.write(f, d, 1)
	put(&x, id)
	before := w.sim.state()
	_, calls, err := w.perform(x)
	class := f.t.classOf(err)
	if class == tsp.Done || len(want) > 0 && !slices.Contains(want, class) {
		f.t.errorf("%s %q ends as %s (%v), want %v\n%s", what, id, class, err, want, dump(calls))
	}
	if w.sim.state() != before {
		f.t.errorf("%s %q ends as %s, and the simulator changed", what, id, class)
	}
}

// unknownID makes an id of the form of a known one that no record has.
func (t *trial) unknownID(known resource.SourceID) resource.SourceID {
	var records []tsp.Record
	for _, some := range t.learn() {
		records = append(records, some...)
	}
	for _, digit := range "9876543210" {
		id := resource.SourceID(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return digit
			}
			return r
		}, string(known)))
		if id != known && !slices.ContainsFunc(records, func(r tsp.Record) bool { return r.SourceID == id }) {
			return id
		}
	}
	return known + "999"
}
