package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// office is a TSP with rotating tokens: each refresh token works once.
type office struct {
	mu        sync.Mutex
	n         int
	access    string
	refresh   string
	forms     []url.Values
	basics    []string
	writes    int
	refused   int
	lifetime  string
	endpoint  http.HandlerFunc // answers instead, if set
	alwaysOld bool             // refuses every access token
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.URL.Path == "/oauth/token" {
		o.token(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+o.access || o.alwaysOld {
		o.refused++
		answer(401, "old: "+r.Header.Get("Authorization"))(w, r)
		return
	}
	o.writes++
	answer(200, `{"id":"1"}`)(w, r)
}

func (o *office) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	user, password, _ := r.BasicAuth()
	o.forms, o.basics = append(o.forms, r.PostForm), append(o.basics, user+":"+password)
	good := r.PostForm.Get("code") == "the-code" || o.refresh != "" && r.PostForm.Get("refresh_token") == o.refresh
	switch {
	case o.endpoint != nil:
		o.endpoint(w, r)
	case !good:
		answer(400, `{"error":"invalid_grant","error_description":"`+r.PostForm.Get("refresh_token")+` is used"}`)(w, r)
	default:
		o.n++
		o.access, o.refresh = fmt.Sprintf("access-%d", o.n), fmt.Sprintf("refresh-%d", o.n)
		answer(200, fmt.Sprintf(`{"access_token":%q,"refresh_token":%q,"expires_in":%s}`, o.access, o.refresh, o.lifetime))(w, r)
	}
}

// vault keeps the credentials of a connection as its owner does.
type vault struct {
	mu     sync.Mutex
	stored tsp.Credentials
	asked  int
}

func (v *vault) renew(ctx context.Context, spent tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stored.Get(tsp.AccessToken) != spent.Get(tsp.AccessToken) {
		return v.stored, nil
	}
	v.asked++
	fresh, err := by(ctx, v.stored)
	if err == nil {
		v.stored = fresh
	}
	return fresh, err
}

func consent() tsp.Credentials {
	return tsp.Credentials{Kind: "consent", Fields: map[string]string{
		"client_id": "our/app", "client_secret": "app+secret", "auth_code": "the-code", "redirect_uri": "https://us.example"}}
}

func held(access, refresh, expires string) tsp.Credentials {
	c := consent()
	delete(c.Fields, "auth_code")
	c.Fields[tsp.AccessToken], c.Fields[tsp.RefreshToken] = access, refresh
	if expires != "" {
		c.Fields[tsp.ExpiresAt] = expires
	}
	return c
}

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// consenting is testland with OAuth.
func consenting(o rest.OAuth) rest.Config {
	config := testland()
	config.Auths["consent"] = o
	config.Now = noon
	config.Answers.Message = func(a rest.Answer) string { return string(a.Body) }
	config.Spec.Credentials = append(config.Spec.Credentials, tsp.CredentialKind{Kind: "consent", Fields: []tsp.CredentialField{
		{Name: "client_id"}, {Name: "client_secret", Secret: true}, {Name: "auth_code", Secret: true}, {Name: "redirect_uri"}}})
	return config
}

func tokenPath() rest.OAuth { return rest.OAuth{TokenURL: "/oauth/token"} }

type opened struct {
	tsp.Session
	adapter tsp.Adapter
	access  tsp.Access
	vault   *vault
}

func open(t *testing.T, config rest.Config, o *office, c tsp.Credentials) opened {
	t.Helper()
	if o.lifetime == "" {
		o.lifetime = "3600"
	}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	v := &vault{stored: c}
	out := opened{adapter: rest.New(config), vault: v,
		access: tsp.Access{Credentials: c, BaseURL: server.URL, Client: client, Pace: &pacer{}, Renew: v.renew}}
	if c.Get("auth_code") == "" {
		var err error
		if out.Session, err = out.adapter.Connect(t.Context(), out.access); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestACodeIsExchangedForTokensThatCanBeKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		auth  rest.OAuth
		basic string
		form  url.Values
	}{
		"with the client in the header": {tokenPath(), "our%2Fapp:app%2Bsecret", url.Values{}},
		"with the client in the form": {rest.OAuth{TokenURL: "/oauth/token", InForm: true}, ":",
			url.Values{"client_id": {"our/app"}, "client_secret": {"app+secret"}}},
		"with more in the form": {rest.OAuth{TokenURL: "https://elsewhere.example/oauth/token", Form: func(_ string, c tsp.Credentials) url.Values {
			return url.Values{"redirect_uri": {c.Get("redirect_uri")}}
		}}, "our%2Fapp:app%2Bsecret", url.Values{"redirect_uri": {"https://us.example"}}},
		"with another client in the form": {rest.OAuth{TokenURL: "/oauth/token", InForm: true, Form: func(string, tsp.Credentials) url.Values {
			return url.Values{"client_id": {"reseller"}}
		}}, ":", url.Values{"client_id": {"reseller"}, "client_secret": {"app+secret"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &office{lifetime: `"3600"`}
			s := open(t, consenting(c.auth), o, consent())
			got, err := s.adapter.(tsp.Exchanger).Exchange(t.Context(), s.access)
			if err != nil {
				t.Fatal(err)
			}
			want := held("access-1", "refresh-1", "2026-11-24T13:00:00Z")
			if diff := cmp.Diff(want.Fields, got.Fields); diff != "" || got.Kind != "consent" {
				t.Errorf("credentials differ (-want +got):\n%s", diff)
			}
			c.form.Set("grant_type", "authorization_code")
			c.form.Set("code", "the-code")
			if diff := cmp.Diff([]url.Values{c.form}, o.forms); diff != "" || o.basics[0] != c.basic {
				t.Errorf("form differs, client %q (-want +got):\n%s", o.basics[0], diff)
			}
			again, err := s.adapter.(tsp.Exchanger).Exchange(t.Context(), tsp.Access{Credentials: got})
			if err != nil || !cmp.Equal(again.Fields, got.Fields) {
				t.Errorf("tokens were exchanged again: %v, %v", again.Fields, err)
			}
		})
	}
}

func TestACodeThatWasNotExchangedOpensNoSession(t *testing.T) {
	t.Parallel()
	s := open(t, consenting(tokenPath()), &office{}, consent())
	_, err := s.adapter.Connect(t.Context(), s.access)
	wantClass(t, err, tsp.Unauthorized)
}

func TestManyWritesWithAnExpiredTokenCauseOneRefresh(t *testing.T) {
	t.Parallel()
	for name, expires := range map[string]string{
		"which is known":     "2026-11-24T11:00:00Z",
		"which is found out": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &office{access: "access-0", refresh: "refresh-0"}
			s := open(t, consenting(tokenPath()), o, held("old", "refresh-0", expires))
			writeAtOnce(t, s, 20)
			if o.n != 1 || o.writes != 20 || s.vault.asked != 1 || s.vault.stored.Get(tsp.RefreshToken) != "refresh-1" {
				t.Errorf("%d refreshes, %d writes, the vault was asked %d times", o.n, o.writes, s.vault.asked)
			}
		})
	}
}

func TestARefusedTokenIsRenewedOnceAndTheCallRepeatedOnce(t *testing.T) {
	t.Parallel()
	o := &office{access: "access-0", refresh: "refresh-0", alwaysOld: true}
	s := open(t, consenting(tokenPath()), o, held("old", "refresh-0", ""))
	_, err := s.Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Unauthorized)
	if o.n != 1 || o.refused != 2 {
		t.Errorf("%d refreshes and %d calls, want 1 and 2", o.n, o.refused)
	}
}

func TestWhatTheTokenEndpointAnswersIsNoEndOfAWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		endpoint http.HandlerFunc
		want     tsp.Class
	}{
		"used refresh token": {nil, tsp.Unauthorized},
		"unknown client":     {answer(401, `{"error":"invalid_client"}`), tsp.Unauthorized},
		"error in a 200":     {answer(200, `{"error":"invalid_grant"}`), tsp.Unauthorized},
		"another client":     {answer(400, `{"error":"unauthorized_client"}`), tsp.Unauthorized},
		"a hiccup":           {answer(400, `{"error":"temporarily_unavailable"}`), tsp.Unavailable},
		"a hiccup in a 200":  {answer(200, `{"error":"server_error"}`), tsp.Unavailable},
		"a wrong request":    {answer(400, `{"error":"invalid_request"}`), tsp.Unavailable},
		"a firewall":         {answer(403, "<html>blocked</html>"), tsp.Unavailable},
		"a gate":             {answer(401, "<html>log in</html>"), tsp.Unavailable},
		"a deploy":           {answer(404, "<html>not found</html>"), tsp.Unavailable},
		"a verdict of a 500": {answer(500, `{"error":"invalid_grant"}`), tsp.Unavailable},
		"too many, in words": {answer(429, `{"error":"slow_down"}`), tsp.Throttled},
		"away":               {answer(503, "oops"), tsp.Unavailable},
		"broken":             {answer(500, "oops"), tsp.Unavailable},
		"a page":             {answer(200, "<html>"), tsp.Unavailable},
		"a redirect":         {answer(302, ""), tsp.Unavailable},
		"no token":           {answer(200, "{}"), tsp.Unavailable},
		"hangs up":           {func(w http.ResponseWriter, _ *http.Request) { half(w, "") }, tsp.Unavailable},
		"too many":           {answer(429, ""), tsp.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &office{access: "access-0", refresh: "refresh-0", endpoint: c.endpoint}
			s := open(t, consenting(tokenPath()), o, held("old", "spent-refresh", ""))
			_, err := s.Write(t.Context(), messageWrite())
			wantClass(t, err, c.want)
			if o.writes != 0 {
				t.Errorf("%d writes arrived", o.writes)
			}
		})
	}
}

func TestBasicSignsWithUserAndPassword(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Auths["api_basic"] = rest.Basic("username", "password")
	config.Answers.Message = func(a rest.Answer) string { return string(a.Body) }
	c := tsp.Credentials{Kind: "api_basic", Fields: map[string]string{"username": "ann", "password": "p:w ü"}}
	var sent string
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		sent = r.Header.Get("Authorization")
		user, password, _ := r.BasicAuth()
		if user != "ann" || password != "p:w ü" {
			t.Errorf("signed as %q %q", user, password)
		}
		return nil, fmt.Errorf("sending %s", sent)
	})}
	s, err := rest.New(config).Connect(t.Context(), tsp.Access{Credentials: c, Client: client})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Write(t.Context(), messageWrite()); strings.Contains(err.Error(), strings.TrimPrefix(sent, "Basic ")) {
		t.Errorf("%v tells the password", err)
	}
}
