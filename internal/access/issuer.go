package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
)

// TokenLife is how long an access token works at most. It ends earlier with its secret, its client or
// a scope of it, or if it is revoked.
const TokenLife = time.Hour

// tokenParty is both who issues tokens and whom they are for. A token of the same key with another
// purpose is none of the API's.
const tokenParty = "waybill"

// SignatureAlgorithm is the algorithm of RFC 8037 by which tokens are signed.
const SignatureAlgorithm = string(jose.EdDSA)

// The refusals of the token endpoints, as OAuth names them.
var (
	ErrInvalidClient = errors.New("invalid_client")
	ErrInvalidScope  = errors.New("invalid_scope")
	// ErrInvalidToken: the token is malformed, foreign, expired or revoked.
	ErrInvalidToken = errors.New("invalid_token")
	// ErrUnsupportedToken: the token counts and cannot be revoked (RFC 7009 section 2.2.1).
	ErrUnsupportedToken = errors.New("unsupported_token_type")
)

// Issuer gives out access tokens and verifies them.
type Issuer struct {
	store Tokens
	keys  keyring
	now   func() time.Time
	known known
}

// NewIssuer returns an issuer that signs with the keys of a source.
func NewIssuer(store Tokens, keys KeySource, now func() time.Time) *Issuer {
	return &Issuer{store: store, keys: keyring{source: keys, now: now}, now: now}
}

// Keys returns the public keys that verify tokens. They tell of a token's signature alone: whether it
// counts, Verify knows.
func (i *Issuer) Keys(ctx context.Context) (KeySet, error) { return i.keys.set(ctx) }

// claims are the claims of an access token; org is what clients of the contract read. It is keyed
// by the organisation's name and has one entry. Secret and Generation are those of the client.
type claims struct {
	jwt.Claims
	Scope      string         `json:"scope"`
	Org        map[string]org `json:"org"`
	Secret     string         `json:"secret_id"`
	Generation int64          `json:"generation"`
}

// named is what a revocation of the token names.
func (c claims) named() TokenID { return TokenID{tokenParty, c.ID} }

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

// credentials are what a client proves itself by.
type credentials struct{ id, secret string }

// proves returns the client whose secret is right, with the secret, or ErrInvalidClient. What was
// wrong is not told, as a guess would learn of it which clients there are.
func (p credentials) proves(ctx context.Context, in standings, now time.Time) (Client, Secret, error) {
	c, err := in.Client(ctx, p.id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Client{}, Secret{}, fmt.Errorf("looking up a client: %w", err)
	}
	proven, ok := c.Proven(p.secret, now)
	if !ok {
		return Client{}, Secret{}, ErrInvalidClient
	}
	return c, proven, nil
}

// acts returns a context of what the client does whose secret is right, for the audit log, or ErrInvalidClient.
func (p credentials) acts(ctx context.Context, in standings, now time.Time) (context.Context, error) {
	c, _, err := p.proves(ctx, in, now)
	if err != nil {
		return ctx, err
	}
	return audit.Proven(ctx, "client:"+c.ID), nil
}

// Issue gives a token for client credentials. scope is a list separated by spaces that the
// client must hold; "" and "organization" stand for all of its scopes.
func (i *Issuer) Issue(ctx context.Context, clientID, secret, scope string) (Token, error) {
	c, proven, err := credentials{clientID, secret}.proves(ctx, i.store, i.now())
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
	ends := now.Add(TokenLife)
	if !proven.ExpiresAt.IsZero() && proven.ExpiresAt.Before(ends) {
		ends = proven.ExpiresAt
	}
	signer, err := i.keys.signer(ctx)
	if err != nil {
		return Token{}, err
	}
	granted := strings.Join(scopes, " ")
	raw, err := jwt.Signed(signer).Claims(claims{
		Claims: jwt.Claims{
			Issuer: tokenParty, Audience: jwt.Audience{tokenParty}, Subject: c.ID, ID: uuid.NewString(),
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(ends),
		},
		Scope: granted, Org: c.org(), Secret: proven.ID, Generation: c.Generation,
	}).Serialize()
	if err != nil {
		return Token{}, fmt.Errorf("signing a token: %w", err)
	}
	return Token{AccessToken: raw, ExpiresIn: int(ends.Sub(now).Seconds()), TokenType: "Bearer", Scope: granted}, nil
}

// Revoke ends a token of the client. A token that is not a valid one of the client is left
// alone without an error, as RFC 7009 asks.
func (i *Issuer) Revoke(ctx context.Context, clientID, secret, raw string) error {
	ctx, err := credentials{clientID, secret}.acts(ctx, i.store, i.now())
	if err != nil {
		return err
	}
	t, err := i.read(ctx, raw)
	if err != nil && !errors.Is(err, ErrInvalidToken) {
		return err
	}
	if err != nil || t.Subject != clientID {
		return nil
	}
	if err := i.store.Revoke(ctx, t.named(), t.Expiry.Time()); err != nil {
		return fmt.Errorf("revoking a token: %w", err)
	}
	i.known.forget(raw)
	return nil
}
