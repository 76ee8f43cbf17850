package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

// oauthError is the error body of the token endpoints, which have a form of their own. RFC 6749
// section 5.2 fixes the names of its members and the values of error.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// token gives out an access token (RFC 6749 section 4.4). Client credentials come in the form
// alone, as the contract documents; HTTP Basic is not read.
func (s *Server) token(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	form, ok, err := s.form(w, r, "grant_type", "client_id", "client_secret")
	if !ok {
		return err
	}
	if form.Get("grant_type") != "client_credentials" {
		s.answer(w, http.StatusBadRequest, oauthError{"unsupported_grant_type", "grant_type must be client_credentials"})
		return nil
	}
	t, err := s.Tokens.Issue(r.Context(), form.Get("client_id"), form.Get("client_secret"), form.Get("scope"))
	if err != nil {
		return s.oauthRefuse(w, err)
	}
	// RFC 6749 section 5.1 demands it of every answer that holds a token.
	w.Header().Set("Cache-Control", "no-store")
	s.answer(w, http.StatusOK, t)
	return nil
}

// revoke ends a token (RFC 7009). A token that is unknown or has expired is answered with 200 as
// well (section 2.2): what the caller wants is so already.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	form, ok, err := s.form(w, r, "token", "client_id", "client_secret")
	if !ok {
		return err
	}
	if err := s.Tokens.Revoke(r.Context(), form.Get("client_id"), form.Get("client_secret"), form.Get("token")); err != nil {
		return s.oauthRefuse(w, err)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// form reads a form of the token endpoints and makes sure that the named fields are there.
// If not it has answered, or returns the error to answer with.
func (s *Server) form(w http.ResponseWriter, r *http.Request, names ...string) (url.Values, bool, error) {
	// Clients of the contract have the realm catena built into their token URL.
	if realm := r.PathValue("realm"); realm != "waybill" && realm != "catena" {
		return nil, false, problem.New(problem.NotFound, "there is no realm %q; use waybill", realm)
	}
	invalid := func(why string) (url.Values, bool, error) {
		s.answer(w, http.StatusBadRequest, oauthError{"invalid_request", why})
		return nil, false, nil
	}
	body, err := readBody(w, r, "application/x-www-form-urlencoded")
	if err != nil {
		// A wrong content type is told in OAuth's form too: libraries read nothing else here.
		return invalid(problem.Of(err).Detail)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return invalid("the form is malformed")
	}
	for _, name := range names {
		// RFC 6749 section 3.2: a parameter must not be given more than once.
		if len(form[name]) != 1 || form.Get(name) == "" {
			return invalid(name + " must be given once")
		}
	}
	return form, true, nil
}

// oauthRefuse answers what the issuer refuses in OAuth's form and returns any other error, which
// is a 500 or 503 in the form of the API.
func (s *Server) oauthRefuse(w http.ResponseWriter, err error) error {
	switch {
	case errors.Is(err, access.ErrInvalidClient):
		s.answer(w, http.StatusUnauthorized, oauthError{"invalid_client", "Invalid client or Invalid client credentials"})
	case errors.Is(err, access.ErrInvalidScope):
		// The name of the error has a member of its own.
		_, why, _ := strings.Cut(err.Error(), ": ")
		s.answer(w, http.StatusBadRequest, oauthError{"invalid_scope", why})
	default:
		return err
	}
	return nil
}
