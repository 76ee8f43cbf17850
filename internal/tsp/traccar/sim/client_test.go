package sim_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestASessionIsClosed(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as("")
	opened := s.do("GET", "/api/session?token="+viewer, "")
	cookie, _, _ := strings.Cut(opened.header.Get("Set-Cookie"), ";")
	if got := s.do("DELETE", "/api/session", "", "Cookie", cookie); got.status != 204 || got.text != "" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	s.do("GET", "/api/session", "", "Cookie", cookie).refused(t, 404, "jakarta.ws.rs.NotFoundException")
	s.do("GET", "/api/devices", "", "Cookie", cookie).refused(t, 401, "jakarta.ws.rs")
	s.do("DELETE", "/api/session", "", "Cookie", cookie).refused(t, 401, "jakarta.ws.rs")
	if got := s.as(viewer).do("DELETE", "/api/session", ""); got.status != 204 {
		t.Errorf("without a session: %d %s", got.status, got.text)
	}
}

func TestTheLastPositionsAreListed(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{Now: newWatch().time})
	if got := s.ids("/api/positions"); got != "1 2 3 4 5" {
		t.Errorf("of the administrator: %s", got)
	}
	mine := s.as(viewer).list("/api/positions")
	if len(mine) != 1 || mine[0]["deviceId"] != 1.0 || mine[0]["protocol"] != "watch" || mine[0]["outdated"] != false ||
		mine[0]["fixTime"] != "2026-11-25T12:00:00.000+00:00" {
		t.Errorf("of the viewer: %v", mine)
	}
	attributes, _ := mine[0]["attributes"].(map[string]any)
	if attributes["totalDistance"] != 182400500.0 || attributes["hours"] != 7200000.0 {
		t.Errorf("attributes: %v", attributes)
	}
	for path, want := range map[string]string{
		"/api/positions?deviceId=2": "2", "/api/positions?deviceId=6": "", "/api/positions?id=3&id=1": "3 1",
	} {
		if got := s.ids(path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	s.as(viewer).do("GET", "/api/positions?deviceId=2", "").refused(t, 400, "java.lang.SecurityException: Device access denied")
	s.as(viewer).do("GET", "/api/positions?id=2", "").refused(t, 400, "java.lang.SecurityException: Device access denied")
	s.do("GET", "/api/positions?id=99", "").refused(t, 400, "java.lang.NullPointerException")
}

func TestWhatTheServerHasNoneOfIsAnEmptyList(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, path := range []string{
		"/api/commands", "/api/commands?deviceId=1&all=true", "/api/commands/send?deviceId=1", "/api/geofences",
		"/api/geofences?deviceId=1", "/api/maintenance", "/api/calendars", "/api/calendars?userId=2",
	} {
		if got := s.do("GET", path, ""); got.status != 200 || got.text != "[]" {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	v := s.as(viewer)
	v.do("GET", "/api/commands/send?deviceId=2", "").refused(t, 400, "java.lang.SecurityException: Device access denied")
	v.do("GET", "/api/geofences?deviceId=2", "").refused(t, 400, "java.lang.SecurityException: Device access denied")
	v.do("GET", "/api/maintenance?groupId=2", "").refused(t, 400, "java.lang.SecurityException: Group access denied")
	v.do("GET", "/api/commands?userId=1", "").refused(t, 400, "java.lang.SecurityException: User access denied")
	s.as("").do("GET", "/api/geofences", "").refused(t, 401, "jakarta.ws.rs")
	s.do("POST", "/api/geofences", `{}`).refused(t, 405, "jakarta.ws.rs.NotAllowedException")
}

func TestASessionIsForFormsAlone(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, method := range []string{"GET", "DELETE"} {
		got := s.do(method, "/api/session?token="+viewer, "", "Content-Type", "application/json")
		got.refused(t, 415, "jakarta.ws.rs.NotSupportedException")
	}
}
