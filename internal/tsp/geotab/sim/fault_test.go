package sim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestFaultsAnswerInGeotabsWords(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for fault, kind := range map[string]string{
		`{"fault":"throttle","times":1}`:            "OverLimitException",
		`{"fault":"status","status":429,"times":1}`: "OverLimitException",
		`{"fault":"status","status":401,"times":1}`: "InvalidUserException",
	} {
		s.Fault(fault)
		s.rpc("Get", `{"typeName":"Group"}`).refused(t, kind)
	}
	const object, page = "application/json; charset=utf-8", "text/html; charset=utf-8"
	s.Spoil(map[string]string{
		`{"fault":"throttle"}`:                              "200 " + object + " 58",
		`{"fault":"throttle","retry_after":"2"}`:            "200 " + object + " 2",
		`{"fault":"status","status":429}`:                   "200 " + object + " 58",
		`{"fault":"status","status":401}`:                   "200 " + object,
		`{"fault":"status","status":500}`:                   "500 " + page,
		`{"fault":"status","status":503,"retry_after":"7"}`: "503 " + page + " 7",
	}, func() simtest.Reply {
		got := s.rpc("Get", `{"typeName":"Group"}`)
		if strings.HasPrefix(got.Text, "<html>") != (got.Status >= 500) || got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%d %v %s", got.Status, got.Header, got.Text)
		}
		return got.Reply
	})
}

func TestAWriteHappensAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.Lose("text-messages", func() simtest.Reply { return s.rpc("Add", entity("TextMessage", newText)).Reply })
}

func TestAnExpiredSessionNeedsANewOne(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.Fault(`{"fault":"expire_session","times":1}`)
	s.as(supervisor)
	for range 3 {
		s.rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
	}
	s.as(service).get("Device", `{}`)
}

func TestSwitchesMakeEveryCallFail(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for name, c := range map[string]struct{ kind, word string }{
		"db_unavailable": {"DbUnavailableException", "ConnectionFailure"}, "db_initializing": {"DbUnavailableException", "Initializing"},
		"service_unavailable": {"ServiceUnavailableException", ""}, "generic_exception": {"GenericException", ""},
	} {
		s.Turn(name)
		got := s.rpc("Add", entity("Device", newVehicle))
		if message := got.refused(t, c.kind); !strings.Contains(message, c.word) {
			t.Errorf("%s: %q", name, message)
		}
		s.Switch(name, false)
	}
	s.Holds("calls failed", map[string]int{"devices": 9})
}

func TestSecretsAreNotInTheRecordOfRequests(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.add("User", newUser)
	s.set("User", `{"id":"b8","password":"another-horse-8"}`)
	_, session, _ := strings.Cut(s.credentials, `"sessionId":"`)
	session, _, _ = strings.Cut(session, `"`)
	shown := fmt.Sprint(s.Requests(), s.Objects("users"), s.Objects("changes"))
	for _, secret := range []string{"geotab-demo-password", "correct-horse-7", "another-horse-8", session} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if strings.Contains(s.must("Get", `{"typeName":"User"}`).Text, "password\"") {
		t.Error("Get shows passwords")
	}
}
