package tsptest

import (
	"maps"
	"time"

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

// settleAttempts bounds how often a write is tried again.
const settleAttempts = 8

// settle goes on with a write as the rest of the program does: an unknown end is looked up or
// repeated as the strength allows, one that was certainly not applied is repeated.
func (w *world) settle(x tsp.Write, err error) (tsp.Written, error) {
	var out tsp.Written
	unknown := false
	for range settleAttempts {
		class := w.t.classOf(err)
		unknown = unknown || class == tsp.Unknown
		if class != tsp.Unknown && class != tsp.Unavailable && class != tsp.Throttled {
			return out, err
		}
		strength := w.t.suite.spec.Actions[x.Capability].Strength
		if unknown && strength == tsp.None {
			return out, err
		}
		time.Sleep(3 * time.Second)
		x.Attempt++
		if unknown && strength == tsp.VerifyFirst {
			found := false
			if out, found, err = w.find(x); err != nil || found {
				if err == nil {
					return out, nil
				}
				continue
			}
		}
		unknown = false
		out, err = w.session.Write(w.t.ctx, x)
	}
	return out, err
}

// find asks whether an earlier attempt took effect.
func (w *world) find(x tsp.Write) (tsp.Written, bool, error) {
	finder, ok := w.session.(tsp.Finder)
	if !ok {
		w.t.fatalf("%s is of strength %s, and its session has no Find", x.Capability, tsp.VerifyFirst)
	}
	return finder.Find(w.t.ctx, x)
}
