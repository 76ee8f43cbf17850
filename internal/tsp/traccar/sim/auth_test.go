package sim_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
	"github.com/waybill-dev/waybill/internal/tsp/traccar/sim"
)

const viewersPassword = "email=viewer%40waybill.example&password=traccar-viewer-password"

func basic(pair string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) }

// cookie is the session of an answer.
func cookie(got simtest.Reply) string {
	own, _, _ := strings.Cut(got.Header.Get("Set-Cookie"), ";")
	return own
}

func TestTheSimulatorHasANameAndAPortOfItsOwn(t *testing.T) {
	t.Parallel()
	if got := sim.Info(); got != (simkit.Info{Name: "traccar", PortOffset: 4}) {
		t.Errorf("Info() = %+v", got)
	}
}

func TestPasswordsAndTokensAreAccepted(t *testing.T) {
	t.Parallel()
	s := start(t).as("")
	for _, header := range []string{
		"Bearer " + service, "bearer " + viewer, basic("demo-service@waybill.example:traccar-demo-password"),
		basic(" Dispatcher@Waybill.Example :traccar-dispatcher-password"),
	} {
		if got := s.Do("GET", "/api/devices", "", "Authorization", header); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", header, got.Status, got.Text)
		}
	}
}

func TestOnlySomeWrongCredentialsAnswer401(t *testing.T) {
	t.Parallel()
	s := start(t).as("")
	foreign := base64.RawURLEncoding.EncodeToString(append([]byte{70, 0x30}, strings.Repeat("x", 100)...))
	short := base64.RawURLEncoding.EncodeToString([]byte{70, 0x30, 1, 2})
	unsigned := base64.RawURLEncoding.EncodeToString([]byte{4, 1, 2, 3, 4, 5, 6, 7})
	s.refused("GET /api/devices", 401, "jakarta.ws.rs.WebApplicationException: HTTP 401 Unauthorized")
	for _, c := range []struct {
		header string
		status int
		class  string
	}{
		{basic("demo-service@waybill.example:wrong"), 401, "jakarta.ws.rs.WebApplicationException"},
		{basic("nobody@waybill.example:traccar-demo-password"), 401, "jakarta.ws.rs.WebApplicationException"},
		{"Digest x", 401, "jakarta.ws.rs.WebApplicationException"},
		{"Bearer " + foreign, 401, "jakarta.ws.rs.WebApplicationException"},
		{basic("no colon"), 400, "java.lang.ArrayIndexOutOfBoundsException"},
		{"Bearer", 400, "java.lang.ArrayIndexOutOfBoundsException"},
		{"Bearer wrong-token", 400, "java.lang.ArrayIndexOutOfBoundsException"},
		{"Bearer " + short, 400, "java.lang.NegativeArraySizeException"},
		{"Bearer " + unsigned, 500, "jakarta.ws.rs.WebApplicationException: HTTP 500 Internal Server Error"},
	} {
		s.refused("GET /api/devices", c.status, c.class, "Authorization", c.header)
	}
}

func TestTheServerIsShownToEverybody(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.Must("GET", "/api/server", "")["storageSpace"] == nil {
		t.Error("an administrator is not told the storage space")
	}
	for _, header := range []string{basic("demo-service@waybill.example:wrong"), "Bearer " + viewer} {
		got := s.as("").Do("GET", "/api/server", "", "Authorization", header)
		if got.Status != http.StatusOK || !strings.Contains(got.Text, `"storageSpace":null`) {
			t.Errorf("%s: %d %s", header, got.Status, got.Text)
		}
	}
}

func TestASessionIsOpenedWithAPasswordOrAToken(t *testing.T) {
	t.Parallel()
	s := start(t).as("")
	s.as(service).refused("GET /api/session", 404, "jakarta.ws.rs.NotFoundException")
	s.refused("POST /api/session "+strings.Replace(viewersPassword, "viewer-password", "wrong", 1), 401, "jakarta.ws.rs")
	s.refused("POST /api/session email=a", 400, "java.lang.NullPointerException")
	s.refused("GET /api/session?token=wrong-token", 400, "java.lang.ArrayIndexOutOfBoundsException")
	for _, call := range []string{"POST /api/session " + viewersPassword, "GET /api/session?token=" + viewer} {
		got := s.call(call)
		if got.Status != http.StatusOK || !strings.Contains(got.Text, `"email":"viewer@waybill.example"`) {
			t.Fatalf("%d %s", got.Status, got.Text)
		}
		session := s.As("Cookie", cookie(got))
		if who := session.Do("GET", "/api/session", ""); who.Text != got.Text {
			t.Errorf("the session is of %s", who.Text)
		}
		if list := session.Do("GET", "/api/devices", ""); list.Status != http.StatusOK {
			t.Errorf("the session may not list: %d", list.Status)
		}
	}
}

func TestATokenEndsAfterSevenDaysOrWhenItsMakerSaid(t *testing.T) {
	t.Parallel()
	s := start(t)
	week := s.Do("POST", "/api/session/token", "")
	hour := s.call("POST /api/session/token expiration=2026-11-24T13%3A00%3A00Z")
	kind := week.Header.Get("Content-Type")
	if week.Status != http.StatusOK || kind != "application/json" || strings.Contains(week.Text, `"`) {
		t.Fatalf("%d %q", week.Status, week.Text)
	}
	s.as(week.Text).list("/api/devices")
	s.as(hour.Text).list("/api/devices")
	s.Clock.Advance(2 * time.Hour)
	s.as(hour.Text).refused("GET /api/devices", 401, "jakarta.ws.rs")
	s.as(week.Text).list("/api/devices")
	s.Clock.Advance(7 * 24 * time.Hour)
	s.as(week.Text).refused("GET /api/devices", 401, "jakarta.ws.rs")
	s.list("/api/devices")
}

func TestADisabledUserIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Must("PUT", "/api/users/3", `{"id":3,"name":"V","email":"viewer@waybill.example","disabled":true}`)
	s.as(viewer).refused("GET /api/devices", 401, "jakarta.ws.rs")
	s.as("").denied("POST /api/session "+viewersPassword, "User is disabled")
}

func TestPathsMethodsAndTypesAreMatchedBeforeAnybodySignsIn(t *testing.T) {
	t.Parallel()
	s := start(t).as("")
	for call, status := range map[string]int{
		"GET /": 404, "GET /api": 404, "GET /api/unknown": 404, "GET /api/devices/1/2": 404, "PATCH /api/devices/1": 405,
		"DELETE /api/devices": 405, "PUT /api/commands/send": 405, "POST /api/groups": 405,
	} {
		if got := s.refused(call, status, "jakarta.ws.rs.Not"); got.Header.Get("Content-Type") != "text/plain" {
			t.Errorf("%s: %s", call, got.Header.Get("Content-Type"))
		}
	}
	if allow := s.call("PATCH /api/devices/1").Header.Get("Allow"); allow != "DELETE,GET,PUT,OPTIONS" {
		t.Errorf("Allow = %q", allow)
	}
	s.refused("POST /api/devices {}", 415, "jakarta.ws.rs.NotSupportedException", "Content-Type", form)
	s.refused("GET /api/devices/abc", 401, "jakarta.ws.rs")
	s = s.as(service)
	s.refused("GET /api/devices/abc", 404, "jakarta.ws.rs.NotFoundException")
	s.refused("GET /api/devices?limit=ten", 404, "jakarta.ws.rs.NotFoundException")
	s.lists(map[string]string{"/api/devices?name=x&limit=1": "6"})
	s.Switch("ignores_unknown", false)
	s.refused("GET /api/devices?name=x", 400, "java.lang.IllegalArgumentException")
}
