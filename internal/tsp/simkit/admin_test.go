package simkit_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestRequestsAreRecordedWithoutSecretsNewestLast(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{Now: noon})
	sim.Do("POST", "/things?api_key=sesame&page=2", `{"name":"a","password":"sesame","deep":[{"access_token":"sesame"}]}`)
	sim.Do("POST", "/free/token", "grant_type=x&client_secret=sesame", "Content-Type", "application/x-www-form-urlencoded")
	sim.Do("POST", "/things", `{"password":"sesame"`)
	sim.Do("GET", "/things", "")
	got := sim.Requests()
	want := []map[string]any{
		{"seq": 1.0, "time": "2026-11-24T12:00:00Z", "method": "POST", "path": "/things", "query": "api_key=%2A%2A%2A%2A%2A&page=2",
			"body": map[string]any{"name": "a", "password": "*****", "deep": []any{map[string]any{"access_token": "*****"}}}, "status": 201.0},
		{"seq": 2.0, "time": "2026-11-24T12:00:00Z", "method": "POST", "path": "/free/token", "query": "",
			"body": "client_secret=%2A%2A%2A%2A%2A&grant_type=x", "status": 400.0},
		{"seq": 3.0, "time": "2026-11-24T12:00:00Z", "method": "POST", "path": "/things", "query": "", "body": "*****", "status": 400.0},
		{"seq": 4.0, "time": "2026-11-24T12:00:00Z", "method": "GET", "path": "/things", "query": "", "body": nil, "status": 200.0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	found := sim.Admin("GET", "requests?method=post&path_prefix=/things", "").Text
	if n := strings.Count(found, `"seq"`); n != 2 {
		t.Errorf("the filters left %d requests, want 2", n)
	}
}

func TestASpoiledRequestIsRecordedWithItsFault(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"fault":"apply_then_drop","times":1}`)
	sim.Do("POST", "/things", `{"name":"a"}`)
	waitFor(t, func() bool { return len(sim.Requests()) == 1 })
	got := sim.Requests()[0]
	if got["fault"] != "apply_then_drop" || got["status"] != 0.0 {
		t.Errorf("recorded %v", got)
	}
}

func TestObjectsCarryTheirOrderAndTime(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{Now: noon})
	sim.Do("POST", "/things", `{"name":"a","size":12345678901}`)
	want := []map[string]any{
		{"seq": 1.0, "at": "2026-11-24T12:00:00Z", "name": "seeded"},
		{"seq": 2.0, "at": "2026-11-24T12:00:00Z", "name": "a", "size": 12345678901.0},
	}
	if diff := cmp.Diff(want, sim.Objects("things")); diff != "" {
		t.Error(diff)
	}
	if got := sim.Do("GET", "/_sim/objects/nothing", ""); got.Status != http.StatusNotFound {
		t.Errorf("an unknown collection = %d", got.Status)
	}
}

func TestResetGoesBackToTheSeededState(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{Dir: t.TempDir(), Now: noon})
	sim.Do("POST", "/things", `{"name":"a"}`)
	sim.Fault(`{"fault":"drop"}`)
	sim.Do("POST", "/_sim/limits", `{"enabled":true}`)
	sim.Do("POST", "/_sim/switches", `{"polite":false}`)
	sim.Do("POST", "/_sim/clock", `{"advance_ms":1000}`)
	if got := sim.Do("POST", "/_sim/reset", ""); got.Status != http.StatusNoContent {
		t.Fatalf("reset = %d %s", got.Status, got.Text)
	}
	things, requests, faults := sim.things(), len(sim.Requests()), len(sim.Faults())
	if things != 1 || requests != 0 || faults != 0 || sim.host.Limiter.Enabled() || !sim.host.On("polite") || !sim.host.Now().Equal(noon()) {
		t.Errorf("after the reset: %d things, %d requests, %d faults, limits %v, polite %v, now %v",
			things, requests, faults, sim.host.Limiter.Enabled(), sim.host.On("polite"), sim.host.Now())
	}
}

func TestTheAdminSideTurnsLimitsSwitchesAndClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path, body string
		status           int
		answer           string
	}{
		{"limits on", "/_sim/limits", `{"enabled":true}`, 200, `{"enabled":true}`},
		{"limits without a wish", "/_sim/limits", `{}`, 400, "enabled is missing"},
		{"limits with an unknown field", "/_sim/limits", `{"enabled":true,"rate":1}`, 400, "rate"},
		{"a switch off", "/_sim/switches", `{"polite":false}`, 200, `{"assumed_limits":false,"polite":false}`},
		{"an unknown switch", "/_sim/switches", `{"rude":true}`, 400, `unknown switch`},
		{"the clock forward", "/_sim/clock", `{"advance_ms":1500}`, 200, `{"now":"2026-11-24T12:00:01.5Z"}`},
		{"the clock back", "/_sim/clock", `{"advance_ms":-1500}`, 200, `{"now":"2026-11-24T11:59:58.5Z"}`},
		{"a lag", "/_sim/lag", `{"delay_ms":2000}`, 200, `{"delay_ms":2000}`},
		{"a negative lag", "/_sim/lag", `{"delay_ms":-1}`, 400, "delay_ms cannot be negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := start(t, simkit.Options{Now: noon}).Do("POST", c.path, c.body)
			if got.Status != c.status || !strings.Contains(got.Text, c.answer) {
				t.Errorf("answer = %d %s, want %d %s", got.Status, got.Text, c.status, c.answer)
			}
		})
	}
}

func TestABodyOverTheBoundIsNotRead(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	got := sim.Do("POST", "/things", `{"name":"`+strings.Repeat("a", simkit.MaxBody)+`"}`)
	if got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("status = %d", got.Status)
	}
}
