package api

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

// oauthError is the error body of the token endpoints, which have a form of their own. RFC 6749
// section 5.2 fixes the names of its members and the values of error.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// Error lets a refusal travel as an error until oauthRefuse answers with it.
func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

// The errors of RFC 6749 that stand for a status of their own or are told in several places.
const (
	invalidRequest = "invalid_request"
	invalidClient  = "invalid_client"
	// busy is of section 4.1.2.1; that of the token endpoint has none for a limit.
	busy = "temporarily_unavailable"
)

// token gives out an access token (RFC 6749 section 4.4). The contract's clients send their
// credentials in the form; other OAuth clients try HTTP Basic first.
func (s *Server) token(w http.ResponseWriter, r *http.Request, _ access.Principal, q *query) error {
	form, err := s.readForm(w, r, q)
	if err != nil {
		return s.oauthRefuse(w, err)
	}
	switch grant := form.values.Get("grant_type"); {
	case grant == "":
		return s.oauthRefuse(w, &oauthError{invalidRequest, "grant_type must be given; send client_credentials"})
	case grant != "client_credentials":
		return s.oauthRefuse(w, &oauthError{"unsupported_grant_type", "grant_type must be client_credentials"})
	}
	t, err := s.Tokens.Issue(r.Context(), form.client, form.secret, form.values.Get("scope"))
	if err != nil {
		return s.oauthRefuse(w, err)
	}
	unkept(w)
	s.answer(w, http.StatusOK, t)
	return nil
}

// revoke ends a token (RFC 7009). A token that is unknown or has expired is answered with 200 as
// well (section 2.2): what the caller wants is so already. So is one of another client, which goes on.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request, _ access.Principal, q *query) error {
	form, err := s.readForm(w, r, q)
	if err == nil && form.values.Get("token") == "" {
		err = &oauthError{invalidRequest, "token must be given"}
	}
	if err == nil {
		err = s.Tokens.Revoke(r.Context(), form.client, form.secret, form.values.Get("token"))
	}
	if err != nil {
		return s.oauthRefuse(w, err)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// oauthRefuse answers what the form or the issuer is refused for in OAuth's form and returns any
// other error, which is answered in the form of the API.
func (s *Server) oauthRefuse(w http.ResponseWriter, err error) error {
	var known *oauthError
	switch p := problem.Of(err); {
	case errors.As(err, &known):
	case p.Code == problem.TooMany:
		known = &oauthError{busy, p.Detail}
		w.Header().Set("Retry-After", strconv.Itoa(seconds(p)))
	case errors.Is(err, access.ErrInvalidClient):
		known = &oauthError{invalidClient, "Invalid client or Invalid client credentials"}
	case errors.Is(err, access.ErrUnsupportedToken):
		known = &oauthError{"unsupported_token_type", why(err)}
	case errors.Is(err, access.ErrInvalidScope):
		known = &oauthError{"invalid_scope", cmp.Or(why(err), "the client does not hold the scope")}
	default:
		return err
	}
	status := http.StatusBadRequest
	switch known.Code {
	case busy:
		status = http.StatusTooManyRequests
	case invalidClient:
		status = http.StatusUnauthorized
		// HTTP demands a challenge of every 401, and RFC 6749 that it names the scheme that was used.
		w.Header().Set("WWW-Authenticate", `Basic realm="waybill", charset="UTF-8"`)
	}
	unkept(w)
	s.answer(w, status, known)
	return nil
}

// unkept keeps caches from storing an answer. RFC 6749 section 5.1 demands it of every one that holds
// a token, and both headers by name.
func unkept(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
}

// checkRealm refuses a realm that is not here. Clients of the contract have the realm catena built
// into their token URL.
func checkRealm(r *http.Request) error {
	if realm := r.PathValue("realm"); realm != "waybill" && realm != "catena" {
		return problem.New(problem.NotFound, "there is no realm %q; use waybill", realm)
	}
	return nil
}
