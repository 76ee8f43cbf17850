package tsptest

import (
	"maps"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkPatch: an update touches only the fields that are given. Changing one field of a record
// leaves what a write of all fields with that one changed leaves; twice, with different values,
// so that a constant that is always sent shows as well.
func checkPatch(t *trial, f form) {
	f.writable()
	for n := range 2 {
		all := f.samples(n)
		for _, field := range f.fields() {
			values, use := f.values(field), f.action.Uses[field.Name]
			if use.Use != tsp.UseSent && use.Use != tsp.UseRequired || len(values) < 2 || t.excused(field.Name) {
				continue
			}
			f.patchOne(all, field.Name, values[1-n])
		}
	}
}

// patchOne compares the two ways to the same record. Fields that the new value excludes are left
// out of both.
func (f form) patchOne(all draft, name, value string) {
	one := draft{}.with(name, value)
	changed, ok := f.repaired(all.with(name, value), name)
	if ok {
		all = changed.with(name, all[name])
	}
	if !ok || value == "" || len(f.problems(one)) > 0 || len(f.problems(all)) > 0 {
		f.t.logf("%s cannot be changed alone", name)
		return
	}
	if all = f.uncovered(all, name, value); all == nil {
		f.t.logf("%s is always hidden by another field", name)
		return
	}
	want, err := f.stateAfter(all.with(name, value))
	if err != nil {
		f.t.once(err.Error(), "the policy lets pass what the TSP refuses: %v", err)
		return
	}
	got, err := f.stateAfter(all, one)
	if err != nil {
		f.t.errorf("an update of %s alone fails: %v", name, err)
	} else if got != want {
		f.t.errorf("an update of %s alone leaves another record than one of all fields with the same %[1]s (-all +alone):\n%s", name, difference(want, got))
	}
}

// uncovered leaves out the field that hides another one of the same meaning, if there is one.
func (f form) uncovered(all draft, name, value string) draft {
	shows := func(d draft) bool {
		with, _ := f.encode(d)
		without, _ := f.encode(d.with(name, value))
		return with != without
	}
	if shows(all) {
		return all
	}
	for _, other := range slices.Sorted(maps.Keys(all)) {
		less := all.with(other, "")
		if other != name && len(f.problems(less)) == 0 && len(f.problems(less.with(name, value))) == 0 && shows(less) {
			return less
		}
	}
	return nil
}

// stateAfter performs drafts one after another and returns what the simulator then holds of
// the kind.
func (f form) stateAfter(drafts ...draft) (string, error) {
	w := f.world(setup{})
	defer w.stop()
	for i, d := range drafts {
		if len(d) == 0 {
			continue
		}
		if _, _, err := w.perform(w.write(f, d, i+1)); err != nil {
			return "", err
		}
	}
	out := ""
	for _, o := range w.sim.of(f.c.Kind) {
		out += w.sim.text(o) + "\n"
	}
	return out, nil
}

// checkNull: of an update, null clears a field and leaving it out keeps it.
func checkNull(t *trial, f form) {
	f.writable()
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
		before, err := f.stateAfter(all)
		if err != nil {
			t.once(err.Error(), "the policy lets pass what the TSP refuses: %v", err)
			continue
		}
		after, err := f.stateAfter(all, null)
		if err != nil {
			t.errorf("null for %s passes the policy, and the TSP refuses it: %v", field.Name, err)
		} else if after == before {
			t.errorf("null leaves %s as it was; declare it NotNull if it cannot be cleared", field.Name)
		}
	}
	if checked == 0 {
		t.logf("no field can be cleared")
	}
}
