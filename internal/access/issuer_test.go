package access

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// clients is a store of clients and revocations in memory.
type clients struct {
	Store
	all     map[string]Client
	revoked map[string]time.Time
	broken  error
	asked   int
}

func (c *clients) Client(_ context.Context, id string) (Client, error) {
	if found, ok := c.all[id]; ok {
		return found, c.broken
	}
	return Client{}, errors.Join(ErrNotFound, c.broken)
}

func (c *clients) Revoke(_ context.Context, id string, expires time.Time) error {
	c.revoked[id] = expires
	return c.broken
}

func (c *clients) Revoked(_ context.Context, id string) (bool, error) {
	c.asked++
	_, is := c.revoked[id]
	return is, c.broken
}

var (
	acme   = Partner{ID: uuid.UUID{1}, Name: "Acme TMS"}
	rivers = Fleet{ID: uuid.UUID{2}, Name: "Two Rivers"}
)

func testIssuer(t *testing.T, seed byte) (*Issuer, *clients) {
	t.Helper()
	store := &clients{revoked: map[string]time.Time{}, all: map[string]Client{
		"tms":   {ID: "tms", SecretHash: HashSecret("s3cret"), Partner: acme, Scopes: []string{"telematics:read", "telematics:write"}},
		"fleet": {ID: "fleet", SecretHash: HashSecret("own"), Fleet: rivers, Scopes: []string{"fleet:read"}},
	}}
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))
	issuer, err := NewIssuer(store, key, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return issuer, store
}

func issued(t *testing.T, i *Issuer, client, secret string) string {
	t.Helper()
	token, err := i.Issue(t.Context(), client, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	return token.AccessToken
}

func TestATokenStandsForItsClientUntilItExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, _ := testIssuer(t, 'a')
		raw := issued(t, i, "tms", "s3cret")
		want := Principal{Client: "tms", Partner: acme, Scopes: []string{"telematics:read", "telematics:write"}}
		for _, age := range []time.Duration{0, time.Minute, TokenLife - time.Minute - time.Second} {
			time.Sleep(age)
			got, err := i.Verify(t.Context(), raw)
			got.TokenID, got.Expires = "", time.Time{}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		}
		time.Sleep(time.Second)
		if _, err := i.Verify(t.Context(), raw); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("after its life, although it was remembered: %v", err)
		}
	})
}

func TestATokenIsVerifiedByThePublicKeysAndTheyGiveNothingElseAway(t *testing.T) {
	t.Parallel()
	i, _ := testIssuer(t, 'a')
	keys := i.Keys().Keys
	token, err := jwt.ParseSigned(issued(t, i, "tms", "s3cret"), []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(keys) != 1 || !keys[0].IsPublic() {
		t.Fatalf("%v, %+v", err, keys)
	}
	var c jwt.Claims
	if err := token.Claims(keys[0], &c); err != nil || c.Subject != "tms" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAFleetsTokenIsAFleets(t *testing.T) {
	t.Parallel()
	i, _ := testIssuer(t, 'a')
	p, err := i.Verify(t.Context(), issued(t, i, "fleet", "own"))
	if err != nil || !p.IsFleet() || p.Fleet != rivers || p.Partner != (Partner{}) {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestForeignAndAlteredTokensAreRefused(t *testing.T) {
	t.Parallel()
	i, _ := testIssuer(t, 'a')
	other, _ := testIssuer(t, 'b')
	raw := issued(t, i, "tms", "s3cret")
	head, rest, _ := strings.Cut(raw, ".")
	body, signature, _ := strings.Cut(rest, ".")
	unsigned := "eyJhbGciOiJub25lIn0." + body + "."
	for name, token := range map[string]string{
		"another installation's": issued(t, other, "tms", "s3cret"), "without a signature": unsigned,
		"of another body": head + "." + body[:len(body)-4] + "AAAA." + signature, "empty": "", "rubbish": "rubbish", "cut": raw[:len(raw)-2],
	} {
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARevokedTokenIsRefusedAlsoWhereItIsRemembered(t *testing.T) {
	t.Parallel()
	i, store := testIssuer(t, 'a')
	raw, kept := issued(t, i, "tms", "s3cret"), issued(t, i, "tms", "s3cret")
	if _, err := i.Verify(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	if err := i.Revoke(t.Context(), "fleet", "own", raw); err != nil || len(store.revoked) > 0 {
		t.Errorf("another client's revocation: %v, %v", err, store.revoked)
	}
	if err := i.Revoke(t.Context(), "tms", "wrong", raw); !errors.Is(err, ErrInvalidClient) {
		t.Errorf("a wrong secret: %v", err)
	}
	if err := i.Revoke(t.Context(), "tms", "s3cret", "rubbish"); err != nil {
		t.Errorf("what is no token: %v", err)
	}
	if err := i.Revoke(t.Context(), "tms", "s3cret", raw); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Verify(t.Context(), raw); !errors.Is(err, ErrInvalidToken) || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("the revoked one: %v", err)
	}
	if _, err := i.Verify(t.Context(), kept); err != nil {
		t.Errorf("another of the client's: %v", err)
	}
}

func TestAClientGetsTheScopesThatItHoldsAndNoOther(t *testing.T) {
	t.Parallel()
	i, _ := testIssuer(t, 'a')
	for _, c := range []struct {
		id, secret, asked, granted string
		want                       error
	}{
		{"tms", "s3cret", "", "telematics:read telematics:write", nil},
		{"tms", "s3cret", "organization", "telematics:read telematics:write", nil},
		{"tms", "s3cret", "telematics:read", "telematics:read", nil},
		{"tms", "s3cret", "telematics:read webhook:read", "", ErrInvalidScope},
		{"tms", "wrong", "", "", ErrInvalidClient},
		{"tms", "", "", "", ErrInvalidClient},
		{"nobody", "s3cret", "", "", ErrInvalidClient},
		{"", "", "", "", ErrInvalidClient},
	} {
		token, err := i.Issue(t.Context(), c.id, c.secret, c.asked)
		if token.Scope != c.granted || !errors.Is(err, c.want) {
			t.Errorf("%q asks for %q: %q, %v", c.id, c.asked, token.Scope, err)
		}
	}
}

func TestAStoreThatFailsIsNoVerdictOnATokenOrClient(t *testing.T) {
	t.Parallel()
	i, store := testIssuer(t, 'a')
	raw := issued(t, i, "tms", "s3cret")
	store.broken = errors.New("the disk is away")
	_, verified := i.Verify(t.Context(), raw)
	_, issued := i.Issue(t.Context(), "tms", "s3cret", "")
	for what, err := range map[string]error{"verifying": verified, "issuing": issued, "revoking": i.Revoke(t.Context(), "tms", "s3cret", raw)} {
		if !errors.Is(err, store.broken) || errors.Is(err, ErrInvalidToken) || errors.Is(err, ErrInvalidClient) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestRememberedTokensAreBounded(t *testing.T) {
	t.Parallel()
	i, _ := testIssuer(t, 'a')
	for n := range maxKnown + 1 {
		i.remember([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}, Principal{Client: fmt.Sprint(n)})
	}
	if len(i.known) > maxKnown {
		t.Errorf("%d tokens are remembered", len(i.known))
	}
}
