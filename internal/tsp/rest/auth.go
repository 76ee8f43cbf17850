package rest

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Auth says how requests prove on whose behalf they come. Only OAuth changes its secret during
// a session; with the others an answer of 401 is final at once.
type Auth interface {
	// sign puts the proof into a header, or refuses credentials that no header can hold.
	sign(header http.Header, c tsp.Credentials) error
	// hidden lists what is as secret as the credentials' own secret members.
	hidden(c tsp.Credentials) []string
}

// Bearer sends the credential field as a bearer token.
func Bearer(field string) Auth { return fieldAuth{"Authorization", "Bearer ", field} }

// HeaderKey sends the credential field as it is, in the named header.
func HeaderKey(header, field string) Auth {
	return fieldAuth{http.CanonicalHeaderKey(header), "", field}
}

// fieldAuth is one secret in one header.
type fieldAuth struct{ header, prefix, field string }

func (a fieldAuth) sign(header http.Header, c tsp.Credentials) error {
	secret := c.Get(a.field)
	if secret == "" {
		return refusedCredentials("the credentials hold no %s", a.field)
	}
	if strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return refusedCredentials("the %s holds characters that no %s can have", a.field, a.field)
	}
	header.Set(a.header, a.prefix+secret)
	return nil
}

func (a fieldAuth) hidden(tsp.Credentials) []string { return nil }

// Basic sends two credential fields as user name and password (RFC 7617).
func Basic(userField, passwordField string) Auth { return basicAuth{userField, passwordField} }

type basicAuth struct{ user, password string }

func (a basicAuth) sign(header http.Header, c tsp.Credentials) error {
	user := c.Get(a.user)
	switch {
	case user == "":
		return refusedCredentials("the credentials hold no %s", a.user)
	case c.Get(a.password) == "":
		return refusedCredentials("the credentials hold no %s", a.password)
	case strings.Contains(user, ":"):
		return refusedCredentials("the %s must not hold a colon", a.user)
	}
	header.Set("Authorization", "Basic "+basic(user, c.Get(a.password)))
	return nil
}

func (a basicAuth) hidden(c tsp.Credentials) []string {
	return []string{basic(c.Get(a.user), c.Get(a.password))}
}

func basic(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}
