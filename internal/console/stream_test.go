package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A page that is live is one answer over hours: whoever is signed out meanwhile, or may less, is told nothing more.
func TestALivePageEndsWithTheSessionAndTheRoleOfItsVisitor(t *testing.T) {
	t.Parallel()
	ada := Visitor{Name: "Ada", Role: Admin, Payloads: true}
	less, blind := ada, ada
	less.Role, blind.Payloads = Viewer, false
	for name, after := range map[string]struct {
		who   Visitor
		known bool
	}{"signed out": {}, "another role": {less, true}, "no payloads": {blind, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d, asked := &desk{op: written(), who: ada}, 0
				d.still = func() (Visitor, bool) {
					if asked++; asked > 3 {
						return after.who, after.known
					}
					return ada, true
				}
				began := time.Now()
				w := httptest.NewRecorder()
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, operationPath(d.op.ID), nil)
				r.Header.Set("Accept", "text/event-stream")
				d.console(t).ServeHTTP(w, r)
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "hx-partial") || asked != 4 {
					t.Errorf("%d, asked %d times: %.200s", w.Code, asked, w.Body)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("it ended after %s", took)
				}
			})
		})
	}
}
