package tsptest

import (
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// loss is one call of a write whose answer never comes.
type loss struct {
	draft draft
	usual baseline
	// n is the place of the call among the usual ones.
	n int
	// when tells people how it is lost.
	when string
	by   spoil
}

// losses are all ways in which the calls of a write can be lost, each call once applied and once
// not.
func losses(d draft, usual baseline) []loss {
	var all []loss
	for n := range usual.calls {
		at := fmt.Sprintf("call %d of %d, ", n+1, len(usual.calls))
		all = append(all, loss{d, usual, n, at + "applied", applyThenDrop}, loss{d, usual, n, at + "not applied", drop})
	}
	return all
}

// checkLostAnswers: at each call of a write, an answer that is lost after the TSP applied the
// call, or before, ends as Unknown; what follows settles it, and the simulator never holds more
// than one write makes. A call that only reads leaves nothing in doubt, that of a look-up as well.
func checkLostAnswers(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	all := losses(d, b)
	for _, l := range append(all, f.otherWays(b)...) {
		f.lose(l)
	}
	if f.action.Strength == tsp.VerifyFirst {
		f.loseLookUp(d)
	}
}

// loseLookUp loses the answer to each call of a look-up.
func (f form) loseLookUp(d draft) {
	for n, calls := 0, 1; n < calls; n++ {
		w := f.world(setup{})
		w.front.expect(at(n, drop))
		_, _, err := w.find(w.write(f, d, 1))
		if class := f.t.classOf(err); err != nil && class != tsp.Unavailable {
			f.t.errorf("the answer to call %d of a look-up is lost: the end is %s (%v), want %s; rest.Call.Reads tells that a POST only reads",
				n+1, class, err, tsp.Unavailable)
		}
		w.restart()
		w.prime()
		_, _, _ = w.find(w.write(f, d, 1))
		calls = len(w.front.seen())
		w.stop()
	}
}

// otherWays are the losses of updates of one field that take another number of calls than all
// fields do, one for each number: what follows another call there may be all that there is here.
func (f form) otherWays(usual baseline) []loss {
	var all []loss
	known := []int{len(usual.calls)}
	for _, field := range f.fields() {
		d := draft{}.with(field.Name, given(f.values(field)))
		if f.c.Verb != resource.Update || len(d) == 0 || len(f.problems(d)) > 0 {
			continue
		}
		if b, err := f.tried(d); err == nil && len(b.writes) > 0 && !slices.Contains(known, len(b.calls)) {
			known = append(known, len(b.calls))
			all = append(all, losses(d, b)...)
		}
	}
	return all
}

// lose loses an answer and settles the write.
func (f form) lose(l loss) {
	where := "the answer is lost at " + l.when
	w := f.world(setup{})
	defer w.stop()
	x := w.write(f, l.draft, 1)
	w.front.expect(at(l.n, l.by))
	out, calls, err := w.perform(x)
	class := f.t.classOf(err)
	wrote := l.usual.calls[l.n].Wrote
	switch {
	case class == tsp.Done && len(calls) > len(l.usual.calls):
		// The transport or the adapter repeated a call that may be repeated.
		f.settled(w, l.usual, where, out)
		return
	case wrote && class != tsp.Unknown:
		f.t.errorf("%s: the end is %s (%v), want %s", where, class, err, tsp.Unknown)
		return
	case !wrote && class != tsp.Unavailable && (class != tsp.Unknown || l.n < l.usual.writes[0]):
		f.t.errorf("%s: the end is %s (%v), want %s or %s", where, class, err, tsp.Unavailable, tsp.Unknown)
		return
	}
	f.goOn(w, x, ending{l.usual, where, err})
}

// ending is how an attempt ended that has to be settled.
type ending struct {
	usual baseline
	where string
	err   error
}

// goOn settles a write and looks at what is left in the end.
func (f form) goOn(w *world, x tsp.Write, e ending) {
	w.front.expect(nil)
	out, err := w.settle(x, e.err)
	switch {
	case f.action.Strength == tsp.None:
		w.noMore(e.usual.counts, e.where)
	case err != nil:
		f.t.errorf("%s: it is never settled: %v", e.where, err)
	default:
		f.settled(w, e.usual, e.where, out)
	}
}

// settled compares the end of a write with the usual one.
func (f form) settled(w *world, usual baseline, where string, out tsp.Written) {
	if out.SourceID != usual.out.SourceID && f.c.Verb == resource.Update {
		f.t.errorf("%s: it results in %q, want %q", where, out.SourceID, usual.out.SourceID)
	}
	w.sameCounts(usual.counts, where+", then settled")
}
