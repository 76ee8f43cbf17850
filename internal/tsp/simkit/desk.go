package simkit

import (
	"errors"
	"net/http"
	"time"
)

// Desk is a token endpoint of OAuth 2.0 (RFC 6749) for one client, which names itself by Basic or in the form. It knows
// the grants authorization_code and refresh_token, and client_credentials if asked to. A refresh token works once and
// is replaced; an older access token stays good until its time is over.
type Desk struct {
	Path           string
	Client, Secret string
	// Prefix begins every token: it goes on with at_ for access and rt_ for refresh.
	Prefix string
	// Life is that of an access token.
	Life time.Duration
	// Challenge is the header WWW-Authenticate for a wrong client.
	Challenge string
	// Check refuses a form before the client is looked at; nil refuses none.
	Check func(form Object) error
	// Code tells what the code of a form is good for, or refuses it by InvalidGrant.
	Code func(form Object) (Grant, error)
	// Credentials allows the grant client_credentials and tells its scope; nil does not.
	Credentials func(form Object) (scope string, err error)
	// Complete adds what the TSP tells beside token, type and life, for the scope that was granted.
	Complete func(answer Object, scope string, now time.Time)
}

// Grant is what a code is good for.
type Grant struct {
	// Scope is the simulator's word for what the tokens allow.
	Scope string
	// Once says that the code works once.
	Once bool
}

// grantError is an error answer of RFC 6749, section 5.2.
type grantError struct{ code, reason string }

func (e *grantError) Error() string { return e.code + ": " + e.reason }

// InvalidGrant refuses a code or token that is not good.
func InvalidGrant(reason string) error { return &grantError{"invalid_grant", reason} }

// InvalidRequest refuses a form that lacks something or is malformed.
func InvalidRequest(reason string) error { return &grantError{"invalid_request", reason} }

// serveDesk answers a request of the token endpoint.
func (a *API) serveDesk(w http.ResponseWriter, c *Call) {
	if c.Request.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		a.refuse(w, c, &Refusal{Status: http.StatusMethodNotAllowed})
		return
	}
	c.Answer.Set("Cache-Control", "no-store")
	answer, err := a.Desk.grant(a.Host, c.Request)
	no, refused := errors.AsType[*grantError](err)
	switch {
	case refused:
		c.Status = http.StatusBadRequest
		if no.code == "invalid_client" {
			c.Status = http.StatusUnauthorized
			c.Answer.Set("WWW-Authenticate", a.Desk.Challenge)
		}
		answer = Object{"error": no.code, "error_description": no.reason}
	case err != nil:
		a.refuse(w, c, err)
		return
	default:
		c.Status = http.StatusOK
	}
	a.answer(w, c, answer)
}

// grant checks the form and the client, uses up the code or refresh token, and makes new tokens.
func (d *Desk) grant(h *Host, r *http.Request) (answer Object, err error) {
	form, err := ReadForm(r)
	if no, ok := errors.AsType[*Refusal](err); ok {
		return nil, InvalidRequest(no.Message)
	}
	if d.Check != nil {
		if err := d.Check(form); err != nil {
			return nil, err
		}
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = Text(form, "client_id"), Text(form, "client_secret")
	}
	if id != d.Client || secret != d.Secret {
		return nil, &grantError{"invalid_client", "unknown client or wrong secret"}
	}
	err = h.Store.Update(func(tx *Tx) error {
		answer, err = d.exchange(tx, form)
		return err
	})
	return answer, err
}
