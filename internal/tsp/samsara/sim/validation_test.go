package sim_test

import (
	"net/http"
	"strings"
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
			got := s.do(c.method, c.path, c.body, "Content-Type", "application/json")
			if got.status != c.status {
				t.Fatalf("status = %d, want %d: %.300s", got.status, c.status, got.text)
			}
			if got.header.Get("Request-Id") == "" {
				t.Error("no Request-Id")
			}
			legacy := strings.HasPrefix(c.path, "/v1/") && c.status == http.StatusBadRequest
			switch {
			case legacy && (got.header.Get("Content-Type") != "text/plain; charset=utf-8" ||
				!strings.HasPrefix(got.text, "rpc error: code = InvalidArgument desc = ")):
				t.Errorf("not the legacy error shape: %s %s", got.header.Get("Content-Type"), got.text)
			case !legacy && c.status != http.StatusOK:
				got.refused(t, c.status)
			case strings.Contains(got.text, "null"):
				t.Errorf("null in a reply: %s", got.text)
			}
			if c.status != http.StatusOK && c.method != http.MethodGet {
				unchanged(t, s, c.name)
			}
		})
	}
}

// unchanged checks that a refused write left the seed as it was.
func unchanged(t *testing.T, s *running, name string) {
	t.Helper()
	got := map[string]int{}
	for _, collection := range []string{"assets", "drivers", "messages", "dvirs", "fuel-purchases", "changes"} {
		got[collection] = len(s.objects(collection))
	}
	want := map[string]int{"assets": 9, "drivers": 9, "messages": 0, "dvirs": 0, "fuel-purchases": 0, "changes": 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s was refused and applied: %s", name, diff)
	}
}

func TestABodyMustBeJSON(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for contentType, status := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON": 200,
		"text/plain": 400, "application/x-www-form-urlencoded": 400, "": 400, "application/jsonx": 400,
	} {
		got := s.do("PATCH", "/fleet/vehicles/"+vehicle, `{"notes":"n"}`, "Content-Type", contentType)
		if got.status != status {
			t.Errorf("%q = %d, want %d", contentType, got.status, status)
		}
	}
}
