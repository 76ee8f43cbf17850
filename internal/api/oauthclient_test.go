package api_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
)

// basic is an Authorization header as RFC 6749 section 2.3.1 has it.
func basic(id, secret string) string {
	pair := url.QueryEscape(id) + ":" + url.QueryEscape(secret)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

func TestAClientMayProveItselfByHTTPBasic(t *testing.T) {
	t.Parallel()
	bare := form(map[string]string{"client_id": "", "client_secret": ""})
	named := form(map[string]string{"client_id": "m e:%ü+", "client_secret": ""})
	for _, name := range []string{"waybill", "catena"} {
		for _, body := range []string{bare, named} {
			for line, rest := range map[string]string{tokenLine: "telematics:read webhook:read", revokeLine: "raw"} {
				c := serve(t, nil)
				a := c.do(strings.Replace(line, "waybill", name, 1), body, "Content-Type", formType,
					"Authorization", basic("m e:%ü+", "s&=:%+"))
				if diff := cmp.Diff([]string{"m e:%ü+", "s&=:%+", rest}, c.given); diff != "" || a.Code != 200 {
					t.Errorf("%s: %d %s (-want +got):\n%s", line, a.Code, a.Body, diff)
				}
			}
		}
	}
}

func TestAClientThatProvesItselfWrongIsTold(t *testing.T) {
	t.Parallel()
	const twice, none = "invalid_request", "invalid_client"
	bare := form(map[string]string{"client_id": "", "client_secret": ""})
	raw := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	for says, c := range map[string]struct {
		body, header string
		status       int
		error        string
	}{
		"in both ways":              {form(nil), basic("me", "s&="), 400, twice},
		"in both ways, differently": {form(nil), basic("you", "s"), 400, twice},
		"as two clients":            {form(map[string]string{"client_secret": ""}), basic("you", "s"), 400, twice},
		"the secret in both":        {form(map[string]string{"client_id": ""}), basic("me", "s"), 400, twice},
		"no base64":                 {bare, "Basic *", 401, none},
		"no colon":                  {bare, raw("me"), 401, none},
		"not escaped":               {bare, raw("me:100%"), 401, none},
		"not UTF-8":                 {bare, raw("me:%ff"), 401, none},
		"raw bytes":                 {bare, raw("me:\xff"), 401, none},
		"not at all":                {bare, "", 401, none},
		"with a token":              {bare, "Bearer x", 401, none},
	} {
		for _, line := range []string{tokenLine, revokeLine} {
			s := serve(t, nil)
			a := s.do(line, c.body, "Content-Type", formType, "Authorization", c.header)
			code, _ := oauth(t, a.Body.Bytes())
			if a.Code != c.status || code != c.error || s.given != nil || a.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %s, given %q", says, a.Code, a.Body, s.given)
			}
			challenge := a.Header().Get("WWW-Authenticate")
			if (a.Code == 401) != (challenge == `Basic realm="waybill", charset="UTF-8"`) {
				t.Errorf("%s: %d with the challenge %q", says, a.Code, challenge)
			}
		}
	}
	s := serve(t, nil)
	s.issue, s.revoke = access.ErrInvalidClient, access.ErrInvalidClient
	for _, line := range []string{tokenLine, revokeLine} {
		a := s.do(line, bare, "Content-Type", formType, "Authorization", basic("me", "wrong"))
		if a.Code != 401 || !strings.HasPrefix(a.Header().Get("WWW-Authenticate"), "Basic ") {
			t.Errorf("%s: %d %v", line, a.Code, a.Header())
		}
	}
}

func TestATokenEndpointTakesNothingFromItsURL(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"client_secret=hush", "scope=a&client_id=b", "%zz", "client_secret=%ff"} {
		s := serve(t, nil)
		a := s.do(tokenLine+"?"+query, form(nil), "Content-Type", formType, "Authorization", "")
		if code, why := oauth(t, a.Body.Bytes()); a.Code != 400 || code != "invalid_request" || s.given != nil ||
			strings.Contains(why, "hush") {
			t.Errorf("%s: %d %s", query, a.Code, a.Body)
		}
	}
	for _, body := range []string{form(nil) + "&more=%ff", form(map[string]string{"scope": "\xff"}),
		form(nil) + "&scope=b", form(nil) + "&client_id=%FF"} {
		s := serve(t, nil)
		a := s.do(tokenLine, body, "Content-Type", formType, "Authorization", "")
		if code, _ := oauth(t, a.Body.Bytes()); a.Code != 400 || code != "invalid_request" || s.given != nil {
			t.Errorf("%s: %d %s", body, a.Code, a.Body)
		}
	}
}

// metadata is what an OAuth client reads of RFC 8414's document; other members are let pass.
type metadata struct {
	Issuer       string   `json:"issuer"`
	Token        string   `json:"token_endpoint"`
	Revocation   string   `json:"revocation_endpoint"`
	Grants       []string `json:"grant_types_supported"`
	Scopes       []string `json:"scopes_supported"`
	Responses    []string `json:"response_types_supported"`
	TokenAuth    []string `json:"token_endpoint_auth_methods_supported"`
	RevokingAuth []string `json:"revocation_endpoint_auth_methods_supported"`
	// OpenID Connect Discovery 1.0 section 3 demands these, and Nimbus refuses a document without them.
	JWKS         string   `json:"jwks_uri"`
	SubjectTypes []string `json:"subject_types_supported"`
	Algorithms   []string `json:"id_token_signing_alg_values_supported"`
}

// A client that knows nothing but the issuer finds everything else, as RFC 8414 section 3 says.
func TestAGenericClientFindsItsTokenFromTheIssuerAlone(t *testing.T) {
	t.Parallel()
	for _, realm := range []string{"waybill", "catena"} {
		c := serve(t, nil)
		server := httptest.NewServer(c.Server)
		t.Cleanup(server.Close)
		issuer := server.URL + "/realms/" + realm
		for _, place := range []string{server.URL + "/.well-known/oauth-authorization-server/realms/" + realm,
			issuer + "/.well-known/oauth-authorization-server", issuer + "/.well-known/openid-configuration"} {
			var m metadata
			fetch(t, server.Client(), newRequest(t, "GET", place, ""), &m)
			// Section 3.3: a client must not use a document of another issuer.
			if m.Issuer != issuer || !slices.Contains(m.Grants, "client_credentials") || m.Responses == nil {
				t.Fatalf("%s: %+v", place, m)
			}
			if diff := cmp.Diff(access.Scopes(), m.Scopes); diff != "" {
				t.Error(diff)
			}
			if !slices.Equal(m.SubjectTypes, []string{"public"}) || !slices.Equal(m.Algorithms, []string{"EdDSA"}) {
				t.Errorf("%s: a client of OpenID Connect does not read %+v", place, m)
			}
			var keys jose.JSONWebKeySet
			if fetch(t, server.Client(), newRequest(t, "GET", m.JWKS, ""), &keys); len(keys.Keys) != 1 ||
				!keys.Keys[0].Valid() || !keys.Keys[0].IsPublic() {
				t.Errorf("%s: keys %+v", place, keys)
			}
			for _, method := range m.TokenAuth {
				body := url.Values{"grant_type": {"client_credentials"}}
				r := newRequest(t, "POST", m.Token, "")
				switch method {
				case "client_secret_basic":
					r.SetBasicAuth(url.QueryEscape("me"), url.QueryEscape("s e"))
				case "client_secret_post":
					body.Set("client_id", "me")
					body.Set("client_secret", "s e")
				default:
					t.Fatalf("%s is promised", method)
				}
				send := newRequest(t, "POST", m.Token, body.Encode())
				send.Header = r.Header
				send.Header.Set("Content-Type", formType)
				var token struct {
					AccessToken string `json:"access_token"`
				}
				if fetch(t, server.Client(), send, &token); token.AccessToken != "t" {
					t.Errorf("%s by %s: no token", place, method)
				}
				if diff := cmp.Diff([]string{"me", "s e", ""}, c.given); diff != "" {
					t.Errorf("%s (-want +got):\n%s", method, diff)
				}
			}
			if len(m.TokenAuth) != 2 || !slices.Equal(m.TokenAuth, m.RevokingAuth) || m.Revocation != issuer+
				"/protocol/openid-connect/revoke" {
				t.Errorf("%+v", m)
			}
		}
	}
}

func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fetch(t *testing.T, client *http.Client, r *http.Request, into any) {
	t.Helper()
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if err := json.UnmarshalRead(a.Body, into); err != nil || a.StatusCode != 200 {
		t.Fatalf("%s: %d %v", r.URL, a.StatusCode, err)
	}
}

func TestTheMetadataNamesTheServiceAsItsCallerReachedIt(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	for proto, want := range map[string]string{"": "http://example.com/realms/catena",
		"https": "https://example.com/realms/catena", "ftp://evil": "http://example.com/realms/catena"} {
		a := c.do("GET /realms/catena/.well-known/openid-configuration", "", "X-Forwarded-Proto", proto)
		if !strings.Contains(a.Body.String(), `"issuer":"`+want+`"`) {
			t.Errorf("%q: %s", proto, a.Body)
		}
	}
	if a := c.do("GET /realms/other/.well-known/openid-configuration", ""); a.Code != 404 {
		t.Errorf("another realm: %d %s", a.Code, a.Body)
	}
}
