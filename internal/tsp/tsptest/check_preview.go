package tsptest

import (
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkPreview: a preview sends, renews and changes nothing, tells no secret, and shows the requests that go out then,
// in their order and but for what follows from answers.
func checkPreview(t *trial, f form) {
	for _, one := range []struct {
		d  draft
		of setup
	}{{f.writable(), setup{}}, {f.few(), setup{renewable: true}}} {
		f.foreseen(one.d, one.of)
	}
}

// foreseen previews a draft and then writes it, in one world.
func (f form) foreseen(d draft, of setup) {
	t := f.t
	of.settings = f.settings
	// Its session is not live: where there is a sign-in, it comes first.
	w := t.world(of)
	defer w.stop()
	if of.renewable {
		// Longer than tokens live.
		time.Sleep(3 * time.Hour)
	}
	w.front.expect(nil)
	w.front.watch = w.sim.state
	before, renewed := w.sim.state(), w.vault.count()
	var asked []string
	x := w.write(f, d, 1)
	x.Secret = func(label string) []byte {
		asked = append(asked, label)
		return derived(1, label)
	}
	caller, target := w.caller()
	planned, end := caller.Preview(t.ctx, target, x, false)
	if end != nil {
		t.errorf("the write cannot be previewed: %v", end)
	}
	if calls := w.front.seen(); len(calls) > 0 || w.vault.count() != renewed || w.sim.state() != before {
		t.errorf("a preview makes %d calls and %d renewals:\n%s", len(calls), w.vault.count()-renewed, dump(calls))
	}
	_, calls, err := w.perform(x)
	if err != nil {
		t.errorf("the write fails: %v\n%s", err, exchanged(calls))
	}
	if leak := leaks(spill(planned)+w.log.String(), w.secrets(asked)); leak != "" {
		t.errorf("a preview tells a secret: %s", leak)
	}
	if wrong := unforeseen(planned, calls, x); wrong != "" && end == nil {
		t.errorf("%s\nwhat was previewed:\n%s\nwhat went out:\n%s", wrong, shownPlan(planned), dump(calls))
	}
}

// shownPlan shows what was previewed as dump shows what went out.
func shownPlan(planned []tsp.Planned) string {
	var out strings.Builder
	for _, p := range planned {
		out.WriteString(p.Request.Method + " " + p.Request.URL + "\n")
		for name, value := range p.Request.Headers {
			out.WriteString(name + ": " + value + "\n")
		}
		if p.Request.Body != nil {
			out.WriteString("\n" + *p.Request.Body + "\n")
		}
	}
	return out.String()
}
