package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

const redirect = "https://app.example/motive/callback"

func (r running) desk() simtest.Desk {
	return simtest.Desk{
		Sim: r.Sim, Path: "/oauth/token", Client: "motive-demo-client", Secret: "motive-demo-secret",
		Beside: []string{"redirect_uri", redirect},
	}
}

// deadGrant checks for the answer of Doorkeeper to a grant that is of no use.
func deadGrant(t *testing.T, got simtest.Reply) {
	t.Helper()
	code := got.Refused(t, http.StatusBadRequest, "error")
	if code != "invalid_grant" || got.JSON(t)["error_description"] == nil {
		t.Errorf("not an invalid_grant: %s", got.Text)
	}
}

func TestACodeGivesTokensThatWorkLikeTheKey(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.desk().Code("motive-demo-code")
	access, refresh := s.desk().Tokens(got)
	o := got.JSON(t)
	if refresh == "" || o["expires_in"] != 7200.0 || o["token_type"] != "Bearer" || o["created_at"] == nil {
		t.Errorf("tokens = %s", got.Text)
	}
	scope, _ := o["scope"].(string)
	if !strings.Contains(scope, "vehicles.read") || !strings.Contains(scope, "vehicles.manage") {
		t.Errorf("scope = %q", scope)
	}
	companies, _ := s.as(access).list("/v1/companies")
	if len(companies) != 1 || companies[0]["name"] != "Demo Freight" {
		t.Errorf("companies = %v", companies)
	}
	s.as(access).must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`)
}

func TestACodeWorksOnceAndAnewAfterAReset(t *testing.T) {
	t.Parallel()
	s := start(t)
	access, refresh := s.desk().Exchange("motive-demo-code")
	deadGrant(t, s.desk().Code("motive-demo-code"))
	s.desk().Exchange("motive-once-1")
	s.desk().Exchange("motive-once-2")
	deadGrant(t, s.desk().Code("motive-once-1"))
	s.Admin("POST", "reset", "")
	refused(t, s.as(access).Do("GET", "/v1/companies", ""), http.StatusUnauthorized)
	deadGrant(t, s.desk().Refresh(refresh))
	s.desk().Exchange("motive-demo-code")
}

func TestAWrongRedirectAddressDoesNotUseUpTheCode(t *testing.T) {
	t.Parallel()
	s := start(t)
	other := []string{"grant_type", "authorization_code", "code", "motive-demo-code", "redirect_uri", redirect + "/"}
	deadGrant(t, s.desk().Ask(other...))
	s.desk().Exchange("motive-demo-code")
}

func TestATokenHasTheScopesOfItsCodeForEver(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, refresh := s.desk().Exchange("motive-manage-code")
	manage, _ := s.desk().Tokens(s.desk().Refresh(refresh))
	s.as(manage).must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`)
	refused(t, s.as(manage).Do("GET", "/v1/vehicles", ""), http.StatusForbidden)
	read, _ := s.desk().Exchange("motive-readonly-code")
	s.as(read).must("GET", "/v1/vehicles/"+vehicle, "")
	refused(t, s.as(read).Do("POST", "/v1/vehicles", newVehicle), http.StatusForbidden)
}

func TestAnAccessTokenExpiresAfterTwoHours(t *testing.T) {
	t.Parallel()
	s := start(t)
	access, refresh := s.desk().Exchange("motive-demo-code")
	s.Clock.Advance(2*time.Hour - time.Second)
	s.as(access).must("GET", "/v1/vehicles/"+vehicle, "")
	s.Clock.Advance(time.Second)
	refused(t, s.as(access).Do("GET", "/v1/vehicles", ""), http.StatusUnauthorized)
	s.desk().Tokens(s.desk().Refresh(refresh))
}

func TestAWrongTokenRequestIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	code := []string{"grant_type", "authorization_code", "code", "motive-demo-code"}
	for _, c := range []struct {
		name   string
		form   []string
		status int
		want   string
	}{
		{"no client", append(code, "client_id", ""), 401, "invalid_client"},
		{"no redirect address", append(code, "redirect_uri", ""), 400, "invalid_request"},
		{"an unknown code", append(code, "code", "x"), 400, "invalid_grant"},
		{"no code", append(code, "code", ""), 400, "invalid_grant"},
		{"no refresh token", []string{"grant_type", "refresh_token"}, 400, "invalid_request"},
		{"an unknown refresh token", []string{"grant_type", "refresh_token", "refresh_token", "x"}, 400, "invalid_grant"},
		{"another grant type", []string{"grant_type", "password"}, 400, "unsupported_grant_type"},
	} {
		got := s.desk().Ask(c.form...)
		if got.Refused(t, c.status, "error") != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Text, c.want)
		}
		challenge := got.Header.Get("WWW-Authenticate")
		if c.status == 401 && challenge != `Bearer realm="motive", error="invalid_client"` {
			t.Errorf("%s: the challenge is %s", c.name, challenge)
		}
	}
	s.desk().Exchange("motive-demo-code")
}

func TestTokensSurviveARestartAndStandInNoRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, simtest.In(dir))
	access, refresh := first.desk().Exchange("motive-once-1")
	requests := first.Admin("GET", "requests", "").Text
	again := start(t, simtest.In(dir))
	again.as(access).must("GET", "/v1/vehicles/"+vehicle, "")
	again.desk().Tokens(again.desk().Refresh(refresh))
	deadGrant(t, again.desk().Code("motive-once-1"))
	requests += again.Admin("GET", "requests", "").Text
	for _, secret := range []string{access, refresh, "motive-demo-secret", "motive-once-1"} {
		if strings.Contains(requests, secret) {
			t.Errorf("the recorded requests hold %s", secret)
		}
	}
}
