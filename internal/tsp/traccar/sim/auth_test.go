package sim_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/traccar/sim"
)

const form = "application/x-www-form-urlencoded"

func basic(pair string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) }

func TestTheSimulatorHasANameAndAPortOfItsOwn(t *testing.T) {
	t.Parallel()
	if got := sim.Info(); got != (simkit.Info{Name: "traccar", PortOffset: 4}) {
		t.Errorf("Info() = %+v", got)
	}
}

func TestPasswordsAndTokensAreAccepted(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as("")
	for _, header := range []string{
		"Bearer " + service, "bearer " + viewer, basic("demo-service@waybill.example:traccar-demo-password"),
		basic(" Dispatcher@Waybill.Example :traccar-dispatcher-password"),
	} {
		if got := s.do("GET", "/api/devices", "", "Authorization", header); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", header, got.status, got.text)
		}
	}
}

func TestOnlySomeWrongCredentialsAnswer401(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as("")
	foreign := base64.RawURLEncoding.EncodeToString(append([]byte{70, 0x30}, strings.Repeat("x", 100)...))
	short := base64.RawURLEncoding.EncodeToString([]byte{70, 0x30, 1, 2})
	unsigned := base64.RawURLEncoding.EncodeToString([]byte{4, 1, 2, 3, 4, 5, 6, 7})
	for _, c := range []struct {
		header string
		status int
		class  string
	}{
		{"", 401, "jakarta.ws.rs.WebApplicationException: HTTP 401 Unauthorized"},
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
		headers := []string{"Authorization", c.header}
		if c.header == "" {
			headers = nil
		}
		s.do("GET", "/api/devices", "", headers...).refused(t, c.status, c.class)
	}
}

func TestTheServerIsShownToEverybody(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	if s.must("GET", "/api/server", "")["storageSpace"] == nil {
		t.Error("an administrator is not told the storage space")
	}
	for _, header := range []string{basic("demo-service@waybill.example:wrong"), "Bearer " + viewer} {
		got := s.as("").do("GET", "/api/server", "", "Authorization", header)
		if got.status != http.StatusOK || !strings.Contains(got.text, `"storageSpace":null`) {
			t.Errorf("%s: %d %s", header, got.status, got.text)
		}
	}
}

func TestASessionIsOpenedWithAPasswordOrAToken(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as("")
	s.as(service).do("GET", "/api/session", "").refused(t, 404, "jakarta.ws.rs.NotFoundException")
	password := "email=viewer%40waybill.example&password=traccar-viewer-password"
	s.do("POST", "/api/session", strings.Replace(password, "viewer-password", "wrong", 1), "Content-Type", form).refused(t, 401, "jakarta.ws.rs")
	s.do("POST", "/api/session", "email=a", "Content-Type", form).refused(t, 400, "java.lang.NullPointerException")
	s.do("GET", "/api/session?token=wrong-token", "").refused(t, 400, "java.lang.ArrayIndexOutOfBoundsException")
	for _, got := range []reply{
		s.do("POST", "/api/session", password, "Content-Type", form), s.do("GET", "/api/session?token="+viewer, ""),
	} {
		if got.status != http.StatusOK || !strings.Contains(got.text, `"email":"viewer@waybill.example"`) {
			t.Fatalf("%d %s", got.status, got.text)
		}
		cookie, _, _ := strings.Cut(got.header.Get("Set-Cookie"), ";")
		if who := s.do("GET", "/api/session", "", "Cookie", cookie); who.text != got.text {
			t.Errorf("the session is of %s", who.text)
		}
		if list := s.do("GET", "/api/devices", "", "Cookie", cookie); list.status != http.StatusOK {
			t.Errorf("the session may not list: %d", list.status)
		}
	}
}

func TestATokenEndsAfterSevenDaysOrWhenItsMakerSaid(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	s := start(t, simkit.Options{Now: clock.time})
	week := s.do("POST", "/api/session/token", "")
	hour := s.do("POST", "/api/session/token", "expiration=2026-11-25T13%3A00%3A00Z", "Content-Type", form)
	if week.status != http.StatusOK || week.header.Get("Content-Type") != "application/json" || strings.Contains(week.text, `"`) {
		t.Fatalf("%d %q", week.status, week.text)
	}
	s.as(week.text).list("/api/devices")
	s.as(hour.text).list("/api/devices")
	clock.advance(2 * time.Hour)
	s.as(hour.text).do("GET", "/api/devices", "").refused(t, 401, "jakarta.ws.rs")
	s.as(week.text).list("/api/devices")
	clock.advance(7 * 24 * time.Hour)
	s.as(week.text).do("GET", "/api/devices", "").refused(t, 401, "jakarta.ws.rs")
	s.list("/api/devices")
}

func TestADisabledUserIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.must("PUT", "/api/users/3", `{"id":3,"name":"V","email":"viewer@waybill.example","disabled":true}`)
	s.as(viewer).do("GET", "/api/devices", "").refused(t, 401, "jakarta.ws.rs")
	got := s.as("").do("POST", "/api/session", "email=viewer%40waybill.example&password=traccar-viewer-password", "Content-Type", form)
	got.refused(t, 400, "java.lang.SecurityException: User is disabled")
}

func TestPathsMethodsAndTypesAreMatchedBeforeAnybodySignsIn(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as("")
	for call, status := range map[string]int{
		"GET /": 404, "GET /api": 404, "GET /api/unknown": 404, "GET /api/devices/1/2": 404, "PATCH /api/devices/1": 405,
		"DELETE /api/devices": 405, "PUT /api/commands/send": 405, "POST /api/groups": 405,
	} {
		method, path, _ := strings.Cut(call, " ")
		s.do(method, path, "").refused(t, status, "jakarta.ws.rs.Not")
	}
	if allow := s.do("PATCH", "/api/devices/1", "").header.Get("Allow"); allow != "DELETE,GET,PUT,OPTIONS" {
		t.Errorf("Allow = %q", allow)
	}
	s.do("POST", "/api/devices", "{}", "Content-Type", form).refused(t, 415, "jakarta.ws.rs.NotSupportedException")
	s.do("GET", "/api/devices/abc", "").refused(t, 401, "jakarta.ws.rs")
	s.as(service).do("GET", "/api/devices/abc", "").refused(t, 404, "jakarta.ws.rs.NotFoundException")
	s.as(service).do("GET", "/api/devices?limit=ten", "").refused(t, 404, "jakarta.ws.rs.NotFoundException")
	s.as(service).do("GET", "/api/devices?name=x", "").refused(t, 400, "java.lang.IllegalArgumentException")
}
