package sim_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func (r *running) fault(body string) {
	r.t.Helper()
	if got := r.do("POST", "/_sim/faults", body); got.status != http.StatusOK {
		r.t.Fatalf("the fault was refused: %d %s", got.status, got.text)
	}
}

func TestFaultsAnswerInMotivesWords(t *testing.T) {
	t.Parallel()
	const plain, object = "text/plain; charset=utf-8", "application/json; charset=utf-8"
	s := start(t, simkit.Options{})
	for _, c := range []struct {
		fault       string
		status      int
		contentType string
		retryAfter  string
	}{
		{`{"fault":"status","status":500,"times":1}`, 500, plain, ""},
		{`{"fault":"status","status":502,"times":1}`, 502, plain, ""},
		{`{"fault":"status","status":503,"retry_after":"7","times":1}`, 503, plain, "7"},
		{`{"fault":"status","status":504,"times":1}`, 504, plain, ""},
		{`{"fault":"status","status":404,"times":1}`, 404, object, ""},
		{`{"fault":"status","status":422,"times":1}`, 422, object, ""},
		{`{"fault":"status","status":429,"times":1}`, 429, object, "1"},
		{`{"fault":"throttle","times":1}`, 429, object, "1"},
		{`{"fault":"throttle","retry_after":"2","times":1}`, 429, object, "2"},
		{`{"fault":"expire_session","times":1}`, 401, object, ""},
		{`{"fault":"delay","delay_ms":1,"times":1}`, 200, object, ""},
	} {
		s.fault(c.fault)
		got := s.do("GET", "/v1/companies", "")
		if got.status != c.status || got.header.Get("Content-Type") != c.contentType || got.header.Get("Retry-After") != c.retryAfter {
			t.Errorf("%s: %d %s Retry-After %q", c.fault, got.status, got.header.Get("Content-Type"), got.header.Get("Retry-After"))
		}
		if got.header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no X-Request-Id", c.fault)
		}
		s.must("GET", "/v1/companies", "")
	}
}

func TestAMessageIsSentAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	body := `{"sender_id":` + admin + `,"receiver_ids":[` + driver + `],"body":"hello"}`
	for _, c := range []struct {
		fault        string
		status, sent int
	}{
		{`{"match":{"method":"POST","path_prefix":"/v2/messages"},"fault":"apply_then_drop","times":1}`, 0, 4},
		{`{"fault":"drop","times":1}`, 0, 4},
		{`{"fault":"malformed","times":1}`, 200, 4},
		{`{"fault":"status","status":503,"times":1}`, 503, 4},
		{`{"fault":"throttle","times":1}`, 429, 4},
	} {
		s.fault(c.fault)
		if got := s.do("POST", "/v2/messages", body); got.status != c.status || len(s.objects("messages")) != c.sent {
			t.Errorf("%s: status %d, %d messages", c.fault, got.status, len(s.objects("messages")))
		}
	}
}

func TestAHangingRequestEndsWithItsCallerAndAppliesNothing(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.fault(`{"match":{"method":"POST"},"fault":"hang","times":1}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v2/messages", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := s.http.Do(request); err == nil {
		_ = answer.Body.Close()
		t.Errorf("an answer came: %d", answer.StatusCode)
	}
	unchanged(t, s, "a hanging request")
}

func TestAnExpiredSessionNeedsARefresh(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	access, refresh := s.exchange("motive-demo-code")
	s.fault(`{"fault":"expire_session","times":1}`)
	for range 3 {
		s.as(access).do("GET", "/v1/companies", "").refused(t, http.StatusUnauthorized)
	}
	renewed, _ := s.tokens(s.refresh(refresh))
	s.as(renewed).must("GET", "/v1/companies", "")
	s.must("GET", "/v1/companies", "")
}

func TestAKeyIsRefusedAsManyTimesAsAsked(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.fault(`{"fault":"expire_session","times":2}`)
	s.as("nobody").do("GET", "/v1/companies", "").refused(t, http.StatusUnauthorized)
	for range 2 {
		s.do("GET", "/v1/companies", "").refused(t, http.StatusUnauthorized)
	}
	s.must("GET", "/v1/companies", "")
}
