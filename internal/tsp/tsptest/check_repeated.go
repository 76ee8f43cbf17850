package tsptest

import (
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// finds tells whether the session can look for earlier writes of the trial's capability.
func (w *world) finds() bool {
	_, ok := w.session.(tsp.Finder)
	return ok && w.t.suite.spec.Actions[w.t.c].Strength == tsp.VerifyFirst
}

// checkRepeated: an operation that is sent twice makes one object, as its strength says; one
// that can be looked for is found after it was sent and not before.
func checkRepeated(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	switch f.action.Strength {
	case tsp.Native, tsp.NaturalKey:
		w := f.world(setup{})
		once := w.write(f, d, 1)
		first, _ := w.must(once)
		state := w.sim.state()
		w.restart()
		time.Sleep(3 * time.Second)
		x := w.write(f, d, 1)
		x.Attempt, x.Progress = 2, once.Progress
		again, _ := w.must(x)
		if again.SourceID != first.SourceID {
			t.errorf("the same operation results in %q and then in %q", first.SourceID, again.SourceID)
		}
		w.sameCounts(b.counts, "after the same operation was sent twice")
		if f.action.Strength == tsp.NaturalKey && f.c.Verb == "update" && len(t.suite.config.Volatile) == 0 && w.sim.state() != state {
			t.logf("sending it twice leaves another state (-once +twice):\n%s", difference(state, w.sim.state()))
		}
	case tsp.VerifyFirst:
		w := f.world(setup{})
		if !w.finds() {
			t.fatalf("the strength is %s, and the session has no Find", tsp.VerifyFirst)
		}
		x := w.write(f, d, 1)
		if _, found, err := w.find(x); found || err != nil {
			t.errorf("before it was sent, Find says %v, %v", found, err)
		}
		out, _ := w.must(x)
		time.Sleep(3 * time.Second)
		w.restart()
		got, found, err := w.find(x)
		if err != nil || !found {
			t.errorf("after it was sent, Find says %v, %v", found, err)
		} else if got.SourceID != out.SourceID || got.Collection != out.Collection {
			t.errorf("Find says %q in %q, and the write said %q in %q", got.SourceID, got.Collection, out.SourceID, out.Collection)
		}
		w.sameCounts(b.counts, "after it was looked for")
	case tsp.None:
		t.logf("the spec says that nothing keeps a repetition from taking effect twice")
	}
}
