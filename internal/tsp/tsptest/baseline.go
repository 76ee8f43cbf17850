package tsptest

import (
	"maps"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// baseline is what a write does when nothing goes wrong.
type baseline struct {
	calls []*call
	// writes are the places among calls of those that change something.
	writes []int
	// counts are the objects of each collection afterwards.
	counts map[string]int
	before map[string]int
	out    tsp.Written
}

// world makes a world with the form's settings whose session is live.
func (f form) world(of setup) *world {
	of.settings = f.settings
	w := f.t.world(of)
	w.prime()
	return w
}

// prime proves the credentials, so that signing in is behind us, and forgets the requests.
func (w *world) prime() {
	w.account()
	w.front.expect(nil)
}

// baseline performs a draft that has to change something in a world of its own.
func (f form) baseline(d draft) baseline {
	b, err := f.tried(d)
	switch {
	case err != nil:
		f.t.unwritable("the write of the samples fails: %v\n%s", err, exchanged(b.calls))
	case len(b.writes) == 0:
		f.t.unwritable("the write changes nothing that Collections name:\n%s", exchanged(b.calls))
	}
	return b
}

// tried performs a draft in a world of its own.
func (f form) tried(d draft) (b baseline, err error) {
	w := f.world(setup{})
	defer w.stop()
	b.before = w.sim.counts()
	w.front.watch = w.sim.state
	b.out, b.calls, err = w.perform(w.write(f, d, 1))
	w.front.watch = nil
	b.counts = w.sim.counts()
	for i, c := range b.calls {
		if c.Wrote {
			b.writes = append(b.writes, i)
		}
	}
	return b, err
}

// after is how many objects there are when the write was made once more.
func (b baseline) after(counts map[string]int) map[string]int {
	out := maps.Clone(counts)
	for name, n := range b.counts {
		out[name] += n - b.before[name]
	}
	return out
}

// unwritable ends a trial whose samples cannot be written.
func (t *trial) unwritable(format string, args ...any) { t.unready("written", format, args...) }

// unready ends a trial that cannot go on. That is a failure of the check which is about just
// this; the others say that they could not be held.
func (t *trial) unready(check, format string, args ...any) {
	if t.check == check || t.alone {
		t.fatalf(format, args...)
	}
	t.skipf("it cannot be held while the check %q fails", check)
}

// writable returns a draft that was written once without an end that surprises.
func (f form) writable() draft {
	d := f.sample()
	f.baseline(d)
	return d
}

// sameCounts compares what the simulator holds with what it should.
func (w *world) sameCounts(want map[string]int, when string) {
	if got := w.sim.counts(); !maps.Equal(got, want) {
		w.t.errorf("%s: the simulator holds %v objects, want %v", when, got, want)
	}
}

// noMore demands that the simulator holds no more than one write makes.
func (w *world) noMore(most map[string]int, when string) {
	for name, n := range w.sim.counts() {
		if n > most[name] {
			w.t.errorf("%s: the simulator holds %d %s, one write makes %d", when, n, name, most[name])
		}
	}
}
