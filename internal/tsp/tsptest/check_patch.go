package tsptest

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkPatch: an update touches only the fields that are given. Changing one field of a record
// leaves what a write of all fields with that one changed leaves; twice, with different values,
// so that a constant that is always sent shows as well.
func checkPatch(t *trial) {
	if t.c.Verb != resource.Update {
		t.skipf("%s changes no record", t.c)
	}
	f := t.form(t.suite.settings())
	for n := range 2 {
		all := f.full(n)
		if len(f.problems(all)) > 0 {
			all = f.least(n)
		}
		for _, field := range f.fields() {
			values, use := f.values(field), f.action.Uses[field.Name]
			if use.Use != tsp.UseSent && use.Use != tsp.UseRequired || len(values) < 2 || t.excused(field.Name) {
				continue
			}
			f.patchOne(all, field.Name, values[1-n])
		}
	}
}

// patchOne compares the two ways to the same record.
func (f form) patchOne(all draft, name, value string) {
	one := draft{}.with(name, value)
	if value == "" || len(f.problems(one)) > 0 || len(f.problems(all)) > 0 || len(f.problems(all.with(name, value))) > 0 {
		f.t.logf("%s cannot be changed alone", name)
		return
	}
	want := f.stateAfter(all.with(name, value))
	got := f.stateAfter(all, one)
	if got != want {
		f.t.errorf("an update of %s alone changes more than that (-want +got):\n%s", name, difference(want, got))
	}
}

// stateAfter performs drafts one after another and returns what the simulator then holds of
// the kind.
func (f form) stateAfter(drafts ...draft) string {
	w := f.world(setup{})
	defer w.stop()
	for i, d := range drafts {
		if len(d) > 0 {
			w.must(w.write(f, d, i+1))
		}
	}
	out := ""
	for _, o := range w.sim.of(f.c.Kind) {
		out += w.sim.text(o) + "\n"
	}
	return out
}

// checkNull: of an update, null clears a field and leaving it out keeps it.
func checkNull(t *trial) {
	if t.c.Verb != resource.Update {
		t.skipf("%s changes no record", t.c)
	}
	f := t.form(t.suite.settings())
	checked := 0
	for _, field := range f.fields() {
		use := f.action.Uses[field.Name]
		if use.Use != tsp.UseSent || !field.Nullable || use.NoNull || t.excused(field.Name) {
			continue
		}
		all, ok := f.start(field.Name, f.values(field)[0])
		null := draft{}.with(field.Name, "null")
		if !ok || len(f.problems(null)) > 0 {
			t.logf("%s cannot be cleared alone", field.Name)
			continue
		}
		checked++
		if f.stateAfter(all) == f.stateAfter(all, null) {
			t.errorf("null leaves %s as it was; declare it NotNull if it cannot be cleared", field.Name)
		}
	}
	if checked == 0 {
		t.logf("no field can be cleared")
	}
}
