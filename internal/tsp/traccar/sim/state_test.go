package sim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// collections are all that the admin side shows.
var collections = []string{"devices", "drivers", "users", "groups", "permissions", "positions", "commands"}

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	in := simtest.In(t.TempDir())
	first := start(t, in)
	first.Must("POST", "/api/devices", newDevice)
	first.Must("POST", "/api/drivers", newDriver)
	first.Must("POST", "/api/users", newUser)
	first.Must("POST", "/api/commands/send", toWatch)
	token := first.Do("POST", "/api/session/token", "").Text
	session := cookie(first.call("GET /api/session?token=" + viewer))

	second := start(t, in) // the first was not closed, as after kill -9
	simtest.Same(t, first.Sim, second.Sim, collections...)
	second.refused("POST /api/devices "+newDevice, 400, "org.traccar.storage.StorageException")
	second.as(token).list("/api/devices")
	running{second.As("Cookie", session)}.list("/api/devices")
	if made := second.Must("POST", "/api/drivers", `{"name":"a","uniqueId":"b"}`); simtest.ID(made) != "8" {
		t.Errorf("the id %s was given again", simtest.ID(made))
	}
}

func TestTheSeedIsTheSameEveryTimeAndAfterAReset(t *testing.T) {
	t.Parallel()
	one, two := start(t), start(t)
	token := two.Do("POST", "/api/session/token", "").Text
	two.Must("POST", "/api/devices", newDevice)
	two.Admin("POST", "reset", "")
	simtest.Same(t, one.Sim, two.Sim, collections...)
	two.as(token).refused("GET /api/devices", 401, "jakarta.ws.rs")
}

func TestFaultsAnswerAsTheServerOrItsProxyDoes(t *testing.T) {
	t.Parallel()
	s := start(t)
	const java, proxy = "application/json", "text/plain; charset=utf-8"
	s.Spoil(map[string]string{
		`{"fault":"status","status":500}`:                   "500 " + java,
		`{"fault":"status","status":502}`:                   "502 " + proxy,
		`{"fault":"status","status":503,"retry_after":"7"}`: "503 " + proxy + " 7",
		`{"fault":"throttle"}`:                              "429 " + proxy + " 1",
		`{"fault":"throttle","retry_after":"2"}`:            "429 " + proxy + " 2",
		`{"fault":"expire_session"}`:                        "401 " + java,
		`{"fault":"delay","delay_ms":1}`:                    "200 " + java,
	}, func() simtest.Reply { return s.Do("GET", "/api/devices", "") })
}

func TestACommandIsSentAlthoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Lose("commands", func() simtest.Reply { return s.Do("POST", "/api/commands/send", toWatch) })
}

func TestAnExpiredTokenNeedsANewOneAndASeededOneIsRefusedOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := s.Do("POST", "/api/session/token", "").Text
	session := running{s.As("Cookie", cookie(s.call("GET /api/session?token="+viewer)))}
	s.Fault(`{"fault":"expire_session","times":1}`)
	s.as("").refused("GET /api/devices", 401, "jakarta.ws.rs") // carries nothing that could expire
	for range 3 {
		s.as(token).refused("GET /api/devices", 401, "jakarta.ws.rs")
		session.refused("GET /api/devices", 401, "jakarta.ws.rs")
	}
	s.as(s.Do("POST", "/api/session/token", "").Text).list("/api/devices")
	s.Fault(`{"fault":"expire_session","times":1}`)
	s.refused("GET /api/devices", 401, "jakarta.ws.rs")
	s.list("/api/devices")
}

func TestTheAssumedLimitIsTwentyAtOnceAndTenASecond(t *testing.T) {
	t.Parallel()
	s := start(t, simtest.Limited)
	s.Turn("assumed_limits")
	for range 10 {
		s.list("/api/devices")
		s.as(viewer).list("/api/devices")
	}
	got := s.Do("GET", "/api/devices", "")
	if wait := got.Header.Get("Retry-After"); got.Status != http.StatusTooManyRequests || wait != "1" {
		t.Errorf("%d Retry-After %q", got.Status, wait)
	}
	s.Clock.Advance(100 * time.Millisecond)
	s.list("/api/devices")
	s.Admin("POST", "limits", `{"enabled":false}`)
	s.list("/api/devices")
}
