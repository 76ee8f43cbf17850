package tsptest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// simulator is the admin side of the simulator, asked without a network.
type simulator struct {
	t    *trial
	host simkit.Simulator
}

func (s simulator) admin(method, path, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	s.host.ServeHTTP(answer, httptest.NewRequestWithContext(s.t.ctx, method, path, strings.NewReader(body)))
	return answer
}

// must asks the admin side for something that it cannot refuse.
func (s simulator) must(method, path, body string) *httptest.ResponseRecorder {
	answer := s.admin(method, path, body)
	if answer.Code >= 300 {
		s.t.fatalf("the simulator's admin side refuses %s %s %s: %d %s", method, path, body, answer.Code, answer.Body)
	}
	return answer
}

// fault makes the simulator meet its next request with a fault.
func (s simulator) fault(body string) { s.must(http.MethodPost, "/_sim/faults", body) }

// advance moves the simulator's clock.
func (s simulator) advance(by time.Duration) {
	s.must(http.MethodPost, "/_sim/clock", fmt.Sprintf(`{"advance_ms":%d}`, by.Milliseconds()))
}

// lag lets the simulator's lists lag.
func (s simulator) lag(by time.Duration) {
	s.must(http.MethodPost, "/_sim/lag", fmt.Sprintf(`{"delay_ms":%d}`, by.Milliseconds()))
}

// turn turns switches of the simulator.
func (s simulator) turn(switches map[string]bool) {
	text, err := json.Marshal(switches, json.Deterministic(true))
	if err != nil {
		s.t.fatalf("the switches %v: %v", switches, err)
	}
	s.must(http.MethodPost, "/_sim/switches", string(text))
}

// objects lists one collection.
func (s simulator) objects(collection string) []simkit.Object {
	answer := s.admin(http.MethodGet, "/_sim/objects/"+collection, "")
	if answer.Code >= 300 {
		s.t.unready("spec", "the simulator has no collection %q", collection)
	}
	var list struct {
		Items []simkit.Object `json:"items"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &list); err != nil {
		s.t.fatalf("the simulator's list of %s: %v", collection, err)
	}
	return list.Items
}

// of lists what the simulator holds of a kind.
func (s simulator) of(kind resource.Kind) []simkit.Object {
	var all []simkit.Object
	for _, name := range s.t.suite.config.Collections[kind] {
		all = append(all, s.objects(name)...)
	}
	return all
}

// state is all that the simulator holds, as text, but for what the config calls volatile.
func (s simulator) state() string {
	var out strings.Builder
	for _, name := range s.t.suite.collections() {
		out.WriteString(name + "\n")
		for _, o := range s.objects(name) {
			out.WriteString(s.text(o) + "\n")
		}
	}
	return out.String()
}

// text shows one object in a form that can be compared.
func (s simulator) text(o simkit.Object) string {
	for _, name := range append([]string{"seq", "at"}, s.t.suite.config.Volatile...) {
		delete(o, name)
	}
	text, err := json.Marshal(o, json.Deterministic(true))
	if err != nil {
		s.t.fatalf("an object of the simulator: %v", err)
	}
	return string(text)
}

// counts tells how many objects each collection holds.
func (s simulator) counts() map[string]int {
	all := map[string]int{}
	for _, name := range s.t.suite.collections() {
		all[name] = len(s.objects(name))
	}
	return all
}

// collections lists every collection that the config names, once.
func (s *suite) collections() []string {
	all := slices.Clone(s.config.Beside)
	for _, names := range s.config.Collections {
		all = append(all, names...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
