package tsptest

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkMissing: a target or reference that the TSP does not know is no success and changes
// nothing; an unknown target is Missing. Ids that could lead a path astray are no success either.
func checkMissing(t *trial, f form) {
	d := f.writable()
	if f.c.Verb == resource.Update {
		known := t.target(f.c).SourceID
		aim := func(x *tsp.Write, id resource.SourceID) { x.Target = id }
		f.goAstray(d, stray{"the unknown target", t.unknownID(known), aim, []tsp.Class{tsp.Missing}})
		for _, id := range []resource.SourceID{"", ".", "..", "../" + known, known + "/x", known + "?x=1", known + "#x", "%2e%2e", known + "\r\nX: y"} {
			f.goAstray(d, stray{"the target", id, aim, nil})
		}
	}
	for _, field := range f.schema.References() {
		use := f.action.Uses[field.Name]
		value := given(f.values(field))
		with, ok := f.start(field.Name, value)
		if value == "" || !ok || use.Use != tsp.UseSent && use.Use != tsp.UseRequired || t.excused(field.Name) {
			continue
		}
		refer := func(x *tsp.Write, id resource.SourceID) { x.Refs[field.Name] = []resource.SourceID{id} }
		f.goAstray(with, stray{field.Name, t.unknownID(given(t.candidates(field, use))), refer, []tsp.Class{tsp.Missing, tsp.Rejected}})
	}
}

// stray is an id that leads nowhere.
type stray struct {
	what string
	id   resource.SourceID
	put  func(*tsp.Write, resource.SourceID)
	// want are the classes that the end may have; none for any but Done.
	want []tsp.Class
}

// goAstray writes with an id that leads nowhere and demands that nothing comes of it.
func (f form) goAstray(d draft, s stray) {
	w := f.world(setup{})
	defer w.stop()
	x := w.write(f, d, 1)
	s.put(&x, s.id)
	before := w.sim.state()
	_, calls, err := w.perform(x)
	class := f.t.classOf(err)
	if class == tsp.Done || len(s.want) > 0 && !slices.Contains(s.want, class) {
		f.t.errorf("%s %q ends as %s (%v), want %v; rest.Answers.Class can tell what the TSP means\n%s", s.what, s.id, class, err, s.want, exchanged(calls))
	}
	if w.sim.state() != before {
		f.t.errorf("%s %q ends as %s, and the simulator changed", s.what, s.id, class)
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
