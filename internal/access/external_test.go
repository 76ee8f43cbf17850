package access_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

func (p *provider) verifier(d *desk, c *clock) *access.External {
	return access.NewExternal(access.ExternalConfig{Issuer: p.URL, Audience: "waybill", Store: d.db, HTTP: p.Client(),
		Now: c.now, Log: slog.New(slog.NewTextHandler(&p.log, nil)), Claims: access.ClaimNames{
			Client: []string{"azp", "client_id"}, Partner: []string{"org"},
			Fleet:  []string{"fleet"},
			Scopes: []string{"scope", "permissions"}}})
}

func TestAnExternalTokenStandsForWhomItNamesHere(t *testing.T) {
	t.Parallel()
	d, p := newDesk(t), newProvider(t)
	e := p.verifier(d, &clock{})
	tms, acme := d.client("tms"), d.client("acme")
	for name, c := range map[string]struct {
		claims map[string]any
		want   access.Principal
	}{
		"a client, with all of its scopes": {nil, access.Principal{Client: "tms", Partner: tms.Partner, Scopes: tms.Scopes}},
		"a client, with those that the token has of them": {map[string]any{"scope": "openid telematics:read " +
			"share-agreement:nothing"},
			access.Principal{Client: "tms", Partner: tms.Partner, Scopes: []string{"telematics:read"}}},
		"a fleet's client": {map[string]any{"azp": nil, "client_id": "acme",
			"permissions": []string{"fleet:read", "telematics:write"}},
			access.Principal{Client: "acme", Fleet: acme.Fleet, Scopes: []string{"fleet:read"}}},
		"a partner by its name": {map[string]any{"azp": "x", "org": "My TMS", "scope": "telematics:write"},
			access.Principal{Client: "oidc:x", Partner: tms.Partner, Scopes: []string{"telematics:write"}}},
		"a partner by its id": {map[string]any{"azp": "x", "org": tms.Partner.ID.String()},
			access.Principal{Client: "oidc:x", Partner: tms.Partner}},
		"a partner's person without a client": {map[string]any{"azp": nil, "org": "My TMS", "sub": "ann"},
			access.Principal{Client: "oidc-sub:ann", Subject: "ann", Partner: tms.Partner}},
		"a fleet by its id": {map[string]any{"azp": "x", "fleet": acme.Fleet.ID.String(), "scope": "fleet:read"},
			access.Principal{Client: "oidc:x", Fleet: acme.Fleet, Scopes: []string{"fleet:read"}}},
		"an audience among several": {map[string]any{"aud": []string{"account", "waybill"}},
			access.Principal{Client: "tms", Partner: tms.Partner, Scopes: tms.Scopes}},
		"a clock that is behind": {map[string]any{"exp": time.Now().Add(-30 * time.Second).Unix()},
			access.Principal{Client: "tms", Partner: tms.Partner, Scopes: tms.Scopes}},
	} {
		got, err := e.Verify(t.Context(), p.token("k1", c.claims))
		got.Expires, got.Proof = time.Time{}, access.Proof{}
		if c.want.Subject == "" {
			c.want.Subject = "service-account"
		}
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	if p.readings() != 1 {
		t.Errorf("the keys were read %d times", p.readings())
	}
}

func TestAnExternalTokenThatIsNotForUsIsRefused(t *testing.T) {
	t.Parallel()
	d, p := newDesk(t), newProvider(t)
	e := p.verifier(d, &clock{})
	if _, err := d.EnableClient(t.Context(), "acme", false); err != nil {
		t.Fatal(err)
	}
	_, foreign, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"another audience":  p.token("k1", map[string]any{"aud": "another"}),
		"no audience":       p.token("k1", map[string]any{"aud": nil}),
		"another issuer":    p.token("k1", map[string]any{"iss": "https://login.example"}),
		"one that expired":  p.token("k1", map[string]any{"exp": time.Now().Add(-2 * time.Minute).Unix()}),
		"one from later":    p.token("k1", map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}),
		"a disabled client": p.token("k1", map[string]any{"azp": "acme"}),
		"nobody":            p.token("k1", map[string]any{"azp": "nobody"}),
		"a foreign key": p.signed(jose.SigningKey{Algorithm: jose.EdDSA,
			Key: jose.JSONWebKey{Key: foreign, KeyID: "k1"}}, nil),
		"a shared secret": p.signed(jose.SigningKey{Algorithm: jose.HS256,
			Key: jose.JSONWebKey{Key: []byte(strings.Repeat("x", 32)), KeyID: "k1"}}, nil),
		"no algorithm":       "eyJhbGciOiJub25lIn0." + strings.Split(p.token("k1", nil), ".")[1] + ".",
		"rubbish":            "rubbish",
		"a cut signature":    strings.TrimSuffix(p.token("k1", nil), "A") + "AA",
		"nobody's":           p.token("k1", map[string]any{"azp": nil, "sub": nil, "org": "My TMS"}),
		"a partner by no id": p.token("k1", map[string]any{"azp": "x", "org": "Nobody"}),
	} {
		if got, err := e.Verify(t.Context(), raw); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAnotherKeyOfTheIssuerIsReadAndUnknownOnesNotAgainAndAgain(t *testing.T) {
	t.Parallel()
	d, p, c := newDesk(t), newProvider(t), &clock{}
	e := p.verifier(d, c)
	first := p.token("k1", nil)
	if _, err := e.Verify(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	p.rotate("k2")
	next := p.token("k2", nil)
	for range 20 {
		if _, err := e.Verify(t.Context(), next); !errors.Is(err, access.ErrInvalidToken) {
			t.Fatalf("a moment after the last reading: %v", err)
		}
	}
	if p.readings() != 1 {
		t.Errorf("the keys were read %d times", p.readings())
	}
	c.later(11 * time.Second)
	if _, err := e.Verify(t.Context(), next); err != nil || p.readings() != 2 {
		t.Errorf("later: %v, after %d readings", err, p.readings())
	}
}

func TestAnIssuerThatIsAwayIsNoVerdict(t *testing.T) {
	t.Parallel()
	d, p, c := newDesk(t), newProvider(t), &clock{}
	e := p.verifier(d, c)
	raw := p.token("k1", nil)
	p.gone(true)
	_, err := e.Verify(t.Context(), raw)
	var why *problem.Error
	if !errors.As(err, &why) || why.Code != problem.Unavailable || errors.Is(err, access.ErrInvalidToken) {
		t.Fatalf("%v", err)
	}
	p.gone(false)
	c.later(11 * time.Second)
	if _, err := e.Verify(t.Context(), raw); err != nil {
		t.Errorf("when it is back: %v", err)
	}
	// What is known goes on without it.
	p.gone(true)
	c.later(20 * time.Minute)
	if _, err := e.Verify(t.Context(), p.token("k1", map[string]any{"jti": "another"})); err != nil {
		t.Errorf("away again: %v", err)
	}
}

// hanging answers nothing until it is released.
type hanging struct {
	http.RoundTripper
	asked, released, ended chan struct{}
}

func (h hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	defer close(h.ended)
	close(h.asked)
	select {
	case <-h.released:
	case <-r.Context().Done():
	}
	return nil, errors.New("cut off")
}

func TestAnIssuerThatHangsKeepsNobodyWaitingWhoseKeyIsKnown(t *testing.T) {
	t.Parallel()
	d, p, c := newDesk(t), newProvider(t), &clock{}
	e := p.verifier(d, c)
	if _, err := e.Verify(t.Context(), p.token("k1", nil)); err != nil {
		t.Fatal(err)
	}
	c.later(20 * time.Minute)
	issuer := hanging{p.Client().Transport, make(chan struct{}), make(chan struct{}), make(chan struct{})}
	p.Client().Transport = issuer
	reader := make(chan error, 1)
	reads, other := p.token("k1", map[string]any{"jti": "reads"}), p.token("k1", map[string]any{"jti": "other"})
	go func() {
		_, err := e.Verify(t.Context(), reads)
		reader <- err
	}()
	<-issuer.asked
	if _, err := e.Verify(t.Context(), other); err != nil {
		t.Error(err)
	}
	select {
	case <-issuer.ended:
		t.Error("it waited for whoever asks the issuer")
	default:
	}
	close(issuer.released)
	if err := <-reader; err != nil {
		t.Errorf("whoever asked: %v", err)
	}
}

func TestAnExternalTokenEndsWithItsClient(t *testing.T) {
	t.Parallel()
	d, p, c := newDesk(t), newProvider(t), &clock{}
	e := p.verifier(d, c)
	raw := p.token("k1", nil)
	if _, err := e.Verify(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	if err := d.DeleteClient(t.Context(), "tms"); err != nil {
		t.Fatal(err)
	}
	c.later(time.Second)
	if _, err := e.Verify(t.Context(), raw); !errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("%v", err)
	}
}

func TestAGateTakesBothKindsOfTokensAndSaysWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	d, p := newDesk(t), newProvider(t)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := access.NewIssuer(d.db, func(context.Context) ([]access.SigningKey, error) {
		return []access.SigningKey{{ID: "1", Key: key}}, nil
	}, time.Now)
	secret := d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "own", Owner: "My TMS"}))
	gate := access.Gate{Own: own, External: p.verifier(d, &clock{})}
	given, err := gate.Issue(t.Context(), "own", secret, "")
	if err != nil {
		t.Fatal(err)
	}
	for client, raw := range map[string]string{"own": given.AccessToken, "tms": p.token("k1", nil)} {
		if who, err := gate.Verify(t.Context(), raw); err != nil || who.Client != client {
			t.Errorf("%+v, %v", who, err)
		}
	}
	alone := access.Gate{External: gate.External}
	if _, err := alone.Verify(t.Context(), given.AccessToken); !errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("an own one where there is no own issuer: %v", err)
	}
	if err := alone.Revoke(t.Context(), "own", secret, "x"); err != nil {
		t.Errorf("revoking what is no token: %v", err)
	}
	_, issued := alone.Issue(t.Context(), "own", secret, "")
	_, keys := alone.Keys(t.Context())
	for what, err := range map[string]error{"issuing": issued, "keys": keys} {
		if err == nil || !strings.Contains(err.Error(), p.URL) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
