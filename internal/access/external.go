package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
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
		standings
		Revoke(ctx context.Context, tokenID string, expires time.Time) error
		Partners
		FleetKeeper
	}
	// HTTP reaches the issuer.
	HTTP *http.Client
	Now  func() time.Time
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
	return &External{ExternalConfig: c, keys: remoteKeys{issuer: c.Issuer, http: c.HTTP, now: c.Now}}
}

// Reach tells whether the issuer tells its keys; the error says why not.
func (e *External) Reach(ctx context.Context) error {
	if keys, _ := e.keys.held(); len(keys.Keys) > 0 {
		return nil
	}
	return e.keys.read(ctx)
}

// skew is how far the issuer's clock may be behind ours.
const skew = time.Minute

// Verify returns the caller that a token stands for, or ErrInvalidToken. That the issuer cannot be
// asked is a *problem.Error of Unavailable.
func (e *External) Verify(ctx context.Context, raw string) (Principal, error) {
	return e.known.verify(ctx, raw, e.Now(), func(ctx context.Context) (again, error) {
		config := &oidc.Config{ClientID: e.Audience, SupportedSigningAlgs: signingAlgorithms(),
			Now: func() time.Time { return e.Now().Add(-skew) }}
		keys := &oneVerdict{keys: &e.keys}
		t, err := oidc.NewVerifier(e.Issuer, keys, config).Verify(ctx, raw)
		if keys.away != nil {
			return nil, keys.away
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s", ErrInvalidToken, e.why(raw, keys.failed, err))
		}
		var claims map[string]any
		if err := t.Claims(&claims); err != nil {
			return nil, fmt.Errorf("%w: its claims are no object", ErrInvalidToken)
		}
		ends := t.Expiry.Add(skew)
		return func(ctx context.Context, now time.Time) (Principal, error) {
			if !now.Before(ends) {
				return Principal{}, fmt.Errorf("%w: it expired", ErrInvalidToken)
			}
			if !e.keys.verifies(ctx, keys.id) {
				return Principal{}, fmt.Errorf("%w: its issuer has withdrawn the key that signed it", ErrInvalidToken)
			}
			p, err := e.principal(ctx, claims, t.IssuedAt)
			if err == nil {
				_, err = holds(ctx, e.Store, p.Proof, now)
			}
			p.Expires = ends
			return p, err
		}, nil
	})
}

// why tells in our words what a verifier refused: its own are for who reads its code.
func (e *External) why(raw string, unsigned, err error) string {
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return "it expired"
	case unsigned != nil:
		return unsigned.Error()
	case issuerOf(raw) != e.Issuer:
		return "it is no token of " + e.Issuer
	}
	return fmt.Sprintf("it is no token of %s for the audience %s that counts at this time", e.Issuer, e.Audience)
}

// Revoke ends a token that names a client; any other is left alone.
func (e *External) Revoke(ctx context.Context, client, raw string) error {
	who, err := e.Verify(ctx, raw)
	if errors.Is(err, ErrInvalidToken) || err == nil && (who.Client != client || who.TokenID == "") {
		return nil
	}
	if err == nil {
		err = e.Store.Revoke(ctx, who.TokenID, who.Expires)
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

// principal finds whom the claims stand for: a client here, or a partner or fleet here.
func (e *External) principal(ctx context.Context, claims map[string]any, issued time.Time) (Principal, error) {
	id := first(claims, e.Claims.Client)
	p := Principal{Client: id, Subject: first(claims, []string{"sub"}), TokenID: first(claims, []string{"jti"})}
	p.Proof = Proof{TokenID: p.TokenID, External: true, IssuedAt: issued}
	given := scopes(claims, e.Claims.Scopes)
	c, err := e.Store.Client(ctx, id)
	switch {
	case err == nil:
		p.Proof.Client = c.ID
		p.Partner, p.Fleet, p.Strict = c.Partner, c.Fleet, c.Strict
		p.Scopes = slices.DeleteFunc(slices.Clone(c.Scopes),
			func(s string) bool { return len(given) > 0 && !slices.Contains(given, s) })
		return p, nil
	case !errors.Is(err, ErrNotFound):
		return p, fmt.Errorf("looking up a client: %w", err)
	}
	p.Client, p.Scopes = "oidc:"+id, given
	if id == "" {
		p.Client = "oidc-sub:" + p.Subject
	}
	if p.Fleet, p.Partner, err = e.organisation(ctx, claims); err != nil {
		return p, err
	}
	if p.Fleet.ID == uuid.Nil && p.Partner.ID == uuid.Nil {
		return p, fmt.Errorf("%w: it names no client, partner or fleet of this installation", ErrInvalidToken)
	}
	if id == "" && p.Subject == "" {
		return p, fmt.Errorf("%w: it names neither a client nor a subject (sub), so nobody could tell who called",
			ErrInvalidToken)
	}
	return p, nil
}

// organisation finds the fleet or the partner that the claims name; neither if they name none here.
func (e *External) organisation(ctx context.Context, claims map[string]any) (f Fleet, p Partner, err error) {
	if id, err := uuid.Parse(first(claims, e.Claims.Fleet)); err == nil {
		found, err := e.Store.FleetEntries(ctx, FleetSearch{ID: id})
		if err != nil {
			return f, p, fmt.Errorf("looking up a fleet: %w", err)
		}
		if len(found) > 0 {
			return found[0].Fleet, p, nil
		}
	}
	name := first(claims, e.Claims.Partner)
	if name == "" {
		return f, p, nil
	}
	q := PartnerQuery{Name: name, Window: page.Window{Limit: 2}}
	if id, err := uuid.Parse(name); err == nil {
		q.Name, q.ID = "", id
	}
	found, _, err := e.Store.Partners(ctx, q)
	if err != nil {
		return f, p, fmt.Errorf("looking up a partner: %w", err)
	}
	if len(found) == 1 {
		p = found[0]
	}
	return f, p, nil
}

// first is the first text among the claims of some names.
func first(claims map[string]any, names []string) string {
	for _, name := range names {
		if text, ok := claims[name].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// scopes are those of ours that the claims of some names hold. Others are the issuer's own.
func scopes(claims map[string]any, names []string) (all []string) {
	for _, name := range names {
		var given []string
		switch v := claims[name].(type) {
		case string:
			given = strings.Fields(v)
		case []any:
			for _, one := range v {
				text, _ := one.(string)
				given = append(given, text)
			}
		}
		for _, s := range given {
			if slices.Contains(Scopes(), s) && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}
