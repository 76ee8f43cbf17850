package sim_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestEveryCallIsTakenOrRefusedAsDocumented(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range calls() {
		t.Run(c.method+" "+c.path+" "+c.name, func(t *testing.T) {
			s.Do("POST", "/_sim/reset", "")
			got := s.Do(c.method, c.path, c.body, "Content-Type", "application/json")
			if got.Status != c.status {
				t.Fatalf("status = %d, want %d: %.300s", got.Status, c.status, got.Text)
			}
			if got.Header.Get("Request-Id") == "" {
				t.Error("no Request-Id")
			}
			legacy := strings.HasPrefix(c.path, "/v1/") && c.status == http.StatusBadRequest
			switch {
			case legacy && (got.Header.Get("Content-Type") != "text/plain; charset=utf-8" ||
				!strings.HasPrefix(got.Text, "rpc error: code = InvalidArgument desc = ")):
				t.Errorf("not the legacy error shape: %s %s", got.Header.Get("Content-Type"), got.Text)
			case !legacy && c.status >= 300:
				if got.Refused(t, c.status, "message"); got.JSON(t)["requestId"] != got.Header.Get("Request-Id") {
					t.Errorf("a refusal with another requestId than Request-Id: %s", got.Text)
				}
			case strings.Contains(got.Text, "null"):
				t.Errorf("null in a reply: %s", got.Text)
			}
			if c.status >= 300 && c.method != http.MethodGet {
				s.Holds(c.name+" was refused", map[string]int{
					"assets": 9, "drivers": 9, "messages": 2, "dvirs": 2, "fuel-purchases": 0, "changes": 0,
				})
			}
		})
	}
}

func TestABodyMustBeJSON(t *testing.T) {
	t.Parallel()
	start(t).JSONOnly("PATCH", "/fleet/vehicles/"+vehicle, `{"notes":"n"}`, 400)
}
