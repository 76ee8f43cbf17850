package access_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// provider is an OpenID Connect issuer on this machine.
type provider struct {
	*httptest.Server
	t  *testing.T
	mu sync.Mutex
	// keys are those that it publishes, by their ids; away answers 503.
	keys map[string]crypto.Signer
	away bool
	// odd are what stands beside its keys, as JSON.
	odd []string
	// asked counts the readings of its keys.
	asked int
	// log is that of its verifiers.
	log bytes.Buffer
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{t: t, keys: map[string]crypto.Signer{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	p.rotate("k1")
	return p
}

// rotate publishes one key and no other.
func (p *provider) rotate(id string) {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = map[string]crypto.Signer{id: key}
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": p.URL, "jwks_uri": p.URL + "/keys"})
	case "/keys":
		p.asked++
		set := []any{}
		for _, odd := range p.odd {
			set = append(set, json.RawMessage(odd))
		}
		for id, key := range p.keys {
			set = append(set, jose.JSONWebKey{Key: key.Public(), KeyID: id, Use: "sig"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": set})
	}
}

func (p *provider) readings() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func (p *provider) gone(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

// token is one of the issuer's, with the claims that it usually has and those given over them.
func (p *provider) token(id string, over map[string]any) string { return p.signed(p.signer(id), over) }

func (p *provider) signer(id string) jose.SigningKey {
	p.mu.Lock()
	defer p.mu.Unlock()
	return jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.keys[id], KeyID: id}}
}

func (p *provider) signed(by jose.SigningKey, over map[string]any) string {
	p.t.Helper()
	return p.typed("", by, over)
}

// typed is signed, with a typ in the header unless that is "".
func (p *provider) typed(typ string, by jose.SigningKey, over map[string]any) string {
	p.t.Helper()
	var options *jose.SignerOptions
	if typ != "" {
		options = (&jose.SignerOptions{}).WithType(jose.ContentType(typ))
	}
	claims := map[string]any{"iss": p.URL, "aud": "waybill", "sub": "service-account", "azp": "tms", "jti": "j",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range over {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	signer, err := jose.NewSigner(by, options)
	if err != nil {
		p.t.Fatal(err)
	}
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return raw
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.at)
}

func (c *clock) later(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at += d
}
