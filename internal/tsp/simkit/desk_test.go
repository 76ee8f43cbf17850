package simkit_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// withDesk gives the library a desk whose codes are good for what they are called.
func withDesk(a *simkit.API) {
	a.Desk = &simkit.Desk{
		Path: "/token", Client: "reader", Secret: "s3cret", Prefix: "book_", Life: time.Hour, Challenge: `Basic realm="books"`,
		Check: func(form simkit.Object) error {
			if simkit.Text(form, "state") == "bad" {
				return simkit.InvalidRequest("state is bad")
			}
			return nil
		},
		Code: func(form simkit.Object) (simkit.Grant, error) {
			code := simkit.Text(form, "code")
			if code != "borrow" && code != "once" {
				return simkit.Grant{}, simkit.InvalidGrant("there is no such code")
			}
			return simkit.Grant{Scope: code, Once: code == "once"}, nil
		},
		Credentials: func(simkit.Object) (string, error) { return "machine", nil },
		Complete:    func(answer simkit.Object, scope string, _ time.Time) { answer["scope"] = scope },
	}
	a.Authenticate = func(c *simkit.Call) error {
		scope, ok := a.Granted(c.Request)
		if !ok {
			return simkit.Refused(http.StatusUnauthorized, "who are you?")
		}
		c.Answer.Set("Scope", scope)
		return nil
	}
}

const asReader = "Basic cmVhZGVyOnMzY3JldA=="

// granted asks the desk and returns the answer of a success.
func granted(t *testing.T, s *simtest.Sim, form url.Values) (access, refresh string) {
	t.Helper()
	got := s.Form("/token", form, "Authorization", asReader)
	o := got.JSON(t)
	access, _ = o["access_token"].(string)
	refresh, _ = o["refresh_token"].(string)
	if got.Status != http.StatusOK || !strings.HasPrefix(access, "book_at_") || o["expires_in"] != 3600.0 || o["token_type"] != "Bearer" ||
		got.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v: %d %s", form, got.Status, got.Text)
	}
	return access, refresh
}

func code(of string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {of}}
}

func refreshed(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

func TestARefreshTokenWorksOnceAndKeepsItsScope(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openLibrary(t, simkit.Options{Dir: dir}, withDesk)
	access, first := granted(t, s, code("borrow"))
	_, second := granted(t, s, refreshed(first))
	if got := s.Form("/token", refreshed(first), "Authorization", asReader); got.Refused(t, 400, "error") != "invalid_grant" {
		t.Errorf("a used refresh token: %s", got.Text)
	}
	again := openLibrary(t, simkit.Options{Dir: dir}, withDesk) // the first was not closed, as after kill -9
	if got := again.Bearer(access).Do("GET", "/books/1", ""); got.Status != 200 || got.Header.Get("Scope") != "borrow" {
		t.Errorf("an older access token: %d, scope %q", got.Status, got.Header.Get("Scope"))
	}
	access, _ = granted(t, again, refreshed(second))
	if got := again.Bearer(access).Do("GET", "/books/1", ""); got.Header.Get("Scope") != "borrow" {
		t.Errorf("the scope became %q", got.Header.Get("Scope"))
	}
}

func TestACodeWorksOnceWhereItSaysSo(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, withDesk)
	granted(t, s, code("once"))
	if got := s.Form("/token", code("once"), "Authorization", asReader); got.Refused(t, 400, "error") != "invalid_grant" {
		t.Errorf("a used code: %s", got.Text)
	}
	granted(t, s, code("borrow"))
	granted(t, s, code("borrow"))
}

func TestAClientWithItsOwnCredentialsGetsNoRefreshToken(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, withDesk)
	access, refresh := granted(t, s, url.Values{"grant_type": {"client_credentials"}})
	if got := s.Bearer(access).Do("GET", "/books/1", ""); got.Header.Get("Scope") != "machine" || refresh != "" {
		t.Errorf("scope %q, refresh token %q", got.Header.Get("Scope"), refresh)
	}
}

func TestAnAccessTokenEndsWithItsLife(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock()
	s := openLibrary(t, simkit.Options{Now: clock.Now}, withDesk)
	access, _ := granted(t, s, code("borrow"))
	clock.Advance(time.Hour - 1)
	s.Bearer(access).Must("GET", "/books/1", "")
	clock.Advance(1)
	s.Bearer(access).Do("GET", "/books/1", "").Refused(t, 401, "wrong")
}

func TestAWrongTokenRequestIsRefused(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, withDesk)
	wrong := "Basic " + base64.StdEncoding.EncodeToString([]byte("reader:x"))
	with := func(form url.Values, name string, values ...string) url.Values { form[name] = values; return form }
	for name, c := range map[string]struct {
		form    url.Values
		headers []string
		status  int
		want    string
	}{
		"no client":            {code("borrow"), nil, 401, "invalid_client"},
		"a wrong secret":       {code("borrow"), []string{"Authorization", wrong}, 401, "invalid_client"},
		"no grant type":        {url.Values{}, []string{"Authorization", asReader}, 400, "invalid_request"},
		"another grant type":   {with(code("borrow"), "grant_type", "password"), []string{"Authorization", asReader}, 400, "unsupported_grant_type"},
		"an unknown code":      {code("x"), []string{"Authorization", asReader}, 400, "invalid_grant"},
		"no refresh token":     {refreshed(""), []string{"Authorization", asReader}, 400, "invalid_grant"},
		"a member twice":       {with(code("borrow"), "code", "a", "b"), []string{"Authorization", asReader}, 400, "invalid_request"},
		"a form that is JSON":  {code("borrow"), []string{"Authorization", asReader, "Content-Type", "application/json"}, 400, "invalid_request"},
		"what Check is for":    {with(code("borrow"), "state", "bad"), nil, 400, "invalid_request"},
		"a secret in the form": {with(with(code("x"), "client_id", "reader"), "client_secret", "s3cret"), nil, 400, "invalid_grant"},
	} {
		got := s.Form("/token", c.form, c.headers...)
		if got.Refused(t, c.status, "error") != c.want {
			t.Errorf("%s: %s, want %s", name, got.Text, c.want)
		}
		if challenged := got.Header.Get("WWW-Authenticate") != ""; challenged != (c.status == 401) {
			t.Errorf("%s: challenged %v", name, challenged)
		}
	}
	s.Do("GET", "/token", "").Refused(t, 405, "wrong")
}
