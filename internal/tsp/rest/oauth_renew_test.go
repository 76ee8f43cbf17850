package rest_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestAPanicInARenewalEndsItsCallsAndNothingElse(t *testing.T) {
	t.Parallel()
	o := &office{access: "access-0", refresh: "refresh-0"}
	config := consenting(rest.OAuth{TokenURL: "/oauth/token", Form: func(string, tsp.Credentials) url.Values {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.n == 0 {
			o.n++
			panic("no such form")
		}
		return nil
	}})
	s := open(t, config, o, held("old", "refresh-0", ""))
	_, err := s.Write(t.Context(), messageWrite())
	if e := wantClass(t, err, tsp.Broken); !strings.Contains(e.Error(), "no such form") {
		t.Errorf("%v", e)
	}
	if _, err := s.Write(t.Context(), messageWrite()); err != nil || o.writes != 1 {
		t.Errorf("the next write: %v, %d arrived", err, o.writes)
	}
}

func TestATokenIsRenewedShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]int{2 * time.Minute: 0, 30 * time.Second: 0, 10 * time.Second: 0, 0: 1, -time.Hour: 1} {
		// Of a token of unknown age the last minute counts only as a quarter of what is left.
		o := &office{access: "access-0", refresh: "refresh-0"}
		s := open(t, consenting(tokenPath()), o, held("access-0", "refresh-0", noon().Add(left).Format(time.RFC3339)))
		if _, err := s.Write(t.Context(), messageWrite()); err != nil || o.n != want {
			t.Errorf("%v before the end: %d refreshes, want %d; %v", left, o.n, want, err)
		}
	}
	clock := noon()
	config := consenting(tokenPath())
	config.Now = func() time.Time { return clock }
	o := &office{access: "access-0", refresh: "refresh-0"}
	s := open(t, config, o, held("access-0", "refresh-0", noon().Add(time.Hour).Format(time.RFC3339)))
	clock = noon().Add(time.Hour - 30*time.Second)
	if _, err := s.Write(t.Context(), messageWrite()); err != nil || o.n != 1 {
		t.Errorf("half a minute before the end: %d refreshes, %v", o.n, err)
	}
	o.endpoint = answer(503, "")
	clock = clock.Add(time.Hour - 30*time.Second)
	if _, err := s.Write(t.Context(), messageWrite()); err != nil || o.writes != 2 {
		t.Errorf("a token that is still good was not used: %v", err)
	}
}

func TestTokensThatSomebodyElseRenewedAreTakenUp(t *testing.T) {
	t.Parallel()
	o := &office{access: "access-0", refresh: "refresh-0"}
	s := open(t, consenting(tokenPath()), o, held("old", "spent", ""))
	s.vault.stored = held("access-0", "refresh-0", "")
	if _, err := s.Write(t.Context(), messageWrite()); err != nil || o.n != 0 {
		t.Errorf("%d refreshes, %v", o.n, err)
	}
}

func TestARefreshTokenThatIsNotReplacedStaysGood(t *testing.T) {
	t.Parallel()
	o := &office{access: "access-9", refresh: "refresh-0", endpoint: answer(200, `{"access_token":"access-9"}`)}
	s := open(t, consenting(tokenPath()), o, held("old", "refresh-0", "2026-11-24T11:00:00Z"))
	if _, err := s.Write(t.Context(), messageWrite()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(held("access-9", "refresh-0", "").Fields, s.vault.stored.Fields); diff != "" {
		t.Errorf("credentials differ (-want +got):\n%s", diff)
	}
}

func TestAClientAloneMayGetTokens(t *testing.T) {
	t.Parallel()
	c := held("", "", "")
	o := &office{access: "a", endpoint: answer(200, `{"access_token":"a","expires_in":60}`)}
	s := open(t, consenting(rest.OAuth{TokenURL: "/oauth/token", ClientCredentials: true}), o, c)
	if _, err := s.Write(t.Context(), messageWrite()); err != nil || o.forms[0].Get("grant_type") != "client_credentials" {
		t.Errorf("%v, %v", o.forms, err)
	}
}

func TestNoErrorTellsATokenHoweverOftenItWasRenewed(t *testing.T) {
	t.Parallel()
	o := &office{access: "access-0", refresh: "refresh-0"}
	s := open(t, consenting(tokenPath()), o, held("old-token", "refresh-0", ""))
	if _, err := s.Write(t.Context(), messageWrite()); err != nil {
		t.Fatal(err)
	}
	o.alwaysOld = true
	_, err1 := s.Write(t.Context(), messageWrite()) // repeats access-2
	o.mu.Lock()
	o.refresh = "taken"
	o.mu.Unlock()
	_, err2 := s.Write(t.Context(), messageWrite()) // repeats refresh-2
	for _, err := range []error{err1, err2} {
		text := fmt.Sprintf("%v %+v %#v", err, ending(t, err), *ending(t, err))
		for _, secret := range []string{"access-1", "access-2", "refresh-1", "refresh-2", "app+secret",
			base64.StdEncoding.EncodeToString([]byte("our%2Fapp:app%2Bsecret"))} {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells %q", text, secret)
			}
		}
		if !strings.Contains(text, "*****") {
			t.Errorf("%s shows nothing of the answer", text)
		}
	}
}

func TestTheTokenEndpointOfTheCredentialsIsAskedOrRefused(t *testing.T) {
	t.Parallel()
	auth := rest.OAuth{TokenURL: "/oauth/token", TokenURLField: "token_url"}
	for _, c := range []struct{ operator, own, want string }{
		{"", "", "https://api.testland.example/oauth/token"},
		{"", "https://login.testland.example/t", "https://login.testland.example/t"},
		{"http://10.0.0.1:1", "https://login.testland.example/t", ""},
		{"http://10.0.0.1:1", "https://api.testland.example/oauth/token", "http://10.0.0.1:1/oauth/token"},
		{"", "http://login.testland.example/t", ""},
	} {
		var got string
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, context.DeadlineExceeded
		})}
		given := consent()
		given.Fields["token_url"] = c.own
		_, err := rest.New(consenting(auth)).(tsp.Exchanger).Exchange(t.Context(), tsp.Access{Credentials: given, BaseURL: c.operator, Client: client, Pace: &pacer{}})
		want := tsp.Unavailable
		if c.want == "" {
			want = tsp.Unauthorized
		}
		if wantClass(t, err, want); got != c.want {
			t.Errorf("operator %q, own %q: asked %s, want %s", c.operator, c.own, got, c.want)
		}
	}
}

func TestWhoWaitsForATokenIsToldWhatItsEndpointSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		endpoint http.HandlerFunc
		says     string
		// lost tells that the token may be one whose answer nobody has.
		lost bool
	}{
		"words": {answer(400, `{"error":"temporarily_unavailable","error_description":"we deploy"}`),
			"answered 400 Bad Request: temporarily_unavailable we deploy", false},
		"a page": {answer(403, "<html>blocked</html>"), "answered 403 Forbidden with a web page", false},
		"a used refresh token": {answer(400, `{"error":"invalid_grant","error_description":"it was used"}`),
			"refuses to give an access token: invalid_grant it was used", true},
		"a wrong client": {answer(401, `{"error":"invalid_client"}`), "refuses to give an access token: invalid_client", false},
	} {
		s := open(t, consenting(tokenPath()), &office{endpoint: c.endpoint}, held("old", "spent-refresh", ""))
		_, err := s.Write(t.Context(), messageWrite())
		if err == nil || !strings.Contains(err.Error(), c.says) || c.lost != strings.Contains(err.Error(), "killed while it renewed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
