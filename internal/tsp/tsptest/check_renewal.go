package tsptest

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkRenewal: renewed credentials are stored before anybody uses them. If they cannot be
// stored, no request carries them and the call ends as Unavailable.
func checkRenewal(t *trial) {
	capabilities := t.suite.capabilities()
	if len(capabilities) == 0 {
		t.skipf("there is nothing to write")
	}
	t.c = capabilities[0]
	f := t.form(t.suite.settings())
	d := f.writable()
	w := t.world(setup{renewable: true})
	signedIn := w.vault.count() > 0
	_, _ = w.session.Check(t.ctx, w.setup.pace)
	signsIn := !signedIn && w.vault.count() > 0
	w.stop()

	w = t.spent(signsIn)
	w.vault.fails = true
	before, known := w.vault.count(), len(w.vault.secrets())
	_, calls, err := w.perform(w.write(f, d, 1))
	if w.vault.count() == before {
		t.skipf("the credentials are not renewed; name some in Renewable if the TSP has sessions that end")
	}
	if class := t.classOf(err); class != tsp.Unavailable {
		t.errorf("the renewed credentials cannot be stored: the end is %s (%v), want %s", class, err, tsp.Unavailable)
	}
	made := w.vault.secrets()[known:]
	if len(made) == 0 {
		t.errorf("a renewal brings no new value")
	}
	for _, c := range calls {
		for _, secret := range made {
			if strings.Contains(wire(c), strings.ToLower(secret)) {
				t.errorf("%s %s carries renewed credentials that were not stored", c.Method, c.URI)
			}
		}
	}
	w.stop()
	f.unreadableRenewal(d, signsIn)
}

// spent makes a world that renews its session at the next write. A session that the first call
// makes is renewed by it; any other has to end first.
func (t *trial) spent(signsIn bool) *world {
	w := t.world(setup{renewable: true})
	if !signsIn {
		w.prime()
		w.endSession()
	}
	w.front.expect(nil)
	return w
}

// unreadableRenewal answers the renewal with nothing that can be read. The write was not begun
// then, so that it is neither Unknown nor done.
func (f form) unreadableRenewal(d draft, signsIn bool) {
	renewal := 1 // behind the call that is refused
	if signsIn {
		renewal = 0
	}
	for name, s := range unreadable() {
		w := f.t.spent(signsIn)
		before := w.sim.state()
		w.front.expect(at(renewal, s))
		_, _, err := w.perform(w.write(f, d, 1))
		if class := f.t.classOf(err); class == tsp.Done || class == tsp.Unknown || w.sim.state() != before {
			f.t.errorf("%s in answer to a renewal ends the write as %s (%v)", name, class, err)
		}
		w.stop()
	}
}
