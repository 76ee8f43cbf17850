package tsptest

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkExpired: a session that ended is renewed once and the call is made once more; credentials
// that are refused again, or cannot be renewed, are Unauthorized after that.
func checkExpired(t *trial) {
	f := t.form(t.suite.settings())
	d := f.writable()
	w := f.world(setup{renewable: true})
	_, usual := w.must(w.write(f, d, 1))
	w.stop()

	w = f.world(setup{renewable: true})
	before := w.vault.count()
	w.front.expect(nil)
	w.endSession()
	_, calls, err := w.perform(w.write(f, d, 1))
	class := t.classOf(err)
	renewed := w.vault.count() - before
	switch {
	case renewed == 0 && class != tsp.Unauthorized:
		t.errorf("refused credentials that are not renewed end as %s (%v), want %s", class, err, tsp.Unauthorized)
	case renewed == 0 && len(calls) != 1:
		t.errorf("refused credentials that are not renewed make %d calls, want 1:\n%s", len(calls), dump(calls))
	case renewed > 0 && err != nil:
		t.errorf("a session that ended is renewed, and the write fails: %v", err)
	case renewed > 1:
		t.errorf("a session that ended is renewed %d times", renewed)
	}
	if renewed == 0 {
		return
	}
	if n, again := count(calls, usual[0]), count(usual, usual[0]); n != again+1 {
		t.errorf("%s %s is made %d times for a session that ended, want %d:\n%s", usual[0].Method, usual[0].URI, n, again+1, dump(calls))
	}
	w.stop()
	f.refusedForGood(d, usual)
}

// count counts the calls that are the same as one but for the session that they carry.
func count(calls []*call, one *call) int {
	n := 0
	for _, c := range calls {
		if c.Method == one.Method && c.URI == one.URI && (slices.Equal(c.Body, one.Body) || len(c.Body) == len(one.Body)) {
			n++
		}
	}
	return n
}

// refusedForGood answers every call of the write with 401.
func (f form) refusedForGood(d draft, usual []*call) {
	w := f.world(setup{renewable: true})
	defer w.stop()
	before := w.vault.count()
	w.front.expect(func(_ int, c *call) spoil {
		if count([]*call{c}, usual[0]) == 1 {
			return answers(401, jsonText, "{}")
		}
		return nil
	})
	_, calls, err := w.perform(w.write(f, d, 1))
	if class := f.t.classOf(err); class != tsp.Unauthorized {
		f.t.errorf("credentials that are refused after a renewal end as %s (%v), want %s", class, err, tsp.Unauthorized)
	}
	if n := w.vault.count() - before; n > 1 {
		f.t.errorf("credentials that are refused again are renewed %d times", n)
	}
	if n := count(calls, usual[0]); n > 2 {
		f.t.errorf("credentials that are refused again make the call %d times, want at most 2", n)
	}
}
