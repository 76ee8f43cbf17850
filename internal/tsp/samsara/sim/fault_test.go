package sim_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func (r *running) fault(body string) {
	r.t.Helper()
	if got := r.do("POST", "/_sim/faults", body); got.status != http.StatusOK {
		r.t.Fatalf("the fault was refused: %d %s", got.status, got.text)
	}
}

func TestFaultsAnswerInSamsarasWords(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, c := range []struct {
		fault       string
		status      int
		contentType string
		retryAfter  string
	}{
		{`{"fault":"status","status":500,"times":1}`, 500, "text/plain; charset=utf-8", ""},
		{`{"fault":"status","status":503,"retry_after":"7","times":1}`, 503, "text/plain; charset=utf-8", "7"},
		{`{"fault":"status","status":404,"times":1}`, 404, "application/json", ""},
		{`{"fault":"status","status":429,"times":1}`, 429, "application/json", "0.40235"},
		{`{"fault":"throttle","times":1}`, 429, "application/json", "0.40235"},
		{`{"fault":"throttle","retry_after":"2","times":1}`, 429, "application/json", "2"},
		{`{"fault":"expire_session","times":1}`, 401, "application/json", ""},
	} {
		s.fault(c.fault)
		got := s.do("GET", "/me", "")
		if got.status != c.status || got.header.Get("Content-Type") != c.contentType || got.header.Get("Retry-After") != c.retryAfter {
			t.Errorf("%s: %d %s Retry-After %q", c.fault, got.status, got.header.Get("Content-Type"), got.header.Get("Retry-After"))
		}
		if got.header.Get("Request-Id") == "" {
			t.Errorf("%s: no Request-Id", c.fault)
		}
		s.must("GET", "/me", "")
	}
}

func TestAMessageIsSentAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	body := `{"driverIds":[` + driver + `],"text":"hello"}`
	s.fault(`{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"apply_then_drop","times":1}`)
	if got := s.do("POST", "/v1/fleet/messages", body); got.status != 0 || len(s.objects("messages")) != 1 {
		t.Errorf("apply_then_drop: status %d, %d messages", got.status, len(s.objects("messages")))
	}
	s.fault(`{"fault":"drop","times":1}`)
	if got := s.do("POST", "/v1/fleet/messages", body); got.status != 0 || len(s.objects("messages")) != 1 {
		t.Errorf("drop: status %d, %d messages", got.status, len(s.objects("messages")))
	}
	s.fault(`{"fault":"malformed","times":1}`)
	if got := s.do("POST", "/v1/fleet/messages", body); got.status != 200 || len(s.objects("messages")) != 1 {
		t.Errorf("malformed: status %d, %d messages", got.status, len(s.objects("messages")))
	}
}

func TestAnExpiredSessionNeedsARefresh(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	access, refresh := s.exchange("samsara-demo-code")
	s.fault(`{"fault":"expire_session","times":1}`)
	for range 3 {
		s.as(access).do("GET", "/me", "").refused(t, http.StatusUnauthorized)
	}
	renewed, _ := s.tokens(s.refresh(refresh))
	s.as(renewed).must("GET", "/me", "")
	s.must("GET", "/me", "")
}

func TestAnAPITokenIsRefusedAsManyTimesAsAsked(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.fault(`{"fault":"expire_session","times":2}`)
	for range 2 {
		s.do("GET", "/me", "").refused(t, http.StatusUnauthorized)
	}
	s.must("GET", "/me", "")
}
