package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
)

func TestOnlyAccessTokensOfAnIssuerAreTaken(t *testing.T) {
	t.Parallel()
	d, p := newDesk(t), newProvider(t)
	e := p.verifier(d, &clock{})
	for name, c := range map[string]struct {
		typ    string
		claims map[string]any
		taken  bool
	}{
		"of no type":                    {"", nil, true},
		"a JWT":                         {"JWT", nil, true},
		"an access token":               {"at+jwt", nil, true},
		"an access token in full":       {"application/AT+JWT", map[string]any{"nonce": "n"}, true},
		"an access token of Keycloak":   {"JWT", map[string]any{"typ": "Bearer", "nonce": "n"}, true},
		"a logout token":                {"logout+jwt", nil, false},
		"a logout token of a plain typ": {"JWT", map[string]any{"events": map[string]any{"e": nil}}, false},
		"a proof of possession":         {"dpop+jwt", nil, false},
		"an ID token with a nonce":      {"JWT", map[string]any{"nonce": "n"}, false},
		"an ID token of a code":         {"JWT", map[string]any{"at_hash": "h"}, false},
		"an ID token of Keycloak":       {"JWT", map[string]any{"typ": "ID"}, false},
		"a refresh token of Keycloak":   {"JWT", map[string]any{"typ": "Refresh"}, false},
	} {
		why := refusal(t, e, p.typed(c.typ, p.signer("k1"), c.claims))
		if (why == nil) != c.taken || why != nil && (!strings.Contains(why.Why, "no access token") ||
			why.Remedy != "send the access token") {
			t.Errorf("%s: %+v", name, why)
		}
	}
}

func TestKeysOfTheIssuerThatAreNotUnderstoodAreSkippedAndToldOnce(t *testing.T) {
	t.Parallel()
	d, p, c := newDesk(t), newProvider(t), &clock{}
	e := p.verifier(d, c)
	p.odd = []string{`{"kty":"WAT","kid":"wat"}`, `{"kty":"RSA","kid":"broken","n":"*","e":"AQAB"}`, `"text"`, `7`, `null`,
		`{}`, `{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`, `{"kty":"OKP","crv":"X448","x":"AA"}`,
		`{"kty":"oct","k":"c2VjcmV0"}`}
	for i := range 3 {
		if why := refusal(t, e, p.token("k1", map[string]any{"jti": i})); why != nil {
			t.Errorf("reading %d: %v", i, why)
		}
		c.later(11 * time.Minute)
	}
	if log := p.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "number 1: ") ||
		!strings.Contains(log, "number 9: ") || strings.Contains(log, "number 10: ") || strings.Contains(log, "c2VjcmV0") {
		t.Errorf("%d readings: %s", p.readings(), log)
	}
}

func TestATokenOfAKeyThatIsNewIsToldWhenItMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	d, p, c := newDesk(t), newProvider(t), &clock{}
	e := p.verifier(d, c)
	stranger := p.signer("k1")
	p.rotate("k2")
	if why := refusal(t, e, p.signed(stranger, nil)); why == nil || why.After < 9*time.Second {
		t.Fatalf("a key that is none: %+v", why)
	}
	p.rotate("k3")
	c.later(4 * time.Second)
	next := p.token("k3", nil)
	why := refusal(t, e, next)
	if why == nil || why.After > 6*time.Second || why.Remedy == access.Anew {
		t.Fatalf("%+v", why)
	}
	c.later(why.After)
	if why := refusal(t, e, next); why != nil {
		t.Errorf("then: %v", why)
	}
}

func TestARevocationOfAnExternalTokenCountsForItsIssuerAlone(t *testing.T) {
	t.Parallel()
	d, p, at := newDesk(t), newProvider(t), &clock{}
	g := gateTo(t, d, p, at)
	secret := d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "own", Owner: "My TMS"}))
	given, err := g.Issue(t.Context(), "own", secret, "")
	if err != nil {
		t.Fatal(err)
	}
	who, err := g.Verify(t.Context(), given.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	theirs := p.token("k1", map[string]any{"azp": "own", "jti": who.Proof.Token.ID})
	if err := g.Revoke(t.Context(), "own", secret, theirs); err != nil {
		t.Fatal(err)
	}
	if why := refusal(t, g.External, theirs); why == nil {
		t.Error("the revoked one counts")
	}
	if revoked, err := d.db.Revoked(t.Context(), who.Proof.Token); err != nil || revoked {
		t.Errorf("the own one of its id is revoked: %t, %v", revoked, err)
	}
}

func TestAnExternalTokenIsRevokedAlsoWhereThereIsNoOwnIssuer(t *testing.T) {
	t.Parallel()
	d, p := newDesk(t), newProvider(t)
	secret := d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "own", Owner: "My TMS"}))
	g := access.Gate{External: p.verifier(d, &clock{})}
	raw := p.token("k1", map[string]any{"azp": "own"})
	if err := g.Revoke(t.Context(), "own", "a guess", raw); !errors.Is(err, access.ErrInvalidClient) {
		t.Errorf("by a guess: %v", err)
	}
	nameless := p.token("k1", map[string]any{"azp": "own", "jti": nil})
	if err := g.Revoke(t.Context(), "own", secret, nameless); !errors.Is(err, access.ErrUnsupportedToken) ||
		!strings.Contains(err.Error(), "waybill token revoke --client own") {
		t.Errorf("one without a jti: %v", err)
	}
	for _, token := range []string{raw, nameless} {
		if why := refusal(t, g.External, token); why != nil {
			t.Errorf("before: %v", why)
		}
	}
	caller := audit.Actor{Name: "stranger", Request: "r-1", Remote: "192.0.2.1"}
	if err := g.Revoke(audit.By(t.Context(), caller), "own", secret, raw); err != nil {
		t.Fatal(err)
	}
	caller.Name = "client:own"
	if all, err := d.db.Entries(t.Context(), 0, 100); err != nil || len(all) == 0 || all[len(all)-1].Actor != caller {
		t.Errorf("the log does not name who proved itself: %+v, %v", all, err)
	}
	if why := refusal(t, g.External, raw); why == nil || why.Why != "it was revoked" {
		t.Errorf("%v", why)
	}
}
