package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/motive/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestTheSimulatorHasANameAndAPortOfItsOwn(t *testing.T) {
	t.Parallel()
	if got := sim.Info(); got != (simkit.Info{Name: "motive", PortOffset: 2}) {
		t.Errorf("Info() = %+v", got)
	}
}

func TestARequestWithoutAGoodCredentialAnswers401(t *testing.T) {
	t.Parallel()
	s := start(t).as("")
	for name, headers := range map[string][]string{
		"nothing": nil, "an unknown key": {"X-Api-Key", "nobody"}, "a key as bearer": {"Authorization", "Bearer " + everything},
		"an unknown token": {"Authorization", "Bearer nobody"}, "an empty token": {"Authorization", "Bearer "},
		"another scheme": {"Authorization", "Basic " + everything}, "the code": {"Authorization", "Bearer motive-demo-code"},
	} {
		got := s.Do("GET", "/v1/companies", "", headers...)
		if message := refused(t, got, http.StatusUnauthorized); message != "invalid API key" {
			t.Errorf("%s: %q", name, message)
		}
	}
}

// operations are the reads and the writes, with the scope of each.
func operations() (reads, writes map[string]string) {
	reads = map[string]string{
		"GET /v1/companies": "companies.read", "GET /v1/groups": "groups.read", "GET /v1/vehicles": "vehicles.read",
		"GET /v1/vehicles/" + vehicle: "vehicles.read", "GET /v1/vehicles/lookup?number=101": "vehicles.read",
		"GET /v1/vehicles/lookup_by_external_id?external_id=V-101&integration_name=demo_tms": "vehicles.read",
		"GET /v1/assets": "assets.read", "GET /v1/assets/" + asset: "assets.read", "GET /v1/users": "users.read",
		"GET /v1/users/" + driver: "users.read", "GET /v1/users/lookup?phone=4155550100": "users.read",
		"GET /v1/users/lookup_by_external_id?external_id=D-1&integration_name=demo_tms": "users.read",
		"GET /v1/messages": "messages.read", "GET /v1/fuel_purchases": "fuel_purchases.read",
		"GET /v1/fuel_purchases/" + purchase: "fuel_purchases.read", "GET /v2/inspection_reports": "inspection_reports.read",
		"GET /v1/inspection_reports": "inspection_reports.read",
	}
	writes = map[string]string{
		"POST /v1/vehicles": "vehicles.manage", "PUT /v1/vehicles/" + vehicle: "vehicles.manage",
		"POST /v1/assets": "assets.manage", "PUT /v1/assets/" + asset: "assets.manage", "POST /v1/users": "users.manage",
		"PUT /v1/users/" + driver: "users.manage", "POST /v1/messages": "messages.manage", "POST /v2/messages": "messages.manage",
		"POST /v1/fuel_purchases": "fuel_purchases.manage", "PUT /v1/fuel_purchases/" + purchase: "fuel_purchases.manage",
		"DELETE /v1/fuel_purchases/" + purchase: "fuel_purchases.manage",
		"PUT /v2/inspection_reports/" + report:  "inspections_reports.manage",
		"POST /v1/external_ids":                 "external_ids.manage", "PUT /v1/external_ids/" + externalID: "external_ids.manage",
		"DELETE /v1/external_ids/" + externalID: "external_ids.manage",
	}
	return reads, writes
}

func TestAReadOnlyKeyMayReadButNotWrite(t *testing.T) {
	t.Parallel()
	s := start(t).as(readOnly)
	reads, writes := operations()
	for call := range reads {
		method, path, _ := strings.Cut(call, " ")
		if got := s.Do(method, path, "", "X-User-Id", admin); got.Status != http.StatusOK {
			t.Errorf("%s = %d %s", call, got.Status, got.Text)
		}
	}
	for call, scope := range writes {
		method, path, _ := strings.Cut(call, " ")
		if message := refused(t, s.Do(method, path, `{}`), http.StatusForbidden); !strings.Contains(message, scope) {
			t.Errorf("%s: %q does not name %s", call, message, scope)
		}
	}
}

func TestAManageOnlyKeyMayWriteButNotReadUnlessTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t).as(manageOnly)
	reads, _ := operations()
	for call, scope := range reads {
		_, path, _ := strings.Cut(call, " ")
		if message := refused(t, s.Do("GET", path, ""), http.StatusForbidden); !strings.Contains(message, scope) {
			t.Errorf("%s: %q does not name %s", call, message, scope)
		}
	}
	s.must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`)
	s.Turn("manage_allows_read")
	s.must("GET", "/v1/vehicles/"+vehicle, "")
}

func TestAKeyInTestModeKeepsNothingOfWhatItAnswers(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range calls() {
		if c.method == http.MethodGet || c.status >= 400 {
			continue
		}
		got := s.as(testMode).Do(c.method, c.path, c.body, c.headers()...)
		if got.Status != c.status {
			t.Errorf("%s %s (%s) = %d %s", c.method, c.path, c.name, got.Status, got.Text)
		}
	}
	s.unchanged("a write in test mode")
	made := s.as(testMode).must("POST", "/v1/vehicles", newVehicle)
	if made["number"] != "T-900" || simtest.ID(made) == "" {
		t.Errorf("the answer = %v", made)
	}
	refused(t, s.Do("GET", "/v1/vehicles/"+simtest.ID(made), ""), http.StatusNotFound)
	refused(t, s.as(testMode).Do("POST", "/v1/vehicles", `{}`), http.StatusBadRequest)
	s.as(testMode).must("GET", "/v1/vehicles/"+vehicle, "")
}

func TestUnknownPathsAndMethodsAnswer404AsRailsDoes(t *testing.T) {
	t.Parallel()
	s := start(t)
	for call, status := range map[string]int{
		"GET /": 404, "GET /v1": 404, "GET /v2/vehicles": 404, "GET /v1/vehicles/T-900": 404, "GET /v1/vehicles/1/2": 404,
		"PATCH /v1/vehicles/" + vehicle: 404, "DELETE /v1/vehicles/" + vehicle: 404, "POST /v2/inspection_reports": 404,
		"POST /v1/inspection_reports": 404, "GET /v2/inspection_reports/" + report: 404, "GET /oauth/token": 404,
		"GET /v1/external_ids": 404, "BREW /v1/vehicles": 405,
	} {
		method, path, _ := strings.Cut(call, " ")
		refused(t, s.Do(method, path, ""), status)
		refused(t, s.as("").Do(method, path, ""), status)
	}
	if got := s.Do("HEAD", "/v1/vehicles", ""); got.Status != http.StatusOK || got.Text != "" {
		t.Errorf("HEAD = %d %q", got.Status, got.Text)
	}
}
