package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/config"
)

func TestTheConsoleOfTheDemoIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	h := openWith(t, config.Default())
	ask := func(method, path string, change func(*http.Request)) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		a, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		return a
	}
	if a := ask("GET", "/console/", func(*http.Request) {}); a.StatusCode != http.StatusOK ||
		!strings.Contains(a.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Errorf("here: %d %v", a.StatusCode, a.Header)
	}
	if a := ask("GET", "/console/operations", func(r *http.Request) { r.Host = "evil.example" }); a.StatusCode != http.StatusForbidden {
		t.Errorf("by another name: %d", a.StatusCode)
	}
	if a := ask("POST", "/console/theme", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); a.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", a.StatusCode)
	}
	// The API stays what it is beside it.
	if a := ask("GET", operations, func(*http.Request) {}); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the API: %d", a.StatusCode)
	}
}
