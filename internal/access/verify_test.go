package access

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestATokenEndsWithWhatItWasGivenFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by   func(*Client)
		says string
	}{
		"its secret is revoked": {func(c *Client) { c.Secrets = []Secret{{ID: "2", Hash: HashSecret("s3cret")}} },
			"secret"},
		"its secret has expired":      {func(c *Client) { c.Secrets[0].ExpiresAt = time.Now() }, "secret"},
		"its client is disabled":      {func(c *Client) { c.Disabled = true }, "disabled"},
		"its client loses a scope":    {func(c *Client) { c.Scopes = []string{"telematics:read"} }, "telematics:write"},
		"all tokens are ended":        {func(c *Client) { c.Generation++ }, "all tokens"},
		"its client is deleted":       {nil, "deleted"},
		"its client gets more scopes": {func(c *Client) { c.Scopes = append(c.Scopes, "fleet:read") }, ""},
		"its client gets a secret":    {func(c *Client) { c.Secrets = append(c.Secrets, Secret{ID: "2"}) }, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			i, store, _ := testIssuer(t, "a")
			raw := issued(t, i, "tms", "s3cret")
			if _, err := i.Verify(t.Context(), raw); err != nil {
				t.Fatal(err)
			}
			if c.by == nil {
				delete(store.all, "tms")
			} else {
				store.change("tms", c.by)
			}
			time.Sleep(verdictAge)
			_, err := i.Verify(t.Context(), raw)
			if c.says == "" && err != nil || c.says != "" &&
				(!errors.Is(err, ErrInvalidToken) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestTheStoreIsAskedOfATokenOnceASecondAndAgainAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, store, keys := testIssuer(t, "a")
		raw := issued(t, i, "tms", "s3cret")
		before, read := store.asked, keys.read
		for range 100 {
			if _, err := i.Verify(t.Context(), raw); err != nil {
				t.Fatal(err)
			}
			time.Sleep(verdictAge / 100)
		}
		if store.asked != before+1 || keys.read > read+1 {
			t.Errorf("the store was asked %d times, and %d times for keys", store.asked-before, keys.read-read)
		}
		if _, err := i.Verify(t.Context(), raw); err != nil || store.asked != before+2 {
			t.Errorf("after a second: %d times, %v", store.asked-before, err)
		}
	})
}

func TestATokenLivesNoLongerThanItsSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, store, _ := testIssuer(t, "a")
		store.change("tms", func(c *Client) { c.Secrets[0].ExpiresAt = time.Now().Add(time.Minute) })
		given, err := i.Issue(t.Context(), "tms", "s3cret", "")
		if err != nil || given.ExpiresIn != 60 {
			t.Fatalf("%+v, %v", given, err)
		}
		time.Sleep(time.Minute)
		if _, err := i.Verify(t.Context(), given.AccessToken); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("the token: %v", err)
		}
		if _, err := i.Issue(t.Context(), "tms", "s3cret", ""); !errors.Is(err, ErrInvalidClient) {
			t.Errorf("the secret: %v", err)
		}
	})
}

func TestEachSecretOfAClientThatIsEnabledGivesTokens(t *testing.T) {
	t.Parallel()
	i, store, _ := testIssuer(t, "a")
	store.change("tms", func(c *Client) { c.Secrets = append(c.Secrets, NewSecret("another", time.Now())) })
	issued(t, i, "tms", "s3cret")
	issued(t, i, "tms", "another")
	store.change("tms", func(c *Client) { c.Disabled = true })
	if _, err := i.Issue(t.Context(), "tms", "another", ""); !errors.Is(err, ErrInvalidClient) {
		t.Errorf("disabled: %v", err)
	}
}

func TestAnotherSigningKeyTakesOverWhileTokensOfTheLastOneLiveOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, _, keys := testIssuer(t, "a")
		old := issued(t, i, "tms", "s3cret")
		keys.keys[0].RetiredAt = time.Now()
		keys.keys = append(keys.keys, signingKey("b"))
		time.Sleep(keysAge)
		next := issued(t, i, "tms", "s3cret")
		if kid(t, old) != "a" || kid(t, next) != "b" {
			t.Errorf("signed with %s and then %s", kid(t, old), kid(t, next))
		}
		for _, raw := range []string{old, next} {
			if _, err := i.Verify(t.Context(), raw); err != nil {
				t.Errorf("%s: %v", kid(t, raw), err)
			}
		}
		if set, err := i.Keys(t.Context()); err != nil || len(set.Keys) != 2 {
			t.Errorf("%d keys are published, %v", len(set.Keys), err)
		}
		time.Sleep(retiredTime)
		if set, err := i.Keys(t.Context()); err != nil || len(set.Keys) != 1 || set.Keys[0].KeyID != "b" {
			t.Errorf("later: %+v, %v", set, err)
		}
	})
}

func TestKeysThatCannotBeReadGoOnForATokensLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, _, keys := testIssuer(t, "a")
		issued(t, i, "tms", "s3cret")
		keys.broken = errors.New("the disk is away")
		time.Sleep(TokenLife - time.Second)
		raw := issued(t, i, "tms", "s3cret")
		if _, err := i.Verify(t.Context(), raw); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if _, err := i.Verify(t.Context(), raw); !errors.Is(err, keys.broken) || errors.Is(err, ErrInvalidToken) {
			t.Errorf("later: %v", err)
		}
	})
}

func TestATokenEndsWithAKeyThatWasWithdrawnAlsoWhereItIsRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, _, keys := testIssuer(t, "a")
		raw := issued(t, i, "tms", "s3cret")
		if _, err := i.Verify(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
		keys.keys = []SigningKey{signingKey("b")}
		time.Sleep(verdictAge)
		if _, err := i.Verify(t.Context(), raw); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%v", err)
		}
	})
}

func TestATokenOfAnotherAlgorithmPurposeOrKeyIsRefused(t *testing.T) {
	t.Parallel()
	i, _, _ := testIssuer(t, "a")
	good := claims{Claims: jwt.Claims{Issuer: tokenParty, Audience: jwt.Audience{tokenParty}, Subject: "tms", ID: "x",
		Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute))}, Secret: "1", Generation: 1}
	with := func(by func(*claims)) claims {
		c := good
		by(&c)
		return c
	}
	key := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: signingKey("a").Key, KeyID: "a"}}
	if _, err := i.Verify(t.Context(), signed(t, key, good)); err != nil {
		t.Fatal(err)
	}
	public := []byte(signingKey("a").Key.Public().(ed25519.PublicKey))
	for name, raw := range map[string]string{
		"another issuer":     signed(t, key, with(func(c *claims) { c.Issuer = "somebody" })),
		"another audience":   signed(t, key, with(func(c *claims) { c.Audience = jwt.Audience{"backup"} })),
		"no audience":        signed(t, key, with(func(c *claims) { c.Audience = nil })),
		"no end":             signed(t, key, with(func(c *claims) { c.Expiry = nil })),
		"an end in the past": signed(t, key, with(func(c *claims) { c.Expiry = jwt.NewNumericDate(time.Now()) })),
		"another generation": signed(t, key, with(func(c *claims) { c.Generation = 0 })),
		"no client's":        signed(t, key, with(func(c *claims) { c.Subject = "nobody" })),
		"the public key as secret": signed(t,
			jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: public, KeyID: "a"}}, good),
		"an unknown key": signed(t,
			jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: signingKey("b").Key, KeyID: "b"}}, good),
		"a foreign key under a known id": signed(t, jose.SigningKey{Algorithm: jose.EdDSA,
			Key: jose.JSONWebKey{Key: signingKey("b").Key, KeyID: "a"}}, good),
		"no key id": signed(t, jose.SigningKey{Algorithm: jose.EdDSA, Key: signingKey("a").Key}, good),
	} {
		if _, err := i.Verify(t.Context(), raw); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// kid is the id of the key that signed a token.
func kid(t *testing.T, raw string) string {
	t.Helper()
	token, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		t.Fatal(err)
	}
	return token.Headers[0].KeyID
}

// signed is a token of any claims.
func signed(t *testing.T, key jose.SigningKey, c claims) string {
	t.Helper()
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jwt.Signed(signer).Claims(c).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
