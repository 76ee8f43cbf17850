package sim_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestFaultsAnswerInMotivesWords(t *testing.T) {
	t.Parallel()
	const plain, object = "text/plain; charset=utf-8", "application/json; charset=utf-8"
	s := start(t)
	s.Spoil(map[string]string{
		`{"fault":"status","status":500}`:                   "500 " + plain,
		`{"fault":"status","status":502}`:                   "502 " + plain,
		`{"fault":"status","status":503,"retry_after":"7"}`: "503 " + plain + " 7",
		`{"fault":"status","status":504}`:                   "504 " + plain,
		`{"fault":"status","status":404}`:                   "404 " + object,
		`{"fault":"status","status":405}`:                   "405 " + object,
		`{"fault":"status","status":415}`:                   "415 " + object,
		`{"fault":"status","status":422}`:                   "422 " + object,
		`{"fault":"status","status":429}`:                   "429 " + object + " 1",
		`{"fault":"throttle"}`:                              "429 " + object + " 1",
		`{"fault":"throttle","retry_after":"2"}`:            "429 " + object + " 2",
		`{"fault":"expire_session"}`:                        "401 " + object,
		`{"fault":"delay","delay_ms":1}`:                    "200 " + object,
	}, func() simtest.Reply {
		got := s.Do("GET", "/v1/companies", "")
		if got.Header.Get("X-Request-Id") == "" || got.Header.Get("Allow") != "" {
			t.Errorf("no X-Request-Id, or Allow: %d %v", got.Status, got.Header)
		}
		return got
	})
}

func TestAMessageIsSentAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Lose("messages", func() simtest.Reply {
		return s.Do("POST", "/v2/messages", `{"sender_id":`+admin+`,"receiver_ids":[`+driver+`],"body":"hello"}`)
	})
}

func TestAnExpiredSessionNeedsARefresh(t *testing.T) {
	t.Parallel()
	s := start(t)
	access, refresh := s.desk().Exchange("motive-demo-code")
	s.Fault(`{"fault":"expire_session","times":1}`)
	for range 3 {
		refused(t, s.as(access).Do("GET", "/v1/companies", ""), http.StatusUnauthorized)
	}
	renewed, _ := s.desk().Tokens(s.desk().Refresh(refresh))
	s.as(renewed).must("GET", "/v1/companies", "")
	s.must("GET", "/v1/companies", "")
}

func TestAKeyIsRefusedAsManyTimesAsAsked(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Fault(`{"fault":"expire_session","times":2}`)
	refused(t, s.as("nobody").Do("GET", "/v1/companies", ""), http.StatusUnauthorized)
	for range 2 {
		refused(t, s.Do("GET", "/v1/companies", ""), http.StatusUnauthorized)
	}
	s.must("GET", "/v1/companies", "")
}
