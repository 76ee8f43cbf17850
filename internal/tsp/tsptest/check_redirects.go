package tsptest

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkRedirects: no call follows a redirect to another host, which would be sent the
// credentials, and none that is redirected succeeds.
func checkRedirects(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{"http://elsewhere.example/x", "//elsewhere.example/x", "http://127.0.0.1:8766/x"} {
			for n := range b.calls {
				w := f.world(setup{})
				w.front.expect(from(n, redirect(status, location)))
				_, _, err := w.perform(w.write(f, d, 1))
				w.stayed(status, location)
				class := t.classOf(err)
				good := class == tsp.Broken || class == tsp.Unknown
				if n < b.writes[0] {
					good = class == tsp.Unavailable // Nothing but reads was sent, so that it can be tried again.
				}
				if !good && (b.calls[n].Wrote || class != tsp.Unavailable) {
					t.errorf("%d to %s in answer to call %d is %s (%v)", status, location, n+1, class, err)
				}
				w.stop()
			}
		}
	}
	w := t.world(setup{})
	w.front.expect(from(0, redirect(302, "http://elsewhere.example/x")))
	if _, err := w.session.Check(t.ctx, w.setup.pace); err == nil {
		t.errorf("Check succeeds on a redirect")
	}
	w.stayed(302, "elsewhere")
}

func redirect(status int, location string) spoil {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}
}

// stayed demands that nobody was called but the TSP.
func (w *world) stayed(status int, location string) {
	if other := w.net.elsewhere(); len(other) > 0 {
		w.t.errorf("%d to %s is followed: %v was called", status, location, other)
	}
}
