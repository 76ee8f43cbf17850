package api_test

import (
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// full are callers that must wait; it notes who came.
type full struct {
	wait map[string]time.Duration
	came []string
}

func (f *full) Take(caller string) time.Duration {
	f.came = append(f.came, caller)
	return f.wait[caller]
}

// limited is a counter with limits.
func limited(t *testing.T, l api.Limits) *counter {
	t.Helper()
	c := serve(t, nil)
	config := c.Config
	config.Limits = l
	c.Server = api.New(config)
	return c
}

func TestACallerThatComesTooOftenIsToldWhenToComeAgainAndTheStoreIsNotAsked(t *testing.T) {
	t.Parallel()
	partner, fleet := access.Partner{ID: uuid.Max}, access.Fleet{ID: uuid.Max}
	for says, c := range map[string]struct {
		limits api.Limits
		who    access.Principal
		want   string
	}{
		"a client": {api.Limits{Client: &full{wait: map[string]time.Duration{
			uuid.Max.String() + " me": 1200 * time.Millisecond}}},
			access.Principal{Client: "me", Partner: partner},
			`{"code":429,"message":"Too Many Requests","detail":{"retry_after_seconds":2,"message":"this client sends more requests than the operator allows"}}`},
		"a partner": {api.Limits{Organisation: &full{wait: map[string]time.Duration{uuid.Max.String(): time.Second}}},
			access.Principal{Client: "me", Partner: partner},
			`{"code":429,"message":"Too Many Requests","detail":{"retry_after_seconds":1,"message":"the clients of this partner together send more requests than the operator allows"}}`},
		"a fleet": {api.Limits{Organisation: &full{wait: map[string]time.Duration{uuid.Max.String(): time.Second}}},
			access.Principal{Client: "me", Fleet: fleet},
			`{"code":429,"message":"Too Many Requests","detail":{"retry_after_seconds":1,"message":"the clients of this fleet together send more requests than the operator allows"}}`},
	} {
		s := limited(t, c.limits)
		s.who = c.who
		a := s.do("GET /v2/notifications/webhooks", "")
		if a.Code != 429 || a.Body.String() != c.want || a.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s, again after %q", says, a.Code, a.Body, a.Header().Get("Retry-After"))
		}
		if len(s.verified) > 0 {
			t.Errorf("%s: the store was asked for %v", says, s.verified)
		}
	}
}

func TestClientsOfOneNameHaveTheirLimitsByTheirOrganisations(t *testing.T) {
	t.Parallel()
	client := &full{}
	s := limited(t, api.Limits{Client: client})
	for _, who := range []access.Principal{
		{Client: "oidc:app", Partner: access.Partner{ID: uuid.UUID{1}}},
		{Client: "oidc:app", Partner: access.Partner{ID: uuid.UUID{2}}},
		{Client: "oidc:app", Fleet: access.Fleet{ID: uuid.UUID{3}}},
	} {
		s.who = who
		s.do("GET /v2/notifications/webhooks", "")
	}
	slices.Sort(client.came)
	if len(slices.Compact(client.came)) != 3 {
		t.Errorf("charged were %q", client.came)
	}
}

// The token of an external issuer that comes first is verified by asking it: whose it is, is known then.
func TestATokenThatNobodyKnowsWithoutAskingIsChargedOnceItIsVerified(t *testing.T) {
	t.Parallel()
	client := &full{wait: map[string]time.Duration{uuid.Max.String() + " me": time.Second}}
	s := limited(t, api.Limits{Client: client})
	s.unknown = true
	s.who = access.Principal{Client: "me", Partner: access.Partner{ID: uuid.Max}, Scopes: access.Scopes()}
	if a := s.do("GET /v2/notifications/webhooks", ""); a.Code != 429 || len(s.verified) != 1 {
		t.Errorf("%d after %d were verified", a.Code, len(s.verified))
	}
	client.wait = nil
	if a := s.do("GET /v2/notifications/webhooks", ""); a.Code == 429 || len(client.came) != 2 {
		t.Errorf("%d; %v were charged", a.Code, client.came)
	}
}

func TestWhoHasNoGoodTokenIsChargedToNobody(t *testing.T) {
	t.Parallel()
	clients := &full{}
	s := limited(t, api.Limits{Client: clients, Organisation: clients})
	s.verify = access.ErrInvalidToken
	if a := s.do("GET /v2/notifications/webhooks", ""); a.Code != 401 || len(clients.came) > 0 {
		t.Errorf("%d; %v were charged", a.Code, clients.came)
	}
}

func TestATokenThatOnlyItsIssuerKnowsIsChargedFromItsFirstUseOn(t *testing.T) {
	t.Parallel()
	clients := &full{wait: map[string]time.Duration{uuid.Max.String() + " me": time.Second}}
	s := limited(t, api.Limits{Client: clients})
	s.unmet = access.ErrInvalidToken
	if a := s.do("GET /v2/notifications/webhooks", ""); a.Code != 429 || len(clients.came) != 1 {
		t.Errorf("%d; %v were charged", a.Code, clients.came)
	}
}

func TestTheAuditLogNamesTheAddressThatTrustedProxiesTell(t *testing.T) {
	t.Parallel()
	for proxy, want := range map[string]string{"192.0.2.0/24": "2001:db8:1:2:3::4", "10.0.0.0/8": "192.0.2.1"} {
		s := limited(t, api.Limits{Proxies: []netip.Prefix{netip.MustParsePrefix(proxy)}})
		s.do(tokenLine, form(nil), "Content-Type", formType, "Authorization", "", "X-Forwarded-For", "2001:db8:1:2:3::4")
		if s.actor.Remote != want {
			t.Errorf("%q, not %q", s.actor.Remote, want)
		}
	}
}

func TestTheTokenEndpointsRefuseInOAuthsFormWhoComesTooOften(t *testing.T) {
	t.Parallel()
	for _, line := range []string{tokenLine, revokeLine} {
		for says, c := range map[string]struct {
			limits api.Limits
			text   string
		}{
			"an address": {api.Limits{Address: &full{wait: map[string]time.Duration{"192.0.2.1": 1500 * time.Millisecond}}},
				"more requests without a token"},
			"a client": {api.Limits{Token: &full{wait: map[string]time.Duration{"192.0.2.1 me": 1500 * time.Millisecond}}},
				"keep a token until shortly before it expires"},
		} {
			s := limited(t, c.limits)
			a := s.do(line, form(nil), "Content-Type", formType, "Authorization", "")
			if a.Code != 429 || a.Header().Get("Retry-After") != "2" || a.Header().Get("Cache-Control") != "no-store" ||
				!strings.HasPrefix(a.Body.String(), `{"error":"temporarily_unavailable","error_description":"`) ||
				!strings.Contains(a.Body.String(), c.text) {
				t.Errorf("%s, %s: %d %s %v", says, line, a.Code, a.Body, a.Header())
			}
			if s.given != nil {
				t.Errorf("%s: the issuer was asked %v", says, s.given)
			}
		}
	}
}

func TestALimitOfTokensDoesNotTellWhichClientsThereAre(t *testing.T) {
	t.Parallel()
	limit := &full{}
	s := limited(t, api.Limits{Token: limit})
	for _, issue := range []error{nil, access.ErrInvalidClient} {
		s.issue = issue
		s.do(tokenLine, form(map[string]string{"client_id": strings.Repeat("x", 1000)}), "Content-Type", formType,
			"Authorization", "")
	}
	if len(limit.came) != 2 || limit.came[0] != limit.came[1] || len(limit.came[0]) > 300 {
		t.Errorf("%q", limit.came)
	}
}

func TestEveryRouteWithoutATokenButHealthCountsForItsAddress(t *testing.T) {
	t.Parallel()
	for _, d := range documentedRoutes(t) {
		strangers, callers := &full{}, &full{}
		s := limited(t, api.Limits{Address: strangers, Client: callers})
		s.verify = access.ErrNotFound
		s.who = access.Principal{}
		body, kind := d.body()
		func() {
			defer func() { _ = recover() }()
			s.do(d.line(""), body, "Content-Type", kind, "Authorization", "")
		}()
		open := !strings.HasPrefix(d.path, "/v2/") && d.path != "/healthz" && d.path != "/readyz"
		if got := len(strangers.came) == 1; got != open {
			t.Errorf("%s %s: %v came as strangers", d.method, d.path, strangers.came)
		}
	}
}

func TestAnAddressIsWhatTrustedProxiesSayAndNobodyElse(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:80", "", "192.0.2.1"},
		{"192.0.2.1:80", "198.51.100.1", "192.0.2.1"},
		{"10.0.0.1:80", "", "10.0.0.1"},
		{"10.0.0.1:80", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:80", "203.0.113.9, 198.51.100.1,10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:80", "198.51.100.1, nonsense", "10.0.0.1"},
		{"[::1]:80", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"[::ffff:10.0.0.1]:80", "::ffff:198.51.100.1", "198.51.100.1"},
		{"[2001:db8:1:2:3::4]:80", "", "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:80", "", "fe80::/64"},
		{"pipe", "198.51.100.1", "pipe"},
	} {
		limit := &full{}
		s := limited(t, api.Limits{Address: limit, Proxies: proxies})
		s.from(c.remote, c.forwarded)
		if len(limit.came) != 1 || limit.came[0] != c.want {
			t.Errorf("%s for %q counts as %q, not %q", c.remote, c.forwarded, limit.came, c.want)
		}
	}
}

// from asks for a document from an address.
func (c *counter) from(remote, forwarded string) *httptest.ResponseRecorder {
	r, w := httptest.NewRequestWithContext(c.t.Context(), "GET", "/openapi.yaml", nil), httptest.NewRecorder()
	r.RemoteAddr = remote
	r.Header.Set("X-Forwarded-For", forwarded)
	c.ServeHTTP(w, r)
	return w
}

func TestEveryOperationButHealthIsDocumentedToBeLimited(t *testing.T) {
	t.Parallel()
	text, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Paths map[string]map[string]struct {
			Responses map[string]any `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	for path, operations := range d.Paths {
		for method, o := range operations {
			if _, ok := o.Responses["429"]; ok == (path == "/healthz" || path == "/readyz") {
				t.Errorf("%s %s: 429 is documented: %t", method, path, ok)
			}
		}
	}
}
