package signin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/waybill-dev/waybill/internal/console/signin"
	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/seal"
)

// idp is an OpenID Connect issuer that signs in whoever comes, as whoever is there.
type idp struct {
	*httptest.Server
	t   *testing.T
	key *ecdsa.PrivateKey
	now func() time.Time

	mu sync.Mutex
	// claims are those of who is there, over the usual ones; nil takes one away. by signs in place of the published key.
	claims map[string]any
	by     *ecdsa.PrivateKey
	// asked is what was asked for a code that was not traded, by the code.
	asked map[string]url.Values
	// refuses is the error with which it sends people back, and away answers 503.
	refuses string
	away    bool
	// documents counts the readings of its discovery document.
	documents int
}

const (
	clientID     = "waybill"
	clientSecret = "s3cret:with+signs"
)

func newIDP(t *testing.T) *idp {
	t.Helper()
	i := &idp{t: t, key: newKey(t), asked: map[string]url.Values{}, claims: map[string]any{}, now: time.Now}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", i.document)
	mux.HandleFunc("/authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "k", Use: "sig"}}})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// is says who is there.
func (i *idp) is(claims map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.claims = claims
}

func (i *idp) document(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.documents++
	if i.away {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize",
		"token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"}})
}

// authorize sends a person back with a code, as one who is signed in there already.
func (i *idp) authorize(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	q := r.URL.Query()
	if q.Get("client_id") != clientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("state")) < 20 || len(q.Get("nonce")) < 20 || q.Get("scope") != "openid groups" {
		i.t.Errorf("it is asked for %s", r.URL)
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {i.URL}}
	if i.refuses != "" {
		back.Set("error", i.refuses)
	} else {
		code := rand.Text()
		i.asked[code] = q
		back.Set("code", code)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token trades a code as RFC 6749 and RFC 7636 say.
func (i *idp) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	asked, known := i.asked[r.PostFormValue("code")]
	delete(i.asked, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || id != clientID || secret != clientSecret || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	claims := map[string]any{"iss": i.URL, "aud": clientID, "sub": "42", "name": "Ada Lind", "email": "ada@x.example",
		"groups": []string{"everybody", "dispatch"}, "nonce": asked.Get("nonce"), "iat": i.now().Unix(),
		"exp": i.now().Add(5 * time.Minute).Unix()}
	for name, value := range i.claims {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	key := i.key
	if i.by != nil {
		key = i.by
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "k"}}, nil)
	if err != nil {
		i.t.Error(err)
		return
	}
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		i.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": raw})
}

// sealer is one of a new keyset.
func sealer(t *testing.T) *seal.Sealer {
	t.Helper()
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	key, err := seal.ParseKey(base64.StdEncoding.EncodeToString(raw))
	if err != nil {
		t.Fatal(err)
	}
	by, err := key.Wrapper()
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := seal.NewKeyset(by)
	if err != nil {
		t.Fatal(err)
	}
	s, err := seal.Open(by, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// issuedSite is a site with an issuer.
func issuedSite(t *testing.T, i *idp) *site {
	t.Helper()
	var issuer *signin.Issuer
	s := newSite(t, func(c *signin.Config) {
		issuer = signin.NewIssuer(signin.IssuerConfig{URL: i.URL, ClientID: clientID, Secret: clientSecret,
			Scopes: []string{"openid", "groups"}, GroupsClaim: "groups", Roles: map[operator.Role][]string{
				operator.Viewer: {"support", "everyone"}, operator.Acting: {"dispatch"}, operator.Admin: {"platform"}},
			Sealer: sealer(t), HTTP: http.DefaultClient, Now: c.Now, Log: c.Log})
		c.Issuer = issuer
	})
	issuer.Console, i.now = s.URL, s.now
	return s
}
