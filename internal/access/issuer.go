package access

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
)

// TokenLife is how long an access token works. An hour bounds for how long a lost scope or secret
// still counts; a token can be revoked earlier.
const TokenLife = time.Hour

// The refusals of the token endpoints, as OAuth names them.
var (
	ErrInvalidClient = errors.New("invalid_client")
	ErrInvalidScope  = errors.New("invalid_scope")
	// ErrInvalidToken: the token is malformed, foreign, expired or revoked.
	ErrInvalidToken = errors.New("invalid_token")
)

// Issuer gives out access tokens and verifies them.
type Issuer struct {
	store  Store
	key    ed25519.PrivateKey
	signer jose.Signer
	now    func() time.Time

	mu sync.Mutex
	// By hash, so that a dump of the memory gives no token away.
	known map[[sha256.Size]byte]Principal
}

// maxKnown bounds the verified tokens that are remembered. When they are reached all are
// forgotten: the price is one signature each.
const maxKnown = 10_000

// NewIssuer returns an issuer that signs with key. Every process of an installation must have the
// same key, and another key ends all tokens.
func NewIssuer(store Store, key ed25519.PrivateKey, now func() time.Time) (*Issuer, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("making a token signer: %w", err)
	}
	return &Issuer{store: store, key: key, signer: signer, now: now, known: map[[sha256.Size]byte]Principal{}}, nil
}

// KeySet is a set of public keys in JSON (RFC 7517 section 5).
type KeySet struct {
	Keys []jose.JSONWebKey `json:"keys"`
}

// Keys returns the public key that tokens are signed with. It tells a token's signature alone:
// whether a token was revoked, Verify knows.
func (i *Issuer) Keys() KeySet {
	return KeySet{[]jose.JSONWebKey{{Key: i.key.Public(), Algorithm: SignatureAlgorithm, Use: "sig"}}}
}

// SignatureAlgorithm is the algorithm of RFC 7518 by which tokens are signed.
const SignatureAlgorithm = string(jose.EdDSA)

// claims are the claims of an access token; org is what clients of the contract read. It is keyed
// by the organisation's name and has one entry.
type claims struct {
	jwt.Claims
	Scope string         `json:"scope"`
	Org   map[string]org `json:"org"`
}

// org_type is a list in the contract, and has one value here.
type org struct {
	ID      uuid.UUID `json:"id"`
	OrgType []string  `json:"org_type"`
}

// The types of organisations in a token.
const (
	orgPartner = "partner"
	orgFleet   = "fleet"
)

// org is whose client it is, as a claim.
func (c Client) org() map[string]org {
	if c.Fleet.ID != uuid.Nil {
		return map[string]org{c.Fleet.Name: {c.Fleet.ID, []string{orgFleet}}}
	}
	return map[string]org{c.Partner.Name: {c.Partner.ID, []string{orgPartner}}}
}

// Token is an answer of the token endpoint. Its members are those of RFC 6749 section 5.1.
type Token struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
}

// HashSecret returns what is kept of a client's secret. Guessing 260 random bits is hopeless at
// any speed, so a slow hash would only slow down the token endpoint. It must not be used for what
// people choose.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// client returns the client whose secret is right, or ErrInvalidClient. An unknown client
// costs the same comparison as a wrong secret.
func (i *Issuer) client(ctx context.Context, id, secret string) (Client, error) {
	c, err := i.store.Client(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Client{}, fmt.Errorf("looking up a client: %w", err)
	}
	if subtle.ConstantTimeCompare(c.SecretHash, HashSecret(secret)) != 1 {
		return Client{}, ErrInvalidClient
	}
	return c, nil
}

// Issue gives a token for client credentials. scope is a list separated by spaces that the
// client must hold; "" and "organization" stand for all of its scopes.
func (i *Issuer) Issue(ctx context.Context, clientID, secret, scope string) (Token, error) {
	c, err := i.client(ctx, clientID, secret)
	if err != nil {
		return Token{}, err
	}
	scopes := c.Scopes
	if asked := strings.Fields(scope); len(asked) > 0 && !slices.Contains(asked, "organization") {
		for _, s := range asked {
			if !slices.Contains(c.Scopes, s) {
				return Token{}, fmt.Errorf("%w: the client does not hold %q", ErrInvalidScope, s)
			}
		}
		scopes = asked
	}
	now := i.now()
	granted := strings.Join(scopes, " ")
	raw, err := jwt.Signed(i.signer).Claims(claims{
		Claims: jwt.Claims{
			Issuer: "waybill", Subject: c.ID, ID: uuid.NewString(),
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(TokenLife)),
		},
		Scope: granted,
		Org:   c.org(),
	}).Serialize()
	if err != nil {
		return Token{}, fmt.Errorf("signing a token: %w", err)
	}
	return Token{AccessToken: raw, ExpiresIn: int(TokenLife.Seconds()), TokenType: "Bearer", Scope: granted}, nil
}

// Verify returns the caller that a token stands for, or ErrInvalidToken. Verified tokens
// are remembered, because checking a signature costs more than the rest of a request.
func (i *Issuer) Verify(ctx context.Context, raw string) (Principal, error) {
	sum := sha256.Sum256([]byte(raw))
	i.mu.Lock()
	p, ok := i.known[sum]
	i.mu.Unlock()
	if !ok {
		var err error
		if p, err = i.read(raw); err != nil {
			return Principal{}, err
		}
	}
	if !i.now().Before(p.Expires) {
		return Principal{}, fmt.Errorf("%w: it expired", ErrInvalidToken)
	}
	// It is asked each time, whatever is remembered: another process may have revoked the token.
	revoked, err := i.store.Revoked(ctx, p.TokenID)
	switch {
	case err != nil:
		return Principal{}, fmt.Errorf("looking up revoked tokens: %w", err)
	case revoked:
		return Principal{}, fmt.Errorf("%w: it was revoked", ErrInvalidToken)
	case !ok:
		i.remember(sum, p)
	}
	return p, nil
}

// read checks a token's form and signature, and neither its end nor whether it was revoked. One
// algorithm is taken, so a token cannot choose a weaker one.
func (i *Issuer) read(raw string) (Principal, error) {
	token, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return Principal{}, fmt.Errorf("%w: it is no token of this service", ErrInvalidToken)
	}
	var c claims
	if err := token.Claims(i.key.Public(), &c); err != nil || c.Expiry == nil {
		return Principal{}, fmt.Errorf("%w: its signature is wrong", ErrInvalidToken)
	}
	p := Principal{Client: c.Subject, Scopes: strings.Fields(c.Scope), TokenID: c.ID, Expires: c.Expiry.Time()}
	for name, o := range c.Org {
		if slices.Contains(o.OrgType, orgFleet) {
			p.Fleet = Fleet{ID: o.ID, Name: name}
		} else {
			p.Partner = Partner{ID: o.ID, Name: name}
		}
	}
	return p, nil
}

// remember keeps a token that was found good.
func (i *Issuer) remember(sum [sha256.Size]byte, p Principal) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.known) >= maxKnown {
		clear(i.known)
	}
	i.known[sum] = p
}

// Revoke ends a token of the client. A token that is not a valid one of the client is left
// alone without an error, as RFC 7009 asks.
func (i *Issuer) Revoke(ctx context.Context, clientID, secret, raw string) error {
	if _, err := i.client(ctx, clientID, secret); err != nil {
		return err
	}
	p, err := i.read(raw)
	if err != nil || p.Client != clientID {
		return nil
	}
	if err := i.store.Revoke(ctx, p.TokenID, p.Expires); err != nil {
		return fmt.Errorf("revoking a token: %w", err)
	}
	return nil
}
