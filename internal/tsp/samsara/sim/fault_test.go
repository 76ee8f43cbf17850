package sim_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestFaultsAnswerInSamsarasWords(t *testing.T) {
	t.Parallel()
	const plain, object = "text/plain; charset=utf-8", "application/json"
	s := start(t)
	s.Spoil(map[string]string{
		`{"fault":"status","status":500}`:                   "500 " + plain,
		`{"fault":"status","status":503,"retry_after":"7"}`: "503 " + plain + " 7",
		`{"fault":"status","status":404}`:                   "404 " + object,
		`{"fault":"status","status":429}`:                   "429 " + object + " 0.40235",
		`{"fault":"throttle"}`:                              "429 " + object + " 0.40235",
		`{"fault":"throttle","retry_after":"2"}`:            "429 " + object + " 2",
		`{"fault":"expire_session"}`:                        "401 " + object,
	}, func() simtest.Reply {
		got := s.Do("GET", "/me", "")
		if got.Header.Get("Request-Id") == "" {
			t.Errorf("no Request-Id: %d %s", got.Status, got.Text)
		}
		return got
	})
}

func TestAMessageIsSentAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Lose("messages", func() simtest.Reply {
		return s.Do("POST", "/v1/fleet/messages", `{"driverIds":[`+driver+`],"text":"hello"}`)
	})
}

func TestAnExpiredSessionNeedsARefresh(t *testing.T) {
	t.Parallel()
	s := start(t)
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
	s := start(t)
	s.Fault(`{"fault":"expire_session","times":2}`)
	for range 2 {
		s.Do("GET", "/me", "").Refused(t, http.StatusUnauthorized, "message")
	}
	s.must("GET", "/me", "")
}
