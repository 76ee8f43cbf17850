package sim_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestEveryCallIsTakenOrRefusedAsDocumented(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, c := range calls() {
		t.Run(c.method+" "+c.path+" "+c.name, func(t *testing.T) {
			s.do("POST", "/_sim/reset", "")
			got := s.do(c.method, c.path, c.body, c.headers()...)
			if got.status != c.status {
				t.Fatalf("status = %d, want %d: %.300s", got.status, c.status, got.text)
			}
			if got.header.Get("X-Request-Id") == "" {
				t.Error("no X-Request-Id")
			}
			if c.status >= 400 {
				got.refused(t, c.status)
			}
			if c.status >= 400 && c.method != http.MethodGet {
				unchanged(t, s, c.name)
			}
		})
	}
}

// unchanged checks that a write left the seed as it was.
func unchanged(t *testing.T, s *running, name string) {
	t.Helper()
	want := map[string]int{
		"vehicles": 6, "assets": 4, "users": 8, "groups": 2, "companies": 1, "messages": 3, "fuel_purchases": 2,
		"inspection_reports": 1, "external_ids": 2, "changes": 0,
	}
	got := map[string]int{}
	for collection := range want {
		got[collection] = len(s.objects(collection))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s was applied: %s", name, diff)
	}
}

func TestABodyMustBeJSON(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for contentType, status := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON": 200,
		"text/plain": 400, "application/x-www-form-urlencoded": 400, "": 400, "application/jsonx": 400,
	} {
		got := s.do("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`, "Content-Type", contentType)
		if got.status != status {
			t.Errorf("%q = %d, want %d", contentType, got.status, status)
		}
	}
}

func TestWrongHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"X-Time-Zone", "Eastern Time (US & Canada)", 200}, {"X-Time-Zone", "America/New_York", 400},
		{"X-Metric-Units", "true", 200}, {"X-Metric-Units", "metric", 400},
		{"X-User-Id", admin, 200}, {"X-User-Id", "5", 400}, {"X-User-Id", "-1", 400},
	} {
		if got := s.do("GET", "/v1/vehicles", "", c.name, c.value); got.status != c.status {
			t.Errorf("%s: %s = %d, want %d", c.name, c.value, got.status, c.status)
		}
	}
}
