package tsptest

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkLostAnswers: at each call of a write, an answer that is lost after the TSP applied the
// call, or before, ends as Unknown; what follows settles it, and the simulator never holds more
// than one write makes.
func checkLostAnswers(t *trial) {
	f := t.form(t.suite.settings())
	d := f.sample()
	b := f.baseline(d)
	for n := range b.calls {
		for _, one := range []struct {
			name string
			s    spoil
		}{{"applied", applyThenDrop}, {"not applied", drop}} {
			f.lose(d, b, n, one.name, one.s)
		}
	}
}

// lose loses the answer to the nth call and settles the write.
func (f form) lose(d draft, b baseline, n int, name string, s spoil) {
	where := fmt.Sprintf("the answer to call %d of %d is lost (%s)", n+1, len(b.calls), name)
	w := f.world(setup{})
	defer w.stop()
	x := w.write(f, d, 1)
	w.front.expect(at(n, s))
	out, calls, err := w.perform(x)
	class := f.t.classOf(err)
	wrote := b.calls[n].Wrote
	switch {
	case class == tsp.Done && len(calls) > len(b.calls):
		// The transport or the adapter repeated a call that may be repeated.
	case wrote && class != tsp.Unknown:
		f.t.errorf("%s: the end is %s (%v), want %s", where, class, err, tsp.Unknown)
		return
	case !wrote && class != tsp.Unknown && class != tsp.Unavailable:
		f.t.errorf("%s: the end is %s (%v), want %s or %s", where, class, err, tsp.Unavailable, tsp.Unknown)
		return
	}
	f.settled(w, x, b, where, out, err)
}

// settled goes on with a write and looks at what is left in the end.
func (f form) settled(w *world, x tsp.Write, b baseline, where string, out tsp.Written, err error) {
	if err != nil {
		w.front.expect(nil)
		out, err = w.settle(x, err)
	}
	if f.action.Strength == tsp.None {
		for name, n := range w.sim.counts() {
			if n > b.counts[name] {
				f.t.errorf("%s: the simulator holds %d %s, one write makes %d", where, n, name, b.counts[name])
			}
		}
		return
	}
	if err != nil {
		f.t.errorf("%s: it is never settled: %v", where, err)
		return
	}
	if out.SourceID != b.out.SourceID && f.c.Verb == "update" {
		f.t.errorf("%s: it results in %q, want %q", where, out.SourceID, b.out.SourceID)
	}
	w.sameCounts(b.counts, where+", then settled")
}
