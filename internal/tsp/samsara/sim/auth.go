package sim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// token is what a bearer may do.
type token struct {
	name     string
	readOnly bool
	// tags restrict the token; none means the whole organisation.
	tags []string
}

// apiToken finds a token as made in Samsara's dashboard. These never expire.
func apiToken(bearer string) (token, bool) {
	switch bearer {
	case "samsara-demo-token":
		return token{name: bearer}, true
	case "samsara-readonly-token":
		return token{name: bearer, readOnly: true}, true
	case "samsara-tagged-token":
		return token{name: bearer, tags: []string{tagWest}}, true
	}
	return token{}, false
}

// allows reports whether the token has a scope, named as in the dashboard ("Read Vehicles").
func (t token) allows(scope string) bool {
	return !t.readOnly || strings.HasPrefix(scope, "Read ")
}

// checkTags refuses a write that a token restricted to tags may not make.
func (t token) checkTags(op route, body simkit.Object) error {
	if len(t.tags) == 0 || !op.tagged {
		return nil
	}
	given, _ := body["tagIds"].([]any)
	if len(given) == 0 {
		return invalid("tagIds is required because the token is restricted to tags")
	}
	for _, id := range given {
		if text, _ := id.(string); !slices.Contains(t.tags, text) {
			return &refusal{status: http.StatusForbidden, message: "This token has no access to one of the tags."}
		}
	}
	return nil
}

func bearer(r *http.Request) string {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return value
}

// authenticate accepts an API token or an OAuth access token that has not expired.
func (s *service) authenticate(r *http.Request) (token, error) {
	text := bearer(r)
	if t, ok := apiToken(text); ok {
		return t, nil
	}
	if text != "" && s.accessValid(text) {
		return token{name: text}, nil
	}
	return token{}, &refusal{status: http.StatusUnauthorized, message: invalidToken}
}

// Expire ends all OAuth sessions when the request uses one. An API token has no session: it is refused this once.
func (s *service) Expire(r *http.Request) bool {
	text := bearer(r)
	if _, ok := apiToken(text); ok {
		return true
	}
	if text == "" || !s.accessValid(text) {
		return false
	}
	_ = s.host.Store.Update(func(tx *simkit.Tx) error {
		for _, i := range slices.Clone(tx.Items(accessTokens)) {
			tx.Delete(accessTokens, i.ID)
		}
		return nil
	})
	return true
}
