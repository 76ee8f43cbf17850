package access_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
)

// gateTo takes tokens of an own issuer and of a provider.
func gateTo(t *testing.T, d *desk, p *provider, c *clock) access.Gate {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return access.Gate{External: p.verifier(d, c),
		Own: access.NewIssuer(d.db, func(context.Context) ([]access.SigningKey, error) {
			return []access.SigningKey{{ID: "1", Key: key}}, nil
		}, time.Now)}
}

func TestAnExternalTokenEndsAsOperatorsClientsAndItsIssuerSay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(ctx context.Context, d *desk, p *provider, g access.Gate, raw string) error
		says string
		// good tells that a token which the issuer gives a minute later counts.
		good bool
	}{
		"all tokens of the client are ended": {func(ctx context.Context, d *desk, _ *provider, _ access.Gate,
			_ string) error {
			return of(d.EndTokens(ctx, "tms"))
		}, "were ended", true},
		"the client is disabled and enabled": {func(ctx context.Context, d *desk, _ *provider, _ access.Gate,
			_ string) error {
			return errors.Join(of(d.EnableClient(ctx, "tms", false)), of(d.EnableClient(ctx, "tms", true)))
		}, "were ended", true},
		"the client is disabled": {func(ctx context.Context, d *desk, _ *provider, _ access.Gate, _ string) error {
			return of(d.EnableClient(ctx, "tms", false))
		}, "is disabled", false},
		"the token is revoked": {func(ctx context.Context, d *desk, _ *provider, g access.Gate, raw string) error {
			secret, err := d.RotateSecret(ctx, "tms", time.Hour)
			return errors.Join(err, g.Revoke(ctx, "tms", secret, raw))
		}, "was revoked", true},
		"its key is withdrawn": {func(_ context.Context, _ *desk, p *provider, _ access.Gate, _ string) error {
			p.rotate("k2")
			return nil
		}, "withdrawn", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, p, at := newDesk(t), newProvider(t), &clock{}
			g := gateTo(t, d, p, at)
			raw := p.token("k1", map[string]any{"iat": time.Now().Add(-time.Second).Unix()})
			if _, err := g.Verify(t.Context(), raw); err != nil {
				t.Fatal(err)
			}
			if err := c.end(t.Context(), d, p, g, raw); err != nil {
				t.Fatal(err)
			}
			at.later(11 * time.Minute)
			if _, err := g.Verify(t.Context(), raw); !errors.Is(err, access.ErrInvalidToken) ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			id := "k1"
			if name == "its key is withdrawn" {
				id = "k2"
			}
			next := p.token(id, map[string]any{"jti": "next", "iat": time.Now().Add(2 * time.Minute).Unix()})
			if _, err := g.Verify(t.Context(), next); (err == nil) != c.good {
				t.Errorf("the next token: %v", err)
			}
		})
	}
}

func of(_ access.Client, err error) error { return err }

func TestNobodyRevokesAnExternalTokenOfAnother(t *testing.T) {
	t.Parallel()
	d, p, at := newDesk(t), newProvider(t), &clock{}
	g := gateTo(t, d, p, at)
	secret := d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "own", Owner: "My TMS"}))
	raw := p.token("k1", nil)
	if err := g.Revoke(t.Context(), "own", secret, raw); err != nil {
		t.Error(err)
	}
	if err := g.Revoke(t.Context(), "tms", "a guess", raw); !errors.Is(err, access.ErrInvalidClient) {
		t.Errorf("with a wrong secret: %v", err)
	}
	at.later(time.Minute)
	if _, err := g.Verify(t.Context(), raw); err != nil {
		t.Errorf("%v", err)
	}
}

func TestARefusalOfAnExternalTokenIsToldInWordsOfItsHolders(t *testing.T) {
	t.Parallel()
	d, p := newDesk(t), newProvider(t)
	e := p.verifier(d, &clock{})
	for says, raw := range map[string]string{
		"it expired":                 p.token("k1", map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}),
		"for the audience waybill":   p.token("k1", map[string]any{"aud": "another"}),
		"it is no token of " + p.URL: p.token("k1", map[string]any{"iss": "https://login.example"}),
		"its signature is wrong":     strings.TrimSuffix(p.token("k1", nil), "A") + "AA",
	} {
		_, err := e.Verify(t.Context(), raw)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "oidc") ||
			strings.Contains(err.Error(), "%!") {
			t.Errorf("%q: %v", says, err)
		}
	}
}

func TestATokenThatEndedWithAScopeIsNotRevivedWithIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.client("tms")
	c, err := d.SetScopes(t.Context(), "tms", []string{"connection:read"})
	if err != nil || c.Generation == before.Generation {
		t.Errorf("the generation stays %d, %v", c.Generation, err)
	}
	all, err := d.SetScopes(t.Context(), "tms", before.Scopes)
	if err != nil || all.Generation != c.Generation {
		t.Errorf("with more scopes the generation goes from %d to %d, %v", c.Generation, all.Generation, err)
	}
}
