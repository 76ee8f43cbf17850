package sim_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestEachOperationHasItsDocumentedLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call, body string
		burst      int
		wait       time.Duration // until the next one
	}{
		{"POST /assets", `{}`, 100, 600 * time.Millisecond},
		{"PATCH /assets?id=" + vehicle, `{}`, 100, 600 * time.Millisecond},
		{"POST /fleet/trailers", `{"name":"T"}`, 100, 600 * time.Millisecond},
		{"PATCH /fleet/trailers/" + trailer, `{}`, 100, 600 * time.Millisecond},
		{"POST /fuel-purchase", fuelPurchase, 100, 600 * time.Millisecond},
		{"GET /v1/fleet/messages", "", 100, 600 * time.Millisecond},
		{"GET /assets", "", 5, 200 * time.Millisecond},
		{"GET /fleet/trailers", "", 5, 200 * time.Millisecond},
		{"GET /fleet/trailers/" + trailer, "", 5, 200 * time.Millisecond},
		{"GET /fleet/vehicles", "", 25, 40 * time.Millisecond},
		{"GET /me", "", 150, time.Second / 150},
		{"PATCH /fleet/vehicles/" + vehicle, `{}`, 150, time.Second / 150},
	} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			clock := newWatch()
			s := start(t, simkit.Options{Now: clock.time, Limits: true})
			method, path, _ := strings.Cut(c.call, " ")
			for n := range c.burst {
				if got := s.do(method, path, c.body); got.status != http.StatusOK {
					t.Fatalf("request %d: %d %s", n+1, got.status, got.text)
				}
			}
			got := s.do(method, path, c.body)
			if message := got.refused(t, http.StatusTooManyRequests); message != "Exceeded rate limit." {
				t.Errorf("message = %q", message)
			}
			told := retryAfter(t, got)
			if told < c.wait || told > c.wait+20*time.Microsecond {
				t.Errorf("told to wait %v, want %v", told, c.wait)
			}
			clock.advance(told)
			if got := s.do(method, path, c.body); got.status != http.StatusOK {
				t.Errorf("after the wait: %d %s", got.status, got.text)
			}
		})
	}
}

// retryAfter reads the fraction of seconds that Samsara sends.
func retryAfter(t *testing.T, got reply) time.Duration {
	t.Helper()
	header := got.header.Get("Retry-After")
	if !regexp.MustCompile(`^\d+\.\d{5}$`).MatchString(header) {
		t.Fatalf("Retry-After = %q", header)
	}
	seconds, err := strconv.ParseFloat(header, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(seconds * float64(time.Second))
}

func TestTokensShareTheLimitOfTheOrganization(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{Now: newWatch().time, Limits: true})
	for range 150 {
		s.must("GET", "/me", "")
	}
	other := s.as(readOnly)
	for range 50 {
		other.must("GET", "/me", "")
	}
	other.do("GET", "/me", "").refused(t, http.StatusTooManyRequests)
}

func TestLimitsAreOffUntilTurnedOn(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{Now: newWatch().time})
	for range 30 {
		s.must("GET", "/assets", "")
	}
	s.do("POST", "/_sim/limits", `{"enabled":true}`)
	var statuses []string
	for range 6 {
		statuses = append(statuses, fmt.Sprint(s.do("GET", "/assets", "").status))
	}
	if got := strings.Join(statuses, " "); got != "200 200 200 200 200 429" {
		t.Error(got)
	}
}
