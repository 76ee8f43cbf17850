package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-dev/waybill/internal/config"
)

// deafness is a TSP that takes a write of an association, or does not, and tells nobody; from then on it answers nothing.
type deafness struct {
	mu          sync.Mutex
	armed, lost bool
	takes       bool
}

// arm has the next write be lost.
func (d *deafness) arm(takes bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed, d.lost, d.takes = true, false, takes
}

// hear ends it.
func (d *deafness) hear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed, d.lost = false, false
}

// before stands before a simulator.
func (d *deafness) before(sim http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		seats := strings.HasSuffix(r.URL.Path, "/permissions") || strings.HasSuffix(r.URL.Path, "/driver-vehicle-assignments") ||
			r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/vehicles/") || bytes.Contains(body, []byte(`"method":"Add"`))
		d.mu.Lock()
		if strings.HasPrefix(r.URL.Path, "/_sim/") || !d.armed && !d.lost || !d.lost && (!seats || r.Method == http.MethodGet) {
			d.mu.Unlock()
			sim.ServeHTTP(w, r)
			return
		}
		takes := d.takes && !d.lost
		d.armed, d.lost = false, true
		d.mu.Unlock()
		if takes {
			sim.ServeHTTP(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler)
	})
}

// unheard sends an association of which nobody learns what became of it.
func (h *house) unheard(s seat, members string, d *deafness, takes bool) (operation string) {
	h.t.Helper()
	d.arm(takes)
	defer d.hear()
	a := h.do("POST", associations+"?is_sync=true", s.body(members))
	if a.status != http.StatusBadGateway || a.value("outcome_unknown") != true {
		h.t.Fatalf("%s: it ended as %d %s", s.body(members), a.status, a.text)
	}
	return a.field("id")
}

func TestAnAssociationThatNobodyHeardOfIsSentOnceMore(t *testing.T) {
	t.Parallel()
	for says, takes := range map[string]bool{"it was taken": true, "it was not taken": false} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			heard := map[string]*deafness{}
			h := openAll(t, config.Default(), func(name string, sim http.Handler) http.Handler {
				heard[name] = new(deafness)
				return heard[name].before(sim)
			})
			for name, shows := range showings() {
				h.sentOnceMore(name, shows, heard[name], takes)
			}
		})
	}
}

// sentOnceMore sends a beginning and its end at a TSP, each once more since nobody heard of the first.
func (h *house) sentOnceMore(name string, shows showing, d *deafness, takes bool) {
	h.t.Helper()
	s := h.seatAt(name)
	begun := ""
	for _, members := range []string{"", `,"ended_at":"2026-01-15T14:30:00Z"`} {
		id := h.unheard(s, members, d, takes)
		said := h.do("POST", "/v2/integrations/connections/"+s.connection+"/resource-operations/"+id+"/resolve", `{"outcome":"applied","source_id":"7"}`)
		if said.status != http.StatusConflict || !strings.Contains(said.text, "send the same once more") {
			h.t.Errorf("%s: it is resolved as applied: %d %s", name, said.status, said.text)
		}
		again := h.written(s, members)
		if begun == "" {
			begun = again.field("resource_id")
		}
		right := shows.assigned
		if members != "" {
			right = shows.over
		}
		if got := h.simulatedAt(h.config.BaseURLs[name]+"/_sim/objects/"+shows.collection, "GET", ""); !right(got, s) {
			h.t.Errorf("%s: %q is not what the TSP holds: %s", name, members, got)
		}
		if read := h.remembered(name, s); again.field("resource_id") != begun || read["id"] != begun || read["ended_at"] != nil != (members != "") {
			h.t.Errorf("%s: %q is the record %v, of %s", name, members, read, again.text)
		}
	}
}

func TestWhatIsRememberedOfAnAssociationIsWhatGeotabHolds(t *testing.T) {
	t.Parallel()
	h := openAll(t, config.Default(), func(_ string, sim http.Handler) http.Handler { return sim })
	s := h.seatAt("geotab")
	for _, c := range []struct{ members, end, note string }{
		{"", "", ""},
		{`,"ended_at":"2026-01-15T14:30:00Z"`, "2026-01-15T14:30:00Z", ""},
		{`,"ended_at":"2026-01-15T16:30:00Z"`, "2026-01-15T14:30:00Z", "did not have the vehicle any more at ended_at: Geotab has it"},
		{"", "2026-01-15T14:30:00Z", "does not have the vehicle any more: Geotab has it"},
		{`,"ended_at":"2026-01-15T12:30:00Z"`, "2026-01-15T12:30:00Z", ""},
	} {
		a := h.written(s, c.members)
		if end, _ := h.remembered("geotab", s)["ended_at"].(string); end != c.end || !strings.Contains(a.text, c.note) {
			t.Errorf("%q: it has ended at %q, and not %q; the operation is %s", c.members, end, c.end, a.text)
		}
	}
}

func TestABeginningThatFailedIsNotRetriedOverItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	s := h.seatAt("samsara")
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST","path_prefix":"/fleet/driver-vehicle-assignments"},"fault":"status","status":400,"times":1}`)
	failed := h.do("POST", associations, s.body(""), "Prefer", "wait=30").field("id")
	if end := h.ended(failed); end.field("status") != "failed" || end.value("outcome_unknown") != nil {
		t.Fatalf("it ended as %s", end.text)
	}
	h.written(s, `,"ended_at":"2026-01-15T14:30:00Z"`)
	if again := h.do("POST", h.on(failed, "retry"), ""); again.status != http.StatusConflict || !strings.Contains(again.text, "ended since, at 2026-01-15T14:30:00Z") {
		t.Errorf("as it was: %d %s", again.status, again.text)
	}
	again := h.do("POST", h.on(failed, "retry"), s.body(""))
	if end := h.ended(again.field("id")); again.status != http.StatusAccepted || end.field("status") != "success" || h.remembered("samsara", s)["ended_at"] != nil {
		t.Errorf("with the body: %d %s", again.status, again.text)
	}
}
