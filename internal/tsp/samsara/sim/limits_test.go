package sim_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
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
			s := start(t, simtest.Limited)
			method, path, _ := strings.Cut(c.call, " ")
			for n := range c.burst {
				if got := s.Do(method, path, c.body); got.Status != http.StatusOK {
					t.Fatalf("request %d: %d %s", n+1, got.Status, got.Text)
				}
			}
			got := s.Do(method, path, c.body)
			if message := got.Refused(t, http.StatusTooManyRequests, "message"); message != "Exceeded rate limit." {
				t.Errorf("message = %q", message)
			}
			told := retryAfter(t, got)
			if told < c.wait || told > c.wait+20*time.Microsecond {
				t.Errorf("told to wait %v, want %v", told, c.wait)
			}
			s.Clock.Advance(told)
			if got := s.Do(method, path, c.body); got.Status != http.StatusOK {
				t.Errorf("after the wait: %d %s", got.Status, got.Text)
			}
		})
	}
}

// retryAfter reads the fraction of seconds that Samsara sends.
func retryAfter(t *testing.T, got simtest.Reply) time.Duration {
	t.Helper()
	header := got.Header.Get("Retry-After")
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
	s := start(t, simtest.Limited)
	for range 150 {
		s.must("GET", "/me", "")
	}
	other := s.as(readOnly)
	for range 50 {
		other.must("GET", "/me", "")
	}
	other.Do("GET", "/me", "").Refused(t, http.StatusTooManyRequests, "message")
}

func TestLimitsAreOffUntilTurnedOn(t *testing.T) {
	t.Parallel()
	s := start(t)
	for range 30 {
		s.must("GET", "/assets", "")
	}
	s.Do("POST", "/_sim/limits", `{"enabled":true}`)
	var statuses []string
	for range 6 {
		statuses = append(statuses, fmt.Sprint(s.Do("GET", "/assets", "").Status))
	}
	if got := strings.Join(statuses, " "); got != "200 200 200 200 200 429" {
		t.Error(got)
	}
}
