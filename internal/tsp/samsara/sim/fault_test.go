package sim_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

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
		s.Fault(c.fault)
		got := s.Do("GET", "/me", "")
		if got.Status != c.status || got.Header.Get("Content-Type") != c.contentType || got.Header.Get("Retry-After") != c.retryAfter {
			t.Errorf("%s: %d %s Retry-After %q", c.fault, got.Status, got.Header.Get("Content-Type"), got.Header.Get("Retry-After"))
		}
		if got.Header.Get("Request-Id") == "" {
			t.Errorf("%s: no Request-Id", c.fault)
		}
		s.must("GET", "/me", "")
	}
}

func TestAMessageIsSentAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	body := `{"driverIds":[` + driver + `],"text":"hello"}`
	s.Fault(`{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"apply_then_drop","times":1}`)
	if got := s.Do("POST", "/v1/fleet/messages", body); got.Status != 0 || len(s.Objects("messages")) != 1 {
		t.Errorf("apply_then_drop: status %d, %d messages", got.Status, len(s.Objects("messages")))
	}
	s.Fault(`{"fault":"drop","times":1}`)
	if got := s.Do("POST", "/v1/fleet/messages", body); got.Status != 0 || len(s.Objects("messages")) != 1 {
		t.Errorf("drop: status %d, %d messages", got.Status, len(s.Objects("messages")))
	}
	s.Fault(`{"fault":"malformed","times":1}`)
	if got := s.Do("POST", "/v1/fleet/messages", body); got.Status != 200 || len(s.Objects("messages")) != 1 {
		t.Errorf("malformed: status %d, %d messages", got.Status, len(s.Objects("messages")))
	}
}

func TestAnExpiredSessionNeedsARefresh(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	access, refresh := s.desk().Exchange("samsara-demo-code")
	s.Fault(`{"fault":"expire_session","times":1}`)
	for range 3 {
		s.as(access).Do("GET", "/me", "").Refused(t, http.StatusUnauthorized, "message")
	}
	renewed, _ := s.desk().Tokens(s.desk().Refresh(refresh))
	s.as(renewed).must("GET", "/me", "")
	s.must("GET", "/me", "")
}

func TestAnAPITokenIsRefusedAsManyTimesAsAsked(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.Fault(`{"fault":"expire_session","times":2}`)
	for range 2 {
		s.Do("GET", "/me", "").Refused(t, http.StatusUnauthorized, "message")
	}
	s.must("GET", "/me", "")
}
