package sim_test

import (
	"net/http"
	"testing"
)

func TestEveryCallIsTakenOrRefusedAsDocumented(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range calls() {
		t.Run(c.method+" "+c.path+" "+c.name, func(t *testing.T) {
			s.Admin("POST", "reset", "")
			got := s.Do(c.method, c.path, c.body, c.headers()...)
			if got.Status != c.status {
				t.Fatalf("status = %d, want %d: %.300s", got.Status, c.status, got.Text)
			}
			if got.Header.Get("X-Request-Id") == "" {
				t.Error("no X-Request-Id")
			}
			if c.status >= 400 {
				refused(t, got, c.status)
			}
			if c.status >= 400 && c.method != http.MethodGet {
				s.unchanged(c.name)
			}
		})
	}
}

// unchanged checks that the seed is as it was.
func (r running) unchanged(when string) {
	r.T().Helper()
	r.Holds(when, map[string]int{
		"vehicles": 6, "assets": 4, "users": 8, "groups": 2, "companies": 1, "messages": 3, "fuel_purchases": 2,
		"inspection_reports": 2, "external_ids": 2, "changes": 0,
	})
}

func TestABodyMustBeJSON(t *testing.T) {
	t.Parallel()
	start(t).JSONOnly("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`, 400)
}

func TestWrongHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"X-Time-Zone", "Eastern Time (US & Canada)", 200}, {"X-Time-Zone", "America/New_York", 400},
		{"X-Metric-Units", "true", 200}, {"X-Metric-Units", "metric", 400},
		{"X-User-Id", admin, 200}, {"X-User-Id", "5", 400}, {"X-User-Id", "-1", 400},
	} {
		if got := s.Do("GET", "/v1/vehicles", "", c.name, c.value); got.Status != c.status {
			t.Errorf("%s: %s = %d, want %d", c.name, c.value, got.Status, c.status)
		}
	}
}
