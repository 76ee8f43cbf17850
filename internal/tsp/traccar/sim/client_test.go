package sim_test

import (
	"testing"
)

func TestASessionIsClosed(t *testing.T) {
	t.Parallel()
	s := start(t).as("")
	session := running{s.As("Cookie", cookie(s.call("GET /api/session?token="+viewer)))}
	session.done("DELETE /api/session")
	session.refused("GET /api/session", 404, "jakarta.ws.rs.NotFoundException")
	session.refused("GET /api/devices", 401, "jakarta.ws.rs")
	session.refused("DELETE /api/session", 401, "jakarta.ws.rs")
	s.as(viewer).done("DELETE /api/session") // without a session
}

func TestTheLastPositionsAreListed(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.lists(map[string]string{
		"/api/positions": "1 2 3 4 5", "/api/positions?deviceId=2": "2", "/api/positions?deviceId=6": "",
		"/api/positions?id=3&id=1": "3 1",
	})
	mine := s.as(viewer).list("/api/positions")
	if len(mine) != 1 || mine[0]["deviceId"] != 1.0 || mine[0]["protocol"] != "watch" || mine[0]["outdated"] != false ||
		mine[0]["fixTime"] != "2026-11-24T12:00:00.000+00:00" {
		t.Errorf("of the viewer: %v", mine)
	}
	attributes, _ := mine[0]["attributes"].(map[string]any)
	if attributes["totalDistance"] != 182400500.0 || attributes["hours"] != 7200000.0 {
		t.Errorf("attributes: %v", attributes)
	}
	s.as(viewer).denied("GET /api/positions?deviceId=2", "Device access denied")
	s.as(viewer).denied("GET /api/positions?id=2", "Device access denied")
	s.refused("GET /api/positions?id=99", 400, "java.lang.NullPointerException")
}

func TestWhatTheServerHasNoneOfIsAnEmptyList(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{
		"/api/commands", "/api/commands?deviceId=1&all=true", "/api/commands/send?deviceId=1", "/api/geofences",
		"/api/geofences?deviceId=1", "/api/maintenance", "/api/calendars", "/api/calendars?userId=2",
	} {
		if got := s.Do("GET", path, ""); got.Status != 200 || got.Text != "[]" {
			t.Errorf("%s: %d %s", path, got.Status, got.Text)
		}
	}
	v := s.as(viewer)
	v.denied("GET /api/commands/send?deviceId=2", "Device access denied")
	v.denied("GET /api/geofences?deviceId=2", "Device access denied")
	v.denied("GET /api/maintenance?groupId=2", "Group access denied")
	v.denied("GET /api/commands?userId=1", "User access denied")
	s.as("").refused("GET /api/geofences", 401, "jakarta.ws.rs")
	s.refused(`POST /api/geofences {}`, 405, "jakarta.ws.rs.NotAllowedException")
}

func TestASessionIsForFormsAlone(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, method := range []string{"GET", "DELETE"} {
		call := method + " /api/session?token=" + viewer
		s.refused(call, 415, "jakarta.ws.rs.NotSupportedException", "Content-Type", "application/json")
	}
}
