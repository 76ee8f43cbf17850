package rest

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Auth says how requests prove on whose behalf they come. Only OAuth and Login change their secret
// during a session; with the others an answer of 401 is final at once.
type Auth interface {
	// Sign puts the proof into a request, whose body GetBody gives, or refuses credentials that
	// make none.
	Sign(r *http.Request, c tsp.Credentials) error
	// Hidden lists what is as secret as the credentials' own secret members.
	Hidden(c tsp.Credentials) []string
}

// Bearer sends the credential field as a bearer token.
func Bearer(field string) Auth { return HeaderPrefix("Authorization", "Bearer ", field) }

// HeaderKey sends the credential field as it is, in the named header.
func HeaderKey(header, field string) Auth { return HeaderPrefix(header, "", field) }

// HeaderPrefix sends the credential field behind a prefix such as "Token ", in the named header.
func HeaderPrefix(header, prefix, field string) Auth {
	return fieldAuth{field, func(r *http.Request, secret string) { r.Header.Set(header, prefix+secret) }}
}

// QueryKey sends the credential field as a parameter of the query.
func QueryKey(parameter, field string) Auth {
	return fieldAuth{field, func(r *http.Request, secret string) {
		query := r.URL.Query()
		query.Set(parameter, secret)
		r.URL.RawQuery = query.Encode()
	}}
}

// fieldAuth is one secret in one place.
type fieldAuth struct {
	field string
	put   func(r *http.Request, secret string)
}

// Sign puts the secret where it belongs.
func (a fieldAuth) Sign(r *http.Request, c tsp.Credentials) error {
	secret := c.Get(a.field)
	if secret == "" {
		return refusedCredentials("the credentials hold no %s", a.field)
	}
	if strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return refusedCredentials("the %s holds characters that no %s can have", a.field, a.field)
	}
	a.put(r, secret)
	return nil
}

// Hidden lists nothing more.
func (a fieldAuth) Hidden(tsp.Credentials) []string { return nil }

// Basic sends two credential fields as user name and password (RFC 7617).
func Basic(userField, passwordField string) Auth { return basicAuth{userField, passwordField} }

type basicAuth struct{ user, password string }

// Sign sets the header.
func (a basicAuth) Sign(r *http.Request, c tsp.Credentials) error {
	user := c.Get(a.user)
	switch {
	case user == "":
		return refusedCredentials("the credentials hold no %s", a.user)
	case c.Get(a.password) == "":
		return refusedCredentials("the credentials hold no %s", a.password)
	case strings.Contains(user, ":"):
		return refusedCredentials("the %s must not hold a colon", a.user)
	}
	r.Header.Set("Authorization", "Basic "+basic(user, c.Get(a.password)))
	return nil
}

// Hidden lists the text of the header.
func (a basicAuth) Hidden(c tsp.Credentials) []string {
	return []string{basic(c.Get(a.user), c.Get(a.password))}
}

func basic(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}
