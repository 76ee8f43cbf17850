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

// authenticate accepts an API token or an OAuth access token that has not expired.
func (s *service) authenticate(c *simkit.Call) error {
	bearer := simkit.Bearer(c.Request)
	t, ok := apiToken(bearer)
	if !ok {
		t.name = bearer
		_, ok = s.Granted(c.Request)
	}
	if !ok {
		return &simkit.Refusal{Status: http.StatusUnauthorized}
	}
	c.Caller = t
	return nil
}

func caller(c *simkit.Call) token {
	t, _ := c.Caller.(token)
	return t
}

// authorize refuses a token without the operation's scope, which is named as in the dashboard ("Read Vehicles").
func authorize(c *simkit.Call) error {
	if scope := c.Operation.Scope; caller(c).readOnly && !strings.HasPrefix(scope, "Read ") {
		return simkit.Refused(http.StatusForbidden, "This token lacks the scope %s.", scope)
	}
	return nil
}

// checkTags refuses a write that a token restricted to tags may not make.
func checkTags(_ *simkit.Tx, c *simkit.Call) error {
	allowed := caller(c).tags
	if _, tagged := c.Operation.Shape["tagIds"]; !tagged || len(allowed) == 0 {
		return nil
	}
	given := simkit.Elements[string](c.Body, "tagIds")
	if len(given) == 0 {
		return simkit.Invalid("tagIds is required because the token is restricted to tags")
	}
	for _, id := range given {
		if !slices.Contains(allowed, id) {
			return simkit.Refused(http.StatusForbidden, "This token has no access to one of the tags.")
		}
	}
	return nil
}

// Expire ends all OAuth sessions when the request uses one. An API token has no session: it is refused this once.
func (s *service) Expire(r *http.Request) bool {
	_, ok := apiToken(simkit.Bearer(r))
	return ok || s.EndGrants(r)
}
