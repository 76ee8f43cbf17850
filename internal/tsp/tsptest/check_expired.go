package tsptest

import (
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkExpired: a session that ended is renewed once and the call is made once more; credentials
// that are refused again, or cannot be renewed, are Unauthorized after that.
func checkExpired(t *trial, f form) {
	d := f.writable()
	w := f.world(setup{renewable: true})
	_, calls := w.must(w.write(f, d, 1))
	usual := w.plain(calls)
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
	if n, again := count(w.plain(calls), usual[0]), count(usual, usual[0]); n != again+1 {
		t.errorf("the first call is made %d times for a session that ended, want %d:\n%s", n, again+1, dump(calls))
	}
	w.stop()
	refusals := map[string]spoil{"401": answers(401, jsonText, "{}")}
	for _, r := range t.suite.replies(tsp.Unauthorized) {
		refusals[r.Name] = r.spoil
	}
	for name, refuse := range refusals {
		f.refusedForGood(d, refusal{name, refuse, usual[0]})
	}
}

// plain shows each call without the session that it carries.
func (w *world) plain(calls []*call) []string {
	all := make([]string, len(calls))
	for i, c := range calls {
		all[i] = w.unsigned(c.Method + " " + c.URI + "\n" + string(c.Body))
	}
	return all
}

// count counts the calls that are the same as one.
func count(calls []string, one string) int {
	n := 0
	for _, c := range calls {
		if c == one {
			n++
		}
	}
	return n
}

// refusal is an answer that refuses credentials, to a call as plain shows it.
type refusal struct {
	name string
	by   spoil
	call string
}

// refusedForGood refuses a call of the write as often as it is made.
func (f form) refusedForGood(d draft, r refusal) {
	w := f.world(setup{renewable: true})
	defer w.stop()
	before := w.vault.count()
	w.front.expect(func(_ int, c *call) spoil {
		if w.plain([]*call{c})[0] == r.call {
			return r.by
		}
		return nil
	})
	_, calls, err := w.perform(w.write(f, d, 1))
	if class := f.t.classOf(err); class != tsp.Unauthorized {
		f.t.errorf("credentials that are refused (%s) after a renewal end as %s (%v), want %s", r.name, class, err, tsp.Unauthorized)
	}
	if n := w.vault.count() - before; n > 1 {
		f.t.errorf("credentials that are refused (%s) again are renewed %d times", r.name, n)
	}
	if n := count(w.plain(calls), r.call); n > 2 {
		f.t.errorf("credentials that are refused (%s) again make the call %d times, want at most 2", r.name, n)
	}
}
