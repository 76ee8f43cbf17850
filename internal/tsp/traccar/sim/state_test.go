package sim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// collections are all that the admin side shows.
var collections = []string{"devices", "drivers", "users", "groups", "permissions", "positions", "commands"}

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	opts := simkit.Options{Dir: t.TempDir(), Now: newWatch().time}
	first := start(t, opts)
	first.must("POST", "/api/devices", newDevice)
	first.must("POST", "/api/drivers", newDriver)
	first.must("POST", "/api/users", newUser)
	first.must("POST", "/api/commands/send", toWatch)
	token := first.do("POST", "/api/session/token", "").text

	second := start(t, opts) // the first was not closed, as after kill -9
	for _, name := range collections {
		if diff := cmp.Diff(first.do("GET", "/_sim/objects/"+name, "").text, second.do("GET", "/_sim/objects/"+name, "").text); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	second.do("POST", "/api/devices", newDevice).refused(t, 400, "org.traccar.storage.StorageException")
	second.as(token).list("/api/devices")
	if made := second.must("POST", "/api/drivers", `{"name":"a","uniqueId":"b"}`); id(made) != "8" {
		t.Errorf("the id %s was given again", id(made))
	}
}

func TestTheSeedIsTheSameEveryTimeAndAfterAReset(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	one, two := start(t, simkit.Options{Now: clock.time}), start(t, simkit.Options{Now: clock.time})
	token := two.do("POST", "/api/session/token", "").text
	two.must("POST", "/api/devices", newDevice)
	two.do("POST", "/_sim/reset", "")
	for _, name := range collections {
		if diff := cmp.Diff(one.do("GET", "/_sim/objects/"+name, "").text, two.do("GET", "/_sim/objects/"+name, "").text); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	two.as(token).do("GET", "/api/devices", "").refused(t, 401, "jakarta.ws.rs")
}

func TestFaultsAnswerAsTheServerOrItsProxyDoes(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, c := range []struct {
		fault       string
		status      int
		contentType string
		retryAfter  string
	}{
		{`{"fault":"status","status":500,"times":1}`, 500, "application/json", ""},
		{`{"fault":"status","status":502,"times":1}`, 502, "text/plain; charset=utf-8", ""},
		{`{"fault":"status","status":503,"retry_after":"7","times":1}`, 503, "text/plain; charset=utf-8", "7"},
		{`{"fault":"throttle","times":1}`, 429, "text/plain; charset=utf-8", "1"},
		{`{"fault":"throttle","retry_after":"2","times":1}`, 429, "text/plain; charset=utf-8", "2"},
		{`{"fault":"expire_session","times":1}`, 401, "application/json", ""},
		{`{"fault":"delay","delay_ms":1,"times":1}`, 200, "application/json", ""},
	} {
		s.fault(c.fault)
		got := s.do("GET", "/api/devices", "")
		if got.status != c.status || got.header.Get("Content-Type") != c.contentType || got.header.Get("Retry-After") != c.retryAfter {
			t.Errorf("%s: %d %s Retry-After %q", c.fault, got.status, got.header.Get("Content-Type"), got.header.Get("Retry-After"))
		}
		s.list("/api/devices")
	}
}

func TestACommandIsSentAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, c := range []struct {
		fault        string
		status, sent int
	}{
		{`{"match":{"method":"POST","path_prefix":"/api/commands"},"fault":"apply_then_drop","times":1}`, 0, 1},
		{`{"fault":"drop","times":1}`, 0, 1},
		{`{"fault":"malformed","times":1}`, 200, 1},
		{`{"fault":"status","status":503,"times":1}`, 503, 1},
	} {
		s.fault(c.fault)
		if got := s.do("POST", "/api/commands/send", toWatch); got.status != c.status || len(s.objects("commands")) != c.sent {
			t.Errorf("%s: status %d, %d commands", c.fault, got.status, len(s.objects("commands")))
		}
	}
}

func TestAnExpiredTokenNeedsANewOneAndASeededOneIsRefusedOnce(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	token := s.do("POST", "/api/session/token", "").text
	s.fault(`{"fault":"expire_session","times":1}`)
	s.as("").do("GET", "/api/devices", "").refused(t, 401, "jakarta.ws.rs") // carries nothing that could expire
	for range 3 {
		s.as(token).do("GET", "/api/devices", "").refused(t, 401, "jakarta.ws.rs")
	}
	s.as(s.do("POST", "/api/session/token", "").text).list("/api/devices")
	s.fault(`{"fault":"expire_session","times":1}`)
	s.do("GET", "/api/devices", "").refused(t, 401, "jakarta.ws.rs")
	s.list("/api/devices")
}

func TestTheAssumedLimitIsTwentyAtOnceAndTenASecond(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	s := start(t, simkit.Options{Now: clock.time, Limits: true})
	for range 10 {
		s.list("/api/devices")
		s.as(viewer).list("/api/devices")
	}
	if got := s.do("GET", "/api/devices", ""); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "1" {
		t.Errorf("%d Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	clock.advance(100 * time.Millisecond)
	s.list("/api/devices")
	s.do("POST", "/_sim/limits", `{"enabled":false}`)
	s.list("/api/devices")
}
