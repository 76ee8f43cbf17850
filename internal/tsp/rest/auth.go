package rest

import (
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Auth says how requests prove on whose behalf they come. Its secret does not change during
// a session, so an answer of 401 is final at once; a kind that can be refreshed would be one
// more constructor here.
type Auth struct{ header, prefix, field string }

// Bearer sends the credential field as a bearer token.
func Bearer(field string) Auth { return Auth{"Authorization", "Bearer ", field} }

// HeaderKey sends the credential field as it is, in the named header.
func HeaderKey(header, field string) Auth { return Auth{http.CanonicalHeaderKey(header), "", field} }

// sign puts the secret into a header, or refuses one that no header can hold.
func (a Auth) sign(header http.Header, c tsp.Credentials) error {
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
