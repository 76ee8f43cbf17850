package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// ClaimNames say in which claims of an external token something stands; of several the first that
// the token has counts.
type ClaimNames struct {
	// Client names a client that exists here, whose owner, scopes and state count.
	Client []string
	// Partner and Fleet name one that exists here, by its id, or a partner by its name, for tokens of
	// clients that do not.
	Partner, Fleet []string
	// Scopes hold scopes, as a list or as a text with spaces.
	Scopes []string
}

// ExternalConfig is what an External is made of.
type ExternalConfig struct {
	// Issuer is the URL of the OpenID Connect issuer, and Audience whom its tokens must be for.
	Issuer, Audience string
	Claims           ClaimNames
	Store            interface {
		Tokens
		Partners
		FleetKeeper
	}
	// HTTP reaches the issuer.
	HTTP *http.Client
	Now  func() time.Time
	Log  *slog.Logger
}

// External verifies the tokens of an issuer that is none of ours.
type External struct {
	ExternalConfig
	keys  remoteKeys
	known known
}

// NewExternal returns a verifier. The issuer is asked when a token comes, so that a service starts
// also while its issuer is away.
func NewExternal(c ExternalConfig) *External {
	return &External{ExternalConfig: c, keys: remoteKeys{issuer: c.Issuer, http: c.HTTP, now: c.Now, log: c.Log}}
}

// Reach tells whether the issuer tells its keys; the error says why not.
func (e *External) Reach(ctx context.Context) error {
	if keys, _ := e.keys.held(); len(keys.Keys) > 0 {
		return nil
	}
	return e.keys.read(ctx)
}

// Verify returns the caller that a token stands for, or ErrInvalidToken. That the issuer cannot be
// asked is a *problem.Error of Unavailable.
func (e *External) Verify(ctx context.Context, raw string) (Principal, error) {
	return e.known.verify(ctx, raw, e.Now(), func(ctx context.Context) (again, error) {
		// Of another issuer's token no key needs to be asked for.
		if issuerOf(raw) != e.Issuer {
			return nil, &Refusal{Why: "it is no token of " + e.Issuer, Remedy: "get one there"}
		}
		// The token's times are ours to judge: the library has a leeway of its own for each.
		config := &oidc.Config{ClientID: e.Audience, SupportedSigningAlgs: signingAlgorithms(), SkipExpiryCheck: true}
		keys := &oneVerdict{keys: &e.keys}
		t, err := oidc.NewVerifier(e.Issuer, keys, config).Verify(ctx, raw)
		if keys.away != nil {
			return nil, keys.away
		}
		if keys.failed != nil {
			return nil, keys.failed
		}
		// In our words: the verifier's own are for who reads its code.
		if err != nil {
			return nil, &Refusal{Why: fmt.Sprintf("it is no token of %s for the audience %s", e.Issuer, e.Audience),
				Remedy: "have the issuer give one for that audience"}
		}
		var claims map[string]any
		if err := t.Claims(&claims); err != nil {
			return nil, refused("its claims are no object")
		}
		if err := forCalls(keys.signed.ExtraHeaders[jose.HeaderType], claims); err != nil {
			return nil, err
		}
		times, err := lifetimeOf(claims)
		return func(ctx context.Context, now time.Time) (Principal, error) {
			if err := times.refuses(now); err != nil {
				return Principal{}, err
			}
			if !e.keys.verifies(ctx, keys.signed.KeyID) {
				return Principal{}, refused("its issuer has withdrawn the key that signed it")
			}
			p, err := e.principal(ctx, claims, times.issued)
			if err == nil {
				_, err = holds(ctx, e.Store, p.Proof, now)
			}
			p.Expires = times.ends.Add(leeway)
			return p, err
		}, err
	})
}

// Revoke ends a token that names a client here, which proves itself by a secret that it has here. Any
// other is left alone, and ErrUnsupportedToken is that of a token which cannot be told from others.
func (e *External) Revoke(ctx context.Context, client, secret, raw string) error {
	ctx, err := credentials{client, secret}.acts(ctx, e.Store, e.Now())
	if err != nil {
		return err
	}
	who, err := e.Verify(ctx, raw)
	switch {
	case errors.Is(err, ErrInvalidToken), err == nil && who.Proof.Client != client:
		return nil
	case err == nil && who.Proof.Token.ID == "":
		return fmt.Errorf("%w: the token has no id (jti), so it cannot be ended alone; the operator of this installation "+
			"can end all tokens of the client with `waybill token revoke --client %s`", ErrUnsupportedToken, client)
	case err == nil:
		err = e.Store.Revoke(ctx, who.Proof.Token, who.Expires)
	}
	if err != nil {
		return fmt.Errorf("revoking a token: %w", err)
	}
	e.known.forget(raw)
	return nil
}

// signingAlgorithms are those by which an external token may be signed: with a public key, each.
func signingAlgorithms() []string {
	return []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384,
		oidc.PS512, oidc.EdDSA}
}
