package simkit_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// withDesk gives the library a desk whose codes are good for what they are called.
func withDesk(a *simkit.API) {
	a.Desk = &simkit.Desk{
		Path: "/token", Client: "reader", Secret: "s3cret", Prefix: "book_", Life: time.Hour,
		Challenge: `Basic realm="books"`,
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

func openDesk(t *testing.T, opts simkit.Options) simtest.Desk {
	t.Helper()
	return simtest.Desk{Sim: openLibrary(t, opts, withDesk), Path: "/token", Client: "reader", Secret: "s3cret"}
}

func TestARefreshTokenWorksOnceAndKeepsItsScope(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openDesk(t, simkit.Options{Dir: dir})
	access, first := d.Exchange("borrow")
	_, second := d.Tokens(d.Refresh(first))
	if got := d.Refresh(first); got.Refused(t, 400, "error") != "invalid_grant" {
		t.Errorf("a used refresh token: %s", got.Text)
	}
	again := openDesk(t, simkit.Options{Dir: dir}) // the first was not closed, as after kill -9
	if got := again.Bearer(access).Do("GET", "/books/1", ""); got.Status != 200 || got.Header.Get("Scope") != "borrow" {
		t.Errorf("an older access token: %d, scope %q", got.Status, got.Header.Get("Scope"))
	}
	access, _ = again.Tokens(again.Refresh(second))
	if got := again.Bearer(access).Do("GET", "/books/1", ""); got.Header.Get("Scope") != "borrow" {
		t.Errorf("the scope became %q", got.Header.Get("Scope"))
	}
}

func TestACodeWorksOnceWhereItSaysSo(t *testing.T) {
	t.Parallel()
	d := openDesk(t, simkit.Options{})
	d.Exchange("once")
	if got := d.Code("once"); got.Refused(t, 400, "error") != "invalid_grant" {
		t.Errorf("a used code: %s", got.Text)
	}
	d.Exchange("borrow")
	d.Exchange("borrow")
}

func TestAClientWithItsOwnCredentialsGetsNoRefreshToken(t *testing.T) {
	t.Parallel()
	d := openDesk(t, simkit.Options{})
	access, refresh := d.Tokens(d.Ask("grant_type", "client_credentials"))
	if got := d.Bearer(access).Do("GET", "/books/1", ""); got.Header.Get("Scope") != "machine" || refresh != "" {
		t.Errorf("scope %q, refresh token %q", got.Header.Get("Scope"), refresh)
	}
}

func TestAnAccessTokenEndsWithItsLife(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock()
	d := openDesk(t, simkit.Options{Now: clock.Now})
	access, _ := d.Exchange("borrow")
	clock.Advance(time.Hour - 1)
	d.Bearer(access).Must("GET", "/books/1", "")
	clock.Advance(1)
	d.Bearer(access).Do("GET", "/books/1", "").Refused(t, 401, "wrong")
}

func TestAWrongTokenRequestIsRefused(t *testing.T) {
	t.Parallel()
	d := openDesk(t, simkit.Options{})
	code := []string{"grant_type", "authorization_code", "code", "borrow"}
	for name, c := range map[string]struct {
		form   []string
		status int
		want   string
	}{
		"no client":          {append(code, "client_id", ""), 401, "invalid_client"},
		"a wrong secret":     {append(code, "client_secret", "x"), 401, "invalid_client"},
		"no grant type":      {append(code, "grant_type", ""), 400, "invalid_request"},
		"another grant type": {append(code, "grant_type", "password"), 400, "unsupported_grant_type"},
		"an unknown code":    {append(code, "code", "x"), 400, "invalid_grant"},
		"no refresh token":   {append(code, "grant_type", "refresh_token"), 400, "invalid_grant"},
		"what Check is for":  {append(code, "state", "bad", "client_id", ""), 400, "invalid_request"},
	} {
		got := d.Ask(c.form...)
		if got.Refused(t, c.status, "error") != c.want {
			t.Errorf("%s: %s, want %s", name, got.Text, c.want)
		}
		if challenged := got.Header.Get("WWW-Authenticate") != ""; challenged != (c.status == 401) {
			t.Errorf("%s: challenged %v", name, challenged)
		}
	}
	d.Do("GET", "/token", "").Refused(t, 405, "wrong")
}

func TestATokenRequestIsAFormWithEveryMemberOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t, simkit.Options{})
	form := d.Of("grant_type", "authorization_code", "code", "borrow")
	got := d.Form("/token", form, "Content-Type", "application/json")
	if got.Refused(t, 400, "error") != "invalid_request" {
		t.Errorf("JSON: %s", got.Text)
	}
	form.Add("code", "once")
	if got := d.Form("/token", form); got.Refused(t, 400, "error") != "invalid_request" {
		t.Errorf("two codes: %s", got.Text)
	}
}

func TestAClientMayNameItselfByBasic(t *testing.T) {
	t.Parallel()
	d := openDesk(t, simkit.Options{})
	form := d.Of("grant_type", "authorization_code", "code", "borrow", "client_id", "", "client_secret", "")
	d.Tokens(d.Form("/token", form, "Authorization", "Basic cmVhZGVyOnMzY3JldA=="))
	got := d.Form("/token", form, "Authorization", "Basic cmVhZGVyOng=")
	if got.Refused(t, 401, "error") != "invalid_client" {
		t.Errorf("a wrong secret: %s", got.Text)
	}
}
