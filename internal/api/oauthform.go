package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"maps"

	"github.com/waybill-dev/waybill/internal/problem"
)

// oauthForm is a request to a token endpoint: its form, and the client's id and secret, which stood
// there or in the Authorization header.
type oauthForm struct {
	values         url.Values
	client, secret string
}

// readForm reads a request to a token endpoint from a client that does not come too often. Its errors
// are *oauthError, but for a realm that is not here and a limit. What the form holds beside the parameters
// that are asked for is let pass, as RFC 6749 section 3.2 demands.
func (s *Server) readForm(w http.ResponseWriter, r *http.Request, q *query) (oauthForm, error) {
	if err := checkRealm(r); err != nil {
		return oauthForm{}, err
	}
	if err := s.Limits.admitStranger(r); err != nil {
		return oauthForm{}, err
	}
	// Not what q says of them: it repeats values, and this might be a secret.
	if q.err() != nil {
		return oauthForm{}, &oauthError{invalidRequest, "the URL must have no parameters; send them in the form"}
	}
	body, err := readBody(w, r, "application/x-www-form-urlencoded")
	if err != nil {
		// A wrong content type is told in OAuth's form too: libraries read nothing else here.
		return oauthForm{}, &oauthError{invalidRequest, problem.Of(err).Detail}
	}
	values, err := parseForm(string(body))
	if err != nil {
		return oauthForm{}, err
	}
	form, err := proven(r, values)
	if err != nil {
		return form, err
	}
	return form, s.Limits.admitClient(r, form.client)
}

// proven returns a form with the credentials by which its client proves itself.
func proven(r *http.Request, values url.Values) (oauthForm, error) {
	form := oauthForm{values: values, client: values.Get("client_id"), secret: values.Get("client_secret")}
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Basic") {
		return form, form.basic(r)
	}
	switch {
	case form.client == "" && form.secret == "":
		return form, &oauthError{invalidClient, "send client_id and client_secret in the form, or as HTTP Basic"}
	case form.client == "":
		return form, &oauthError{invalidRequest, "client_id must be given"}
	case form.secret == "":
		return form, &oauthError{invalidRequest, "client_secret must be given"}
	}
	return form, nil
}

// parseForm reads a form of which no parameter may be given twice (RFC 6749 section 3.2).
func parseForm(body string) (url.Values, error) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, &oauthError{invalidRequest, "the form is malformed; escape its values as a URL's are"}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch all := values[name]; {
		case !utf8.ValidString(name + strings.Join(all, "")):
			return nil, &oauthError{invalidRequest, "the form must be UTF-8"}
		case len(all) > 1 && slices.Contains([]string{"grant_type", "client_id", "client_secret", "scope", "token"}, name):
			return nil, &oauthError{invalidRequest, name + " must be given once"}
		}
	}
	return values, nil
}

// basic takes the client's credentials from the Authorization header, where both parts are escaped as
// in a form (RFC 6749 section 2.3.1). A client must not prove itself in two ways at once; that the
// form names it a second time does no harm if it is the same.
func (f *oauthForm) basic(r *http.Request) error {
	id, secret, ok := r.BasicAuth()
	id, idErr := url.QueryUnescape(id)
	secret, secretErr := url.QueryUnescape(secret)
	switch {
	case !ok || idErr != nil || secretErr != nil || !utf8.ValidString(id+secret):
		return &oauthError{invalidClient, "the Authorization header is malformed; send client id and secret, each escaped " +
			"as in a form, joined by a colon and in base64"}
	case f.secret != "":
		return &oauthError{invalidRequest, "the client must prove itself once; send client_secret in the form or as " +
			"HTTP Basic, and not both"}
	case f.client != "" && f.client != id:
		return &oauthError{invalidRequest, "client_id differs from the client of the Authorization header; send one of them"}
	}
	f.client, f.secret = id, secret
	return nil
}
