package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/waybill-dev/waybill/internal/operator"
)

// errNoRole is that the issuer says who somebody is, and none of his groups has a role.
var errNoRole = errors.New("no group of the person has a role")

// person trades a code for who has come, and what he may do.
func (i *Issuer) person(ctx context.Context, code string, a away) (p operator.Person, err error) {
	from, err := i.provider(ctx)
	if err != nil {
		return p, err
	}
	ctx, cancel := context.WithTimeout(i.client(ctx), issuerTime)
	defer cancel()
	given, err := from.client.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return p, fmt.Errorf("trading the code for a token: %w", err)
	}
	raw, _ := given.Extra("id_token").(string)
	if raw == "" {
		return p, errors.New("the issuer gave no ID token; the scope openid must be asked for and allowed")
	}
	token, err := from.verifier.Verify(ctx, raw)
	if err != nil {
		return p, fmt.Errorf("verifying the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(a.Nonce)) != 1 {
		return p, errors.New("the ID token is of another sign-in (nonce)")
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return p, fmt.Errorf("reading the ID token: %w", err)
	}
	// OpenID Connect Core 1.0, 3.1.3.7: of a token for several the one it was given to is us.
	if azp, named := claims["azp"]; named && azp != i.ClientID || !named && len(token.Audience) > 1 {
		return p, errors.New("the ID token was given to another client (azp)")
	}
	return i.whose(token.Issuer, token.Subject, claims)
}

// whose is the person of verified claims.
func (i *Issuer) whose(issuer, subject string, claims map[string]any) (operator.Person, error) {
	text := func(names ...string) string {
		for _, name := range names {
			if s, _ := claims[name].(string); s != "" {
				return s
			}
		}
		return ""
	}
	p := operator.Person{Issuer: issuer, Subject: subject, Name: strings.TrimSpace(text("name", "preferred_username")),
		Email: text("email", "preferred_username", "upn")}
	groups := listed(claims[i.GroupsClaim])
	for _, role := range operator.Roles() {
		if slices.ContainsFunc(i.Roles[role], func(g string) bool { return slices.Contains(groups, g) }) {
			p.Role = role
		}
	}
	p.Payloads = i.ViewersSee
	if p.Role == "" {
		_, elsewhere := claims["_claim_names"]
		i.Log.Warn("somebody whom the issuer knows has no role at the console", "subject", subject, "claim", i.GroupsClaim,
			"groups", len(groups), "groups_left_out", elsewhere)
		return p, errNoRole
	}
	return p, nil
}

// listed are the texts of a claim, which may be a list or a single one.
func listed(claim any) (all []string) {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			if s, ok := one.(string); ok {
				all = append(all, s)
			}
		}
	}
	return all
}
