package sim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func (r running) desk() simtest.Desk {
	return simtest.Desk{Sim: r.Sim, Path: "/oauth2/token", Client: "samsara-demo-client", Secret: "samsara-demo-secret"}
}

func TestACodeGivesTokensThatWorkLikeTheAPIToken(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.desk().Code("samsara-demo-code")
	access, _ := s.desk().Tokens(got)
	o := got.JSON(t)
	if o["expires_in"] != 3600.0 || o["token_type"] != "bearer" || o["scope"] != "admin:read admin:write" {
		t.Errorf("tokens = %s", got.Text)
	}
	if name := s.as(access).must("GET", "/me", "")["name"]; name != "Demo Freight" {
		t.Errorf("name = %v", name)
	}
	s.as(access).must("PATCH", "/fleet/vehicles/"+vehicle, `{"notes":"n"}`)
}

func TestAOnceCodeWorksOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.desk().Exchange("samsara-once-7")
	for _, code := range []string{"samsara-once-7", "x"} {
		if got := s.desk().Code(code); got.Refused(t, http.StatusBadRequest, "error") != "invalid_grant" {
			t.Errorf("the code %s: %s", code, got.Text)
		}
	}
	s.desk().Exchange("samsara-demo-code")
	s.desk().Exchange("samsara-demo-code")
}

func TestAnAccessTokenExpiresAfterAnHour(t *testing.T) {
	t.Parallel()
	s := start(t)
	access, refresh := s.desk().Exchange("samsara-demo-code")
	s.Clock.Advance(time.Hour - time.Second)
	s.as(access).must("GET", "/me", "")
	s.Clock.Advance(time.Second)
	s.as(access).Do("GET", "/me", "").Refused(t, http.StatusUnauthorized, "message")
	s.desk().Tokens(s.desk().Refresh(refresh))
}

func TestTokensSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	access, refresh := start(t, simtest.In(dir)).desk().Exchange("samsara-once-1")
	again := start(t, simtest.In(dir))
	again.as(access).must("GET", "/me", "")
	again.desk().Tokens(again.desk().Refresh(refresh))
}
