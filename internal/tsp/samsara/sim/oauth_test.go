package sim_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func demoClient() string { return basic("samsara-demo-client", "samsara-demo-secret") }

// exchange gets tokens for a code.
func (r *running) exchange(code string) (access, refresh string) {
	r.t.Helper()
	got := r.form(url.Values{"grant_type": {"authorization_code"}, "code": {code}}, "Authorization", demoClient())
	return r.tokens(got)
}

func (r *running) tokens(got reply) (access, refresh string) {
	r.t.Helper()
	if got.status != http.StatusOK {
		r.t.Fatalf("token endpoint: %d %s", got.status, got.text)
	}
	o := got.json(r.t)
	access, _ = o["access_token"].(string)
	refresh, _ = o["refresh_token"].(string)
	if access == "" || refresh == "" || o["expires_in"] != 3600.0 || o["token_type"] != "bearer" {
		r.t.Errorf("tokens = %s", got.text)
	}
	return access, refresh
}

func (r *running) refresh(token string) reply {
	r.t.Helper()
	return r.form(url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token},
		"client_id": {"samsara-demo-client"}, "client_secret": {"samsara-demo-secret"},
	})
}

func TestACodeGivesTokensThatWorkLikeTheAPIToken(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	access, _ := s.exchange("samsara-demo-code")
	if name := s.as(access).must("GET", "/me", "")["name"]; name != "Demo Freight" {
		t.Errorf("name = %v", name)
	}
	s.as(access).must("PATCH", "/fleet/vehicles/"+vehicle, `{"notes":"n"}`)
}

func TestARefreshTokenWorksOnce(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	_, first := s.exchange("samsara-demo-code")
	access, second := s.tokens(s.refresh(first))
	s.as(access).must("GET", "/me", "")
	if got := s.refresh(first); got.status != http.StatusBadRequest || got.json(t)["error"] != "invalid_grant" {
		t.Errorf("a used refresh token: %d %s", got.status, got.text)
	}
	s.tokens(s.refresh(second))
}

func TestAOnceCodeWorksOnce(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.exchange("samsara-once-7")
	got := s.form(url.Values{"grant_type": {"authorization_code"}, "code": {"samsara-once-7"}}, "Authorization", demoClient())
	if got.status != http.StatusBadRequest || got.json(t)["error"] != "invalid_grant" {
		t.Errorf("the second exchange: %d %s", got.status, got.text)
	}
	s.exchange("samsara-demo-code")
	s.exchange("samsara-demo-code")
}

func TestAnAccessTokenExpiresAfterAnHour(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	s := start(t, simkit.Options{Now: clock.time})
	access, refresh := s.exchange("samsara-demo-code")
	clock.advance(time.Hour - time.Second)
	s.as(access).must("GET", "/me", "")
	clock.advance(time.Second)
	s.as(access).do("GET", "/me", "").refused(t, http.StatusUnauthorized)
	s.tokens(s.refresh(refresh))
}

func TestAWrongTokenRequestIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	code := url.Values{"grant_type": {"authorization_code"}, "code": {"samsara-demo-code"}}
	for _, c := range []struct {
		name    string
		form    url.Values
		headers []string
		status  int
		want    string
	}{
		{"no client", code, nil, 401, "invalid_client"},
		{"a wrong secret", code, []string{"Authorization", basic("samsara-demo-client", "x")}, 401, "invalid_client"},
		{"no grant type", url.Values{}, []string{"Authorization", demoClient()}, 400, "invalid_request"},
		{"another grant type", url.Values{"grant_type": {"password"}}, []string{"Authorization", demoClient()}, 400, "unsupported_grant_type"},
		{"an unknown code", url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}, []string{"Authorization", demoClient()}, 400, "invalid_grant"},
		{"no refresh token", url.Values{"grant_type": {"refresh_token"}}, []string{"Authorization", demoClient()}, 400, "invalid_grant"},
		{"a member twice", url.Values{"grant_type": {"a", "b"}}, []string{"Authorization", demoClient()}, 400, "invalid_request"},
		{"JSON", code, []string{"Authorization", demoClient(), "Content-Type", "application/json"}, 400, "invalid_request"},
	} {
		if got := s.form(c.form, c.headers...); got.status != c.status || got.json(t)["error"] != c.want {
			t.Errorf("%s: %d %s, want %d %s", c.name, got.status, got.text, c.status, c.want)
		}
	}
}

func TestTokensSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	access, refresh := start(t, simkit.Options{Dir: dir}).exchange("samsara-once-1")
	again := start(t, simkit.Options{Dir: dir})
	again.as(access).must("GET", "/me", "")
	again.tokens(again.refresh(refresh))
}
