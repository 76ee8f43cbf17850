package access

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
)

// clients is a store of clients and revocations in memory.
type clients struct {
	all     map[string]Client
	revoked map[TokenID]time.Time
	broken  error
	asked   int
	// by is whom the audit log names for what was revoked last.
	by string
}

func (c *clients) Client(_ context.Context, id string) (Client, error) {
	c.asked++
	if found, ok := c.all[id]; ok {
		return found, c.broken
	}
	return Client{}, errors.Join(ErrNotFound, c.broken)
}

func (c *clients) Revoke(ctx context.Context, id TokenID, expires time.Time) error {
	c.by = audit.Of(ctx).Name
	c.revoked[id] = expires
	return c.broken
}

func (c *clients) Revoked(_ context.Context, id TokenID) (bool, error) {
	_, is := c.revoked[id]
	return is, c.broken
}

// change changes a client in the store.
func (c *clients) change(id string, by func(*Client)) {
	one := c.all[id]
	by(&one)
	c.all[id] = one
}

var (
	acme   = Partner{ID: uuid.UUID{1}, Name: "Acme TMS"}
	rivers = Fleet{ID: uuid.UUID{2}, Name: "Two Rivers"}
)

// rack holds signing keys.
type rack struct {
	keys   []SigningKey
	read   int
	broken error
}

func (r *rack) source(context.Context) ([]SigningKey, error) {
	r.read++
	return slices.Clone(r.keys), r.broken
}

func signingKey(id string) SigningKey {
	return SigningKey{ID: id, Key: ed25519.NewKeyFromSeed([]byte(strings.Repeat(id[:1], ed25519.SeedSize)))}
}

func testIssuer(t *testing.T, keys ...string) (*Issuer, *clients, *rack) {
	t.Helper()
	store := &clients{revoked: map[TokenID]time.Time{}, all: map[string]Client{
		"tms": {ID: "tms", Secrets: []Secret{{ID: "1", Hash: HashSecret("s3cret")}}, Partner: acme, Generation: 1,
			Scopes: []string{"telematics:read", "telematics:write"}},
		"fleet": {ID: "fleet", Secrets: []Secret{{ID: "1", Hash: HashSecret("own")}}, Fleet: rivers, Generation: 1,
			Scopes: []string{"fleet:read"}},
	}}
	r := &rack{}
	for _, id := range keys {
		r.keys = append(r.keys, signingKey(id))
	}
	return NewIssuer(store, r.source, time.Now), store, r
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
		i, _, _ := testIssuer(t, "a")
		raw := issued(t, i, "tms", "s3cret")
		want := Principal{Client: "tms", Partner: acme, Scopes: []string{"telematics:read", "telematics:write"}}
		for _, age := range []time.Duration{0, time.Minute, TokenLife - time.Minute - time.Second} {
			time.Sleep(age)
			got, err := i.Verify(t.Context(), raw)
			got.Expires, got.Proof = time.Time{}, Proof{}
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
	i, _, _ := testIssuer(t, "a")
	set, err := i.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys := set.Keys
	token, err := jwt.ParseSigned(issued(t, i, "tms", "s3cret"), []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(keys) != 1 || !keys[0].IsPublic() || keys[0].KeyID != token.Headers[0].KeyID {
		t.Fatalf("%v, %+v", err, keys)
	}
	var c jwt.Claims
	if err := token.Claims(keys[0], &c); err != nil || c.Subject != "tms" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAFleetsTokenIsAFleets(t *testing.T) {
	t.Parallel()
	i, _, _ := testIssuer(t, "a")
	p, err := i.Verify(t.Context(), issued(t, i, "fleet", "own"))
	if err != nil || !p.IsFleet() || p.Fleet != rivers || p.Partner != (Partner{}) {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestForeignAndAlteredTokensAreRefused(t *testing.T) {
	t.Parallel()
	i, _, _ := testIssuer(t, "a")
	other, _, _ := testIssuer(t, "b")
	raw := issued(t, i, "tms", "s3cret")
	head, rest, _ := strings.Cut(raw, ".")
	body, signature, _ := strings.Cut(rest, ".")
	unsigned := "eyJhbGciOiJub25lIn0." + body + "."
	for name, token := range map[string]string{
		"another installation's": issued(t, other, "tms", "s3cret"), "without a signature": unsigned,
		"of another body": head + "." + body[:len(body)-4] + "AAAA." + signature, "empty": "", "rubbish": "rubbish",
		"cut": raw[:len(raw)-2],
	} {
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARevokedTokenIsRefusedAlsoWhereItIsRemembered(t *testing.T) {
	t.Parallel()
	i, store, _ := testIssuer(t, "a")
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
	if err := i.Revoke(audit.By(t.Context(), audit.Actor{Name: "stranger"}), "tms", "s3cret", raw); err != nil {
		t.Fatal(err)
	}
	if store.by != "client:tms" {
		t.Errorf("the log names %s for it", store.by)
	}
	if _, err := i.Verify(t.Context(), raw); !errors.Is(err, ErrInvalidToken) ||
		!strings.Contains(err.Error(), "revoked") {
		t.Errorf("the revoked one: %v", err)
	}
	if _, err := i.Verify(t.Context(), kept); err != nil {
		t.Errorf("another of the client's: %v", err)
	}
}

func TestAClientGetsTheScopesThatItHoldsAndNoOther(t *testing.T) {
	t.Parallel()
	i, _, _ := testIssuer(t, "a")
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
	i, store, _ := testIssuer(t, "a")
	raw := issued(t, i, "tms", "s3cret")
	store.broken = errors.New("the disk is away")
	_, verified := i.Verify(t.Context(), raw)
	_, issued := i.Issue(t.Context(), "tms", "s3cret", "")
	for what, err := range map[string]error{"verifying": verified, "issuing": issued,
		"revoking": i.Revoke(t.Context(), "tms", "s3cret", raw)} {
		if !errors.Is(err, store.broken) || errors.Is(err, ErrInvalidToken) || errors.Is(err, ErrInvalidClient) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestRememberedTokensAreBounded(t *testing.T) {
	t.Parallel()
	var k known
	for n := range maxKnown + 1 {
		k.put(fmt.Sprint(n), verdict{})
	}
	if len(k.all) > maxKnown {
		t.Errorf("%d tokens are remembered", len(k.all))
	}
}
