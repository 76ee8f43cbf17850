package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestFaultsAnswerInGeotabsWords(t *testing.T) {
	t.Parallel()
	s := signedIn(t, simkit.Options{})
	for _, c := range []struct {
		fault      string
		status     int
		kind       string
		retryAfter string
	}{
		{`{"fault":"throttle","times":1}`, 200, "OverLimitException", "58"},
		{`{"fault":"throttle","retry_after":"2","times":1}`, 200, "OverLimitException", "2"},
		{`{"fault":"status","status":429,"times":1}`, 200, "OverLimitException", "58"},
		{`{"fault":"status","status":401,"times":1}`, 200, "InvalidUserException", ""},
		{`{"fault":"status","status":500,"times":1}`, 500, "", ""},
		{`{"fault":"status","status":503,"retry_after":"7","times":1}`, 503, "", "7"},
	} {
		s.fault(c.fault)
		got := s.rpc("Get", `{"typeName":"Group"}`)
		if got.status != c.status || got.kind() != c.kind || got.header.Get("Retry-After") != c.retryAfter {
			t.Errorf("%s: %d %s Retry-After %q", c.fault, got.status, got.text, got.header.Get("Retry-After"))
		}
		if c.status != http.StatusOK && !strings.HasPrefix(got.text, "<html>") {
			t.Errorf("%s: %s", c.fault, got.text)
		}
		s.get("Group", `{"id":"b2781"}`)
	}
}

func TestAWriteHappensAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := signedIn(t, simkit.Options{})
	params := `{"typeName":"TextMessage","entity":` + newText + `}`
	for _, c := range []struct {
		fault    string
		status   int
		messages int
	}{{"apply_then_drop", 0, 5}, {"drop", 0, 5}, {"malformed", 200, 5}} {
		s.fault(`{"match":{"method":"POST","path_prefix":"/apiv1"},"fault":"` + c.fault + `","times":1}`)
		if got := s.rpc("Add", params); got.status != c.status || len(s.objects("text-messages")) != c.messages {
			t.Errorf("%s: status %d, %d messages", c.fault, got.status, len(s.objects("text-messages")))
		}
	}
}

func TestAnExpiredSessionNeedsANewOne(t *testing.T) {
	t.Parallel()
	s := signedIn(t, simkit.Options{})
	s.fault(`{"fault":"expire_session","times":1}`)
	s.as(supervisor)
	for range 3 {
		s.rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
	}
	s.as(service).get("Device", `{}`)
}

func TestSwitchesMakeEveryCallFail(t *testing.T) {
	t.Parallel()
	s := signedIn(t, simkit.Options{})
	for name, c := range map[string]struct{ kind, word string }{
		"db_unavailable": {"DbUnavailableException", "ConnectionFailure"}, "db_initializing": {"DbUnavailableException", "Initializing"},
		"service_unavailable": {"ServiceUnavailableException", ""}, "generic_exception": {"GenericException", ""},
	} {
		s.turn(name, "true")
		got := s.rpc("Add", `{"typeName":"Device","entity":`+newVehicle+`}`)
		if message := got.refused(t, c.kind); !strings.Contains(message, c.word) {
			t.Errorf("%s: %q", name, message)
		}
		s.turn(name, "false")
	}
	if n := len(s.objects("devices")); n != 9 {
		t.Errorf("%d devices after failed calls", n)
	}
}

func TestSecretsAreNotInTheRecordOfRequests(t *testing.T) {
	t.Parallel()
	s := signedIn(t, simkit.Options{})
	s.add("User", newUser)
	s.set("User", `{"id":"b8","password":"another-horse-8"}`)
	shown := s.do("GET", "/_sim/requests", "").text + s.do("GET", "/_sim/objects/users", "").text + s.do("GET", "/_sim/objects/changes", "").text
	for _, secret := range []string{"geotab-demo-password", "correct-horse-7", "another-horse-8", s.credentials} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if strings.Contains(s.must("Get", `{"typeName":"User"}`).text, "password\"") {
		t.Error("Get shows passwords")
	}
}
