package sim_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestBrowsersMayCallFromAnyOrigin(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	const origin = "https://fleet.example"
	for call, got := range map[string]reply{
		"a success":        s.do("GET", "/api/devices", "", "Origin", origin),
		"a refusal":        s.as("").do("GET", "/api/devices", "", "Origin", origin),
		"an unknown path":  s.do("GET", "/api/unknown", "", "Origin", origin),
		"a preflight":      s.as("").do("OPTIONS", "/api/devices", "", "Origin", origin, "Access-Control-Request-Method", "POST"),
		"one for a device": s.as("").do("OPTIONS", "/api/devices/1", "", "Origin", origin, "Access-Control-Request-Method", "PUT"),
	} {
		h := got.header
		if h.Get("Access-Control-Allow-Origin") != origin || h.Get("Access-Control-Allow-Credentials") != "true" ||
			h.Get("Access-Control-Allow-Methods") != "GET, POST, PUT, DELETE, OPTIONS" ||
			h.Get("Access-Control-Allow-Headers") != "origin, content-type, accept, authorization" {
			t.Errorf("%s: %d %v", call, got.status, h)
		}
	}
	if got := s.do("GET", "/api/server", ""); got.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("without an origin: %v", got.header)
	}
}

func TestOPTIONSNeedsNoCredentialsAndNamesTheMethods(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as("")
	for path, allow := range map[string]string{
		"/api/devices": "GET,POST,OPTIONS", "/api/devices/1": "DELETE,GET,PUT,OPTIONS", "/api/server": "GET,OPTIONS",
	} {
		got := s.do("OPTIONS", path, "", "Authorization", "Bearer no-token")
		if got.status != http.StatusOK || got.header.Get("Allow") != allow || got.text != "" {
			t.Errorf("%s: %d %v %s", path, got.status, got.header, got.text)
		}
	}
	s.do("OPTIONS", "/api/unknown", "").refused(t, 404, "jakarta.ws.rs.NotFoundException")
}
