package sim_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestARequestWithoutAGoodTokenAnswers401(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, authorization := range map[string]string{
		"no header": "", "no scheme": everything, "another scheme": "Basic " + everything, "an unknown token": "Bearer nobody",
		"an empty token": "Bearer ",
	} {
		for _, path := range []string{"/me", "/v1/fleet/messages"} {
			got := s.as("").Do("GET", path, "", "Authorization", authorization)
			if message := got.Refused(t, http.StatusUnauthorized, "message"); message != "Invalid token." {
				t.Errorf("%s on %s: %q", name, path, message)
			}
		}
	}
}

func TestAReadOnlyTokenMayReadButNotWrite(t *testing.T) {
	t.Parallel()
	s := start(t).as(readOnly)
	for _, path := range []string{
		"/me", "/users", "/tags", "/fleet/vehicles", "/fleet/vehicles/" + vehicle, "/fleet/drivers", "/fleet/drivers/" + driver,
		"/fleet/trailers", "/fleet/trailers/" + trailer, "/assets", "/v1/fleet/messages",
	} {
		if got := s.Do("GET", path, ""); got.Status != http.StatusOK {
			t.Errorf("GET %s = %d %s", path, got.Status, got.Text)
		}
	}
	for call, scope := range map[string]string{
		"POST /assets": "Write Assets", "PATCH /assets": "Write Assets", "PATCH /fleet/vehicles/" + vehicle: "Write Vehicles",
		"POST /fleet/drivers": "Write Drivers", "PATCH /fleet/drivers/" + driver: "Write Drivers",
		"POST /fleet/trailers": "Write Trailers", "PATCH /fleet/trailers/" + trailer: "Write Trailers",
		"POST /v1/fleet/messages": "Write Messages", "POST /fleet/dvirs": "Write DVIRs", "POST /fuel-purchase": "Write Fuel Purchase",
	} {
		method, path, _ := strings.Cut(call, " ")
		got := s.Do(method, path, `{}`)
		if message := got.Refused(t, http.StatusForbidden, "message"); !strings.Contains(message, scope) {
			t.Errorf("%s: %q does not name %s", call, message, scope)
		}
	}
}

func TestATokenRestrictedToTagsMustGiveThem(t *testing.T) {
	t.Parallel()
	s := start(t).as(onlyWest)
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"without tagIds", `{"name":"T"}`, 400},
		{"with an empty list", `{"name":"T","tagIds":[]}`, 400},
		{"with a tag of others", `{"name":"T","tagIds":["3920","3921"]}`, 403},
		{"with its own tag", `{"name":"T","tagIds":["3920"]}`, 200},
	} {
		for call := range map[string]bool{"POST /fleet/trailers": true, "POST /assets": true, "PATCH /fleet/vehicles/" + vehicle: true} {
			method, path, _ := strings.Cut(call, " ")
			if got := s.Do(method, path, c.body); got.Status != c.status {
				t.Errorf("%s %s = %d %s", call, c.name, got.Status, got.Text)
			}
		}
	}
}

func TestUnknownPathsAndMethodsAreRefusedInJSON(t *testing.T) {
	t.Parallel()
	s := start(t)
	for call, status := range map[string]int{
		"GET /": 404, "GET /fleet": 404, "GET /fleet/vehicles/": 404, "GET /fleet/vehicles/1/2": 404, "GET /v2/fleet/messages": 404,
		"PUT /fleet/vehicles/" + vehicle: 405, "DELETE /fleet/drivers": 405, "POST /me": 405, "GET /fuel-purchase": 405,
		"GET /oauth2/token": 405, "HEAD /me/x": 404,
	} {
		method, path, _ := strings.Cut(call, " ")
		got := s.Do(method, path, "")
		if got.Status != status {
			t.Errorf("%s = %d, want %d", call, got.Status, status)
		} else if method != http.MethodHead {
			got.Refused(t, status, "message")
		}
	}
}

func TestAnUnknownIDAnswers404(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, call := range []string{
		"GET /fleet/vehicles/1", "PATCH /fleet/vehicles/1", "PATCH /fleet/vehicles/" + trailer, "GET /fleet/trailers/" + vehicle,
		"PATCH /fleet/trailers/1", "PATCH /fleet/drivers/" + vehicle, "GET /fleet/drivers/payrollId:1", "PATCH /assets?id=1",
		"PATCH /assets?id=samsara.vin:" + firstVIN, "GET /fleet/drivers/samsara.vin:" + firstVIN,
	} {
		method, path, _ := strings.Cut(call, " ")
		if message := s.Do(method, path, `{}`).Refused(t, http.StatusNotFound, "message"); message != "Object not found." {
			t.Errorf("%s: %q", call, message)
		}
	}
}
