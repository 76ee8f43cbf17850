package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
)

// principal finds whom the claims stand for: a client here, or a partner or fleet here.
func (e *External) principal(ctx context.Context, claims map[string]any, issued time.Time) (Principal, error) {
	id := first(claims, e.Claims.Client)
	p := Principal{Client: id, Subject: first(claims, []string{"sub"})}
	p.Proof = Proof{Token: TokenID{e.Issuer, first(claims, []string{"jti"})}, External: true, IssuedAt: issued}
	given := scopes(claims, e.Claims.Scopes)
	c, err := e.Store.Client(ctx, id)
	switch {
	case err == nil:
		p.Proof.Client = c.ID
		p.Partner, p.Fleet, p.Strict, p.SyncEvents = c.Partner, c.Fleet, c.Strict, c.SyncEvents
		p.Scopes = slices.DeleteFunc(slices.Clone(c.Scopes),
			func(s string) bool { return len(given) > 0 && !slices.Contains(given, s) })
		return p, nil
	case errors.Is(err, ErrClientDeleted):
		return p, clientDeleted()
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
		return p, &Refusal{Why: "it names no client, partner or fleet of this installation",
			Remedy: "ask its operator to make the client, or the issuer to name whose the token is (docs/access.md)"}
	}
	if id == "" && p.Subject == "" {
		return p, &Refusal{Why: "it names neither a client nor a subject (sub), so nobody could tell who called",
			Remedy: "have its issuer give tokens with a sub"}
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
