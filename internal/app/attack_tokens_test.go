package app_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
)

// forgeries are tokens that nobody of this installation has given out, made from a good one.
func (h *house) forgeries() map[string]string {
	t := h.t
	t.Helper()
	head, rest, _ := strings.Cut(h.token, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	enc := base64.RawURLEncoding.EncodeToString
	decoded := func(part string) (out map[string]any) {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || json.Unmarshal(raw, &out) != nil {
			t.Fatalf("%s: %v", part, err)
		}
		return out
	}
	encoded := func(part map[string]any) string {
		raw, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		return enc(raw)
	}
	with := func(part, name string, value any) string {
		all := decoded(part)
		all[name] = value
		return encoded(all)
	}
	var keys struct {
		Keys []struct {
			X string `json:"x"`
		} `json:"keys"`
	}
	if err := json.Unmarshal([]byte(h.do("GET", "/realms/waybill/protocol/openid-connect/certs", "").text),
		&keys); err != nil || len(keys.Keys) == 0 {
		t.Fatalf("no public key: %v", err)
	}
	public, err := base64.RawURLEncoding.DecodeString(keys.Keys[0].X)
	if err != nil {
		t.Fatal(err)
	}
	mac := func(key []byte) string {
		text := with(head, "alg", "HS256") + "." + claims
		sum := hmac.New(sha256.New, key)
		sum.Write([]byte(text))
		return text + "." + enc(sum.Sum(nil))
	}
	theirs, own, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(head, claims string) string {
		return head + "." + claims + "." + enc(ed25519.Sign(own, []byte(head+"."+claims)))
	}
	jwk := map[string]any{"kty": "OKP", "crv": "Ed25519", "x": enc(theirs)}
	later := time.Now().Add(999 * time.Hour).Unix()
	return map[string]string{
		"nothing of a token":             "",
		"a word":                         "token",
		"no signature":                   head + "." + claims + ".",
		"two parts":                      head + "." + claims,
		"the algorithm none":             with(head, "alg", "none") + "." + claims + ".",
		"the algorithm None":             with(head, "alg", "None") + "." + claims + "." + signature,
		"HS256 by the public key":        mac(public),
		"HS256 by its PEM":               mac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
		"HS256 by its text":              mac([]byte(keys.Keys[0].X)),
		"HS256 by nothing":               mac(nil),
		"a key of its own":               signed(head, claims),
		"a jwk header":                   signed(with(head, "jwk", jwk), claims),
		"a jku header":                   signed(with(head, "jku", "https://evil.example/keys"), claims),
		"a kid that is a path":           signed(with(head, "kid", "../../dev/null"), claims),
		"a crit header":                  with(head, "crit", []string{"exp"}) + "." + claims + "." + signature,
		"another end":                    head + "." + with(claims, "exp", later) + "." + signature,
		"no end":                         head + "." + with(claims, "exp", nil) + "." + signature,
		"another client":                 head + "." + with(claims, "sub", "other") + "." + signature,
		"more scopes":                    head + "." + with(claims, "scope", "telematics:write") + "." + signature,
		"another installation":           signed(head, claims),
		"another audience and a new key": signed(head, with(claims, "aud", "account")),
		"a second header":                h.token + "." + signature,
	}
}

// TestNoRouteAnswersWithoutATokenOfThisInstallation asks every documented operation that needs a token.
func TestNoRouteAnswersWithoutATokenOfThisInstallation(t *testing.T) {
	t.Parallel()
	h := open(t)
	tried := 0
	ask := func(d documented, name, header string) {
		path := anyParam.ReplaceAllString(d.path, uuid.NewString())
		a := h.do(d.method, path+"?nosuch=1", "rubbish", "Authorization", header)
		if tried++; a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" &&
			!strings.Contains(a.text, "token") {
			t.Errorf("%s %s with %s: %d %s", d.method, d.path, name, a.status, a.text)
		}
	}
	forged := h.forgeries()
	for name, ago := range map[string]time.Duration{"": access.TokenLife / 2,
		"a token that has expired": access.TokenLife} {
		token, err := h.app.IssuedBefore(t.Context(), app.DemoClient, app.DemoSecret, ago)
		if err != nil {
			t.Fatal(err)
		}
		if name != "" {
			forged[name] = token
		} else if a := h.by(token, "GET", agreements, ""); a.status != http.StatusOK {
			t.Errorf("one that was given half its life ago: %d %s", a.status, a.text)
		}
	}
	for _, d := range h.routes() {
		if !d.needsToken {
			continue
		}
		ask(d, "no header", "")
		ask(d, "HTTP Basic", "Basic "+base64.StdEncoding.EncodeToString([]byte("demo:demo-secret")))
		for name, token := range forged {
			ask(d, name, "Bearer "+token)
		}
	}
	if tried < 40*len(forged) {
		t.Errorf("only %d requests were made", tried)
	}
}

// TestATokenWithEveryScopeButTheOneIsTooNarrow asks every documented operation with each scope alone: the one
// that is taken is the route's, and no other is.
func TestATokenWithEveryScopeButTheOneIsTooNarrow(t *testing.T) {
	t.Parallel()
	h := open(t)
	tokens := map[string]string{}
	for _, scope := range access.Scopes() {
		secret, err := h.operator().CreateClient(t.Context(),
			access.ClientOrder{ID: "narrow-" + strings.ReplaceAll(scope, ":", "-"), Owner: "Narrow", Scopes: []string{scope}})
		if err != nil {
			t.Fatal(err)
		}
		tokens[scope] = h.tokenFor("narrow-"+strings.ReplaceAll(scope, ":", "-"), secret, "")
	}
	for _, d := range h.routes() {
		if !d.needsToken {
			continue
		}
		path, opens := anyParam.ReplaceAllString(d.path, uuid.NewString()), []string{}
		for scope, token := range tokens {
			// What the request is like besides must not matter to a token that is too narrow.
			a := h.by(token, d.method, path+"?nosuch=1", "rubbish")
			if a.status != http.StatusForbidden || !strings.Contains(a.text, "lacks the scope") {
				opens = append(opens, scope)
			}
		}
		if strings.HasPrefix(d.path, "/v2/notifications/schemas/") {
			// Schemas are of nobody's data: by the contract any token reads them.
			if len(opens) != len(tokens) {
				t.Errorf("%s %s is opened by %v alone", d.method, d.path, opens)
			}
			continue
		}
		reads := d.method == http.MethodGet
		if len(opens) != 1 || strings.HasSuffix(opens[0], ":read") != reads {
			t.Errorf("%s %s is opened by %v", d.method, d.path, opens)
		}
	}
}
