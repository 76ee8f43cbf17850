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

	// A session that the first call makes is renewed by it; any other has to end first.
	w = t.world(setup{renewable: true})
	if !signsIn {
		w.prime()
		w.endSession()
	}
	w.vault.fails = true
	w.front.expect(nil)
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
}
