package sim_test

import (
	"strings"
	"testing"
)

func TestAReleaseHasThePagesAndLinksThatItHas(t *testing.T) {
	t.Parallel()
	const links = "GET /api/permissions?deviceId=0&driverId=1"
	s := start(t)
	for _, c := range []struct {
		name, version, page string
		links               int
	}{
		{"", "6.14.5", "6", 400}, {"release_6_12", "6.12.2", "1 2 3 4 5 6 7", 405}, {"release_6_6", "6.6", "1 2 3 4 5 6 7", 405},
		{"unreleased", "6.14.5", "6", 200},
	} {
		s.Admin("POST", "reset", "")
		if c.name != "" {
			s.Turn(c.name)
		}
		if got := s.Must("GET", "/api/server", "")["version"]; got != c.version {
			t.Errorf("%q: version %v", c.name, got)
		}
		s.lists(map[string]string{"/api/devices?limit=1&keyword=t": c.page})
		if got := s.call(links); got.Status != c.links {
			t.Errorf("%q: %d %.200s", c.name, got.Status, got.Text)
		}
	}
}

func TestLinksAreListedOnlyFromTheOwnerThatAHashTablePutsFirst(t *testing.T) {
	t.Parallel()
	s := start(t)
	for query, want := range map[string]int{
		"deviceId=0&driverId=1": 400, "driverId=1&deviceId=0": 400, "userId=1&deviceId=0": 200, "deviceId=0&userId=1": 400,
		"userId=0&driverId=1": 400, "groupId=0&driverId=1": 400, "deviceId=1": 400, "": 400, "userId=x&deviceId=0": 400,
	} {
		if got := s.call("GET /api/permissions?" + query); got.Status != want {
			t.Errorf("%s: %d %.200s", query, got.Status, got.Text)
		}
	}
}

func TestAKeywordIsAPatternOfTheDatabase(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Must("POST", "/api/devices", `{"name":"100% wool","uniqueId":"a_b"}`)
	s.lists(map[string]string{
		"/api/drivers?keyword=%25": "1 2 3 4 5 6", "/api/devices?keyword=0%25%25wool": "8", "/api/devices?keyword=0%5C%25%20w": "8",
		"/api/devices?keyword=a_b": "8 7", "/api/devices?keyword=A%5C_B": "8", "/api/devices?keyword=x%25y": "",
		"/api/devices?keyword=truck%2010_": "1 2 3 5",
	})
}

func TestValuesOfOtherTypesBecomeWhatTheyCan(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.Must("POST", "/api/devices", `{"name":5,"uniqueId":true,"groupId":"1","disabled":"true","model":1.5,"expirationTime":1767225600000}`)
	for member, want := range map[string]any{
		"name": "5", "uniqueId": "true", "groupId": 1.0, "disabled": true, "model": "1.5", "expirationTime": "2026-01-01T00:00:00.000+00:00",
	} {
		if made[member] != want {
			t.Errorf("%s is %v, want %v", member, made[member], want)
		}
	}
}

func TestATraceIsThatOfThePlaceThatFails(t *testing.T) {
	t.Parallel()
	s := start(t)
	for call, want := range map[string]string{
		"GET /api/devices/99":      "org.traccar.api.security.PermissionsService.checkPermission(PermissionsService.java:224)",
		"POST /api/devices {}":     "org.traccar.api.security.PermissionsService.checkEdit(PermissionsService.java:122)",
		"GET /api/unknown":         "org.glassfish.jersey.server.ServerRuntime$1.run(ServerRuntime.java:266)",
		"DELETE /api/devices/1":    "org.traccar.api.security.PermissionsService.checkEdit(PermissionsService.java:122)",
		"GET /api/permissions?x=1": "org.traccar.api.security.PermissionsService.checkAdmin(PermissionsService.java:80)",
	} {
		got := s.as(viewer).call(call)
		if _, rest, _ := strings.Cut(got.Text, "\n\tat "); !strings.HasPrefix(rest, want) {
			t.Errorf("%s: %.300s", call, got.Text)
		}
	}
	for header, line := range map[string]string{
		basic("viewer@waybill.example:wrong"): "122", "Bearer": "77", "Bearer wrong-token": "77", "Bearer BAECAwQFBgc": "85",
	} {
		got := s.as("").Do("GET", "/api/devices", "", "Authorization", header)
		if !strings.Contains(got.Text, "SecurityRequestFilter.filter(SecurityRequestFilter.java:"+line+")\n\tat org.glassfish.jersey") {
			t.Errorf("%s: %.600s", header, got.Text)
		}
	}
}
