package sim_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const redirect = "https://app.example/motive/callback"

// codeForm is the form of a code exchange; others replaces or, with "", takes away.
func codeForm(code string, others ...string) url.Values {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect},
		"client_id": {"motive-demo-client"}, "client_secret": {"motive-demo-secret"},
	}
	for i := 0; i < len(others); i += 2 {
		form.Set(others[i], others[i+1])
		if others[i+1] == "" {
			form.Del(others[i])
		}
	}
	return form
}

func (r *running) exchange(code string) (access, refresh string) {
	r.t.Helper()
	return r.tokens(r.form(codeForm(code)))
}

func (r *running) tokens(got reply) (access, refresh string) {
	r.t.Helper()
	if got.status != http.StatusOK {
		r.t.Fatalf("token endpoint: %d %s", got.status, got.text)
	}
	o := got.json(r.t)
	access, _ = o["access_token"].(string)
	refresh, _ = o["refresh_token"].(string)
	if access == "" || refresh == "" || o["expires_in"] != 7200.0 || o["token_type"] != "Bearer" || o["created_at"] == nil {
		r.t.Errorf("tokens = %s", got.text)
	}
	return access, refresh
}

func (r *running) refresh(token string) reply {
	r.t.Helper()
	return r.form(url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token}, "redirect_uri": {redirect},
		"client_id": {"motive-demo-client"}, "client_secret": {"motive-demo-secret"},
	})
}

// deadGrant checks for the answer of Doorkeeper to a grant that is of no use.
func (p reply) deadGrant(t *testing.T) {
	t.Helper()
	if p.status != http.StatusBadRequest || p.json(t)["error"] != "invalid_grant" || p.json(t)["error_description"] == nil {
		t.Errorf("not an invalid_grant: %d %s", p.status, p.text)
	}
}

func TestACodeGivesTokensThatWorkLikeTheKey(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	access, _ := s.exchange("motive-demo-code")
	companies, _ := s.as(access).list("/v1/companies")
	if len(companies) != 1 || companies[0]["name"] != "Demo Freight" {
		t.Errorf("companies = %v", companies)
	}
	s.as(access).must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`)
}

func TestACodeWorksOnceAndAnewAfterAReset(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	access, refresh := s.exchange("motive-demo-code")
	s.form(codeForm("motive-demo-code")).deadGrant(t)
	s.exchange("motive-once-1")
	s.exchange("motive-once-2")
	s.form(codeForm("motive-once-1")).deadGrant(t)
	s.do("POST", "/_sim/reset", "")
	s.as(access).do("GET", "/v1/companies", "").refused(t, http.StatusUnauthorized)
	s.refresh(refresh).deadGrant(t)
	s.exchange("motive-demo-code")
}

func TestARefreshTokenWorksOnce(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	_, first := s.exchange("motive-demo-code")
	access, second := s.tokens(s.refresh(first))
	s.as(access).must("GET", "/v1/vehicles/"+vehicle, "")
	s.refresh(first).deadGrant(t)
	s.tokens(s.refresh(second))
}

func TestAWrongRedirectAddressDoesNotUseUpTheCode(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.form(codeForm("motive-demo-code", "redirect_uri", redirect+"/")).deadGrant(t)
	s.exchange("motive-demo-code")
}

func TestATokenHasTheScopesOfItsCodeForEver(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	_, refresh := s.exchange("motive-manage-code")
	manage, _ := s.tokens(s.refresh(refresh))
	s.as(manage).must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`)
	s.as(manage).do("GET", "/v1/vehicles", "").refused(t, http.StatusForbidden)
	read, _ := s.exchange("motive-readonly-code")
	s.as(read).must("GET", "/v1/vehicles/"+vehicle, "")
	s.as(read).do("POST", "/v1/vehicles", newVehicle).refused(t, http.StatusForbidden)
}

func TestAnAccessTokenExpiresAfterTwoHours(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	s := start(t, simkit.Options{Now: clock.time})
	access, refresh := s.exchange("motive-demo-code")
	clock.advance(2*time.Hour - time.Second)
	s.as(access).must("GET", "/v1/vehicles/"+vehicle, "")
	clock.advance(time.Second)
	s.as(access).do("GET", "/v1/vehicles", "").refused(t, http.StatusUnauthorized)
	s.tokens(s.refresh(refresh))
}

func TestAWrongTokenRequestIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	twice := maps.Clone(codeForm("motive-demo-code"))
	twice["code"] = []string{"a", "b"}
	for _, c := range []struct {
		name    string
		form    url.Values
		headers []string
		status  int
		want    string
	}{
		{"no client", codeForm("motive-demo-code", "client_id", ""), nil, 401, "invalid_client"},
		{"a wrong secret", codeForm("motive-demo-code", "client_secret", "x"), nil, 401, "invalid_client"},
		{"no grant type", codeForm("motive-demo-code", "grant_type", ""), nil, 400, "invalid_request"},
		{"another grant type", codeForm("motive-demo-code", "grant_type", "password"), nil, 400, "unsupported_grant_type"},
		{"no redirect address", codeForm("motive-demo-code", "redirect_uri", ""), nil, 400, "invalid_request"},
		{"an unknown code", codeForm("x"), nil, 400, "invalid_grant"},
		{"no code", codeForm("x", "code", ""), nil, 400, "invalid_grant"},
		{"no refresh token", codeForm("x", "grant_type", "refresh_token"), nil, 400, "invalid_request"},
		{"an unknown refresh token", codeForm("x", "grant_type", "refresh_token", "refresh_token", "x"), nil, 400, "invalid_grant"},
		{"a member twice", twice, nil, 400, "invalid_request"},
		{"JSON", codeForm("motive-demo-code"), []string{"Content-Type", "application/json"}, 400, "invalid_request"},
	} {
		if got := s.form(c.form, c.headers...); got.status != c.status || got.json(t)["error"] != c.want {
			t.Errorf("%s: %d %s, want %d %s", c.name, got.status, got.text, c.status, c.want)
		}
	}
	s.exchange("motive-demo-code")
}

func TestTheClientMayAlsoSignInByBasic(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	form := codeForm("motive-demo-code", "client_id", "", "client_secret", "")
	s.tokens(s.form(form, "Authorization", "Basic bW90aXZlLWRlbW8tY2xpZW50Om1vdGl2ZS1kZW1vLXNlY3JldA=="))
}

func TestTokensSurviveARestartAndStandInNoRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, simkit.Options{Dir: dir})
	access, refresh := first.exchange("motive-once-1")
	requests := first.do("GET", "/_sim/requests", "").text
	again := start(t, simkit.Options{Dir: dir})
	again.as(access).must("GET", "/v1/vehicles/"+vehicle, "")
	again.tokens(again.refresh(refresh))
	again.form(codeForm("motive-once-1")).deadGrant(t)
	requests += again.do("GET", "/_sim/requests", "").text
	for _, secret := range []string{access, refresh, "motive-demo-secret", "motive-once-1"} {
		if strings.Contains(requests, secret) {
			t.Errorf("the recorded requests hold %s", secret)
		}
	}
}
