package sim

import (
	"errors"
	"mime"
	"net/http"
	"net/url"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// OAuth 2.0 (developer-docs.gomotive.com/docs/oauth-20): the token endpoint and its one client. The endpoint is one of
// Doorkeeper, the OAuth server for Rails, whose order of checks this follows.
const (
	tokenPath    = "/oauth/token"
	clientID     = "motive-demo-client"
	clientSecret = "motive-demo-secret"
	redirectURI  = "https://app.example/motive/callback"
)

// oauthError is an error answer of RFC 6749, section 5.2.
type oauthError struct {
	status int
	code   string
	reason string
}

func (e *oauthError) Error() string { return e.code + ": " + e.reason }

func badGrant(reason string) error {
	return &oauthError{http.StatusBadRequest, "invalid_grant", reason}
}

func badRequest(reason string) error {
	return &oauthError{http.StatusBadRequest, "invalid_request", reason}
}

func (s *service) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		s.Refuse(w, r, http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	grant, err := s.grant(r)
	var no *oauthError
	switch {
	case errors.As(err, &no):
		if no.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="motive", error="`+no.code+`"`)
		}
		s.answer(w, no.status, simkit.Object{"error": no.code, "error_description": no.reason})
	case err != nil:
		s.Refuse(w, r, http.StatusInternalServerError)
	default:
		s.answer(w, http.StatusOK, grant)
	}
}

// grant checks the client and the form, uses up the code or refresh token, and makes new tokens.
func (s *service) grant(r *http.Request) (simkit.Object, error) {
	form, err := readForm(r)
	if err != nil {
		return nil, err
	}
	if form.Get("grant_type") == "authorization_code" && form.Get("redirect_uri") == "" {
		return nil, badRequest("redirect_uri is missing")
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id != clientID || secret != clientSecret {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "unknown client or wrong secret"}
	}
	var granted simkit.Object
	err = s.host.Store.Update(func(tx *simkit.Tx) error {
		g, err := use(tx, form)
		if err != nil {
			return err
		}
		granted, err = issue(tx, g)
		return err
	})
	return granted, err
}

// use takes the code or the refresh token of a form out of use and returns what it was good for.
func use(tx *simkit.Tx, form url.Values) (grade, error) {
	switch form.Get("grant_type") {
	case "authorization_code":
		return useCode(tx, form.Get("code"), form.Get("redirect_uri"))
	case "refresh_token":
		if form.Get("refresh_token") == "" {
			return "", badRequest("refresh_token is missing")
		}
		return useRefresh(tx, form.Get("refresh_token"))
	case "":
		return "", badRequest("grant_type is missing")
	}
	return "", &oauthError{http.StatusBadRequest, "unsupported_grant_type", "use authorization_code or refresh_token"}
}

func readForm(r *http.Request) (url.Values, error) {
	data, err := simkit.Body(r)
	if err != nil {
		return nil, badRequest("the body could not be read")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, badRequest("the content type must be application/x-www-form-urlencoded")
	}
	form, err := url.ParseQuery(string(data))
	if err != nil {
		return nil, badRequest("the form is not well encoded")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, badRequest(name + " is given twice")
		}
	}
	return form, nil
}
