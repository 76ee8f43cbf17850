package sim_test

import (
	"net/http"
	"testing"
)

func TestBrowsersMayCallFromAnyOrigin(t *testing.T) {
	t.Parallel()
	s := start(t)
	const origin = "https://fleet.example"
	for call, status := range map[string]int{
		"GET /api/server": 200, "GET /api/devices": 401, "GET /api/unknown": 404, "OPTIONS /api/devices": 200,
		"OPTIONS /api/devices/1": 200,
	} {
		got := s.as("").call(call, "Origin", origin, "Access-Control-Request-Method", "PUT")
		h := got.Header
		if got.Status != status || h.Get("Access-Control-Allow-Origin") != origin ||
			h.Get("Access-Control-Allow-Credentials") != "true" ||
			h.Get("Access-Control-Allow-Methods") != "GET, POST, PUT, DELETE, OPTIONS" ||
			h.Get("Access-Control-Allow-Headers") != "origin, content-type, accept, authorization" {
			t.Errorf("%s: %d %v", call, got.Status, h)
		}
	}
	if got := s.Do("GET", "/api/server", ""); got.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("without an origin: %v", got.Header)
	}
}

func TestOPTIONSNeedsNoCredentialsAndNamesTheMethods(t *testing.T) {
	t.Parallel()
	s := start(t).as("")
	for path, allow := range map[string]string{
		"/api/devices": "GET,POST,OPTIONS", "/api/devices/1": "DELETE,GET,PUT,OPTIONS", "/api/server": "GET,OPTIONS",
	} {
		got := s.Do("OPTIONS", path, "", "Authorization", "Bearer no-token")
		if got.Status != http.StatusOK || got.Header.Get("Allow") != allow || got.Text != "" {
			t.Errorf("%s: %d %v %s", path, got.Status, got.Header, got.Text)
		}
	}
	s.refused("OPTIONS /api/unknown", 404, "jakarta.ws.rs.NotFoundException")
}
