package access

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/waybill-dev/waybill/internal/problem"
)

// Gate takes the tokens of the installation's own issuer and of an external one; either may be nil.
type Gate struct {
	Own      *Issuer
	External *External
}

// Verify returns the caller that a token stands for, or ErrInvalidToken.
func (g Gate) Verify(ctx context.Context, raw string) (Principal, error) {
	if g.external(raw) {
		return g.External.Verify(ctx, raw)
	}
	return g.Own.Verify(ctx, raw)
}

// external tells who verifies a token.
func (g Gate) external(raw string) bool {
	return g.Own == nil || g.External != nil && issuerOf(raw) == g.External.Issuer
}

// issuerOf is who a token says that issued it; "" if it cannot be read. It is believed by nobody: it
// chooses who verifies the token.
func issuerOf(raw string) string {
	_, rest, _ := strings.Cut(raw, ".")
	body, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(body)
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return claims.Issuer
}

// elsewhere tells callers of an installation without an issuer of its own where tokens come from.
func (g Gate) elsewhere() error {
	return problem.New(problem.NotFound,
		"tokens of this installation come from %s; its document /.well-known/openid-configuration tells where",
		g.External.Issuer)
}

// Issue gives a token for client credentials, as Issuer does.
func (g Gate) Issue(ctx context.Context, clientID, secret, scope string) (Token, error) {
	if g.Own == nil {
		return Token{}, g.elsewhere()
	}
	return g.Own.Issue(ctx, clientID, secret, scope)
}

// Revoke ends a token of either issuer that is the client's, which proves itself by a secret that it has here.
func (g Gate) Revoke(ctx context.Context, clientID, secret, raw string) error {
	if g.external(raw) {
		return g.External.Revoke(ctx, clientID, secret, raw)
	}
	return g.Own.Revoke(ctx, clientID, secret, raw)
}

// Keys returns the public keys of the installation's own issuer. That it has none is a *problem.Error.
func (g Gate) Keys(ctx context.Context) (KeySet, error) {
	if g.Own == nil {
		return KeySet{}, g.elsewhere()
	}
	return g.Own.Keys(ctx)
}
