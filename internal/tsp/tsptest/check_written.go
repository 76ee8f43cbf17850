package tsptest

import (
	"fmt"
	"slices"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkWritten: a write reaches the simulator, and its result names a record that is listed.
func checkWritten(t *trial, f form) {
	f.writes(f.writable(), setup{})
}

// checkKinds: what a write of one kind makes is listed, and read, as no other kind under the same id: Waybill's own ids
// follow from collection and source id alone.
func checkKinds(t *trial, f form) {
	w := f.world(setup{})
	defer w.stop()
	out, _, err := w.perform(w.write(f, f.writable(), 1))
	if err != nil {
		t.unready("written", "the write fails: %v", err)
	}
	for _, imports := range t.suite.spec.Imports {
		if imports.Kind == f.c.Kind {
			continue
		}
		if _, found := recordOf(w.list(imports.Kind), out); found {
			t.errorf("the record %q in %q that the write makes is listed as a %s too: give the records of each kind a collection of their own, or list no record as two kinds",
				out.SourceID, out.Collection, imports.Kind)
		}
		reader, ok := w.session.(tsp.Reader)
		if !ok || !slices.Contains(imports.Collections, out.Collection) {
			continue
		}
		one := tsp.Single{Kind: imports.Kind, Collection: out.Collection, SourceID: out.SourceID, Pace: w.setup.pace}
		if _, err := reader.Read(t.ctx, one); err == nil {
			t.errorf("the record %q in %q that the write makes is read as a %s too: answer Missing for a record of another kind",
				out.SourceID, out.Collection, imports.Kind)
		}
	}
}

// checkSwitches: a write does the same whatever the simulator's switches make of its TSP.
func checkSwitches(t *trial, f form) {
	if len(t.suite.config.Switches) == 0 {
		t.skipf("the config names no switches of the simulator")
	}
	d := f.writable()
	if f.writes(d, setup{}); len(t.outcome.Failures) > 0 {
		t.outcome.Failures = nil
		t.unready("written", "the write does not do what it says without any switch")
	}
	for _, switches := range t.suite.config.Switches {
		told := len(t.outcome.Failures)
		f.writes(d, setup{switches: switches})
		for i := range t.outcome.Failures[told:] {
			t.outcome.Failures[told+i] = fmt.Sprintf("with the switches %v: %s", switches, t.outcome.Failures[told+i])
		}
	}
}

// writes performs a draft in a world of its own and looks at what became of it.
func (f form) writes(d draft, of setup) {
	t := f.t
	w := f.world(of)
	defer w.stop()
	before := w.sim.counts()
	state := w.sim.state()
	x := w.write(f, d, 1)
	told := w.toldBefore(&x)
	out, calls, err := w.perform(x)
	if err != nil {
		t.errorf("the write fails: %v\n%s", err, exchanged(calls))
		return
	}
	told()
	if w.sim.state() == state {
		t.errorf("the write succeeds, and no collection of the simulator changes")
	}
	if out.Status < 200 || out.Status > 299 || out.Headers == nil {
		t.errorf("the result tells the status %d and the headers %v", out.Status, out.Headers)
	}
	grown := false
	for name, n := range w.sim.counts() {
		grown = grown || n > before[name]
		if f.c.Verb == resource.Update && slices.Contains(t.suite.config.Collections[f.c.Kind], name) && n != before[name] {
			t.errorf("the update makes %d new objects in %s", n-before[name], name)
		}
	}
	if f.c.Verb == resource.Create && !grown {
		t.errorf("the create makes no new object")
	}
	if f.c.Verb == resource.Create && !t.imported(f.c.Kind) && out.Collection != f.action.Makes {
		t.errorf("the create makes a record in %q, and the action declares that it Makes one in %q", out.Collection, f.action.Makes)
	}
	if target := w.write(f, d, 1); f.c.Verb == resource.Update && out.SourceID != target.Target {
		t.errorf("the update of %q results in %q", target.Target, out.SourceID)
	}
	if t.imported(f.c.Kind) && !(f.log() && out.SourceID == "") {
		records := w.list(f.c.Kind)
		if _, found := recordOf(records, out); !found {
			t.errorf("the record %q in %q is not among the %d that are listed", out.SourceID, out.Collection, len(records))
		}
	}
}

func (t *trial) imported(kind resource.Kind) bool {
	return slices.ContainsFunc(t.suite.spec.Imports, func(i tsp.ImportKind) bool { return i.Kind == kind })
}

// sameValue tells whether two JSON values mean the same; numbers may be spelt differently.
func sameValue(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return a == b
	}
	p, _ := json.Marshal(x, json.Deterministic(true))
	q, _ := json.Marshal(y, json.Deterministic(true))
	return string(p) == string(q)
}
