package sim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// grade is which half of the scopes a credential has.
type grade string

const (
	gradeFull   grade = "full"
	gradeManage grade = "manage"
	gradeRead   grade = "read"
)

// credential is what a caller may do.
type credential struct {
	grade grade
	// test marks a key in test mode, whose writes are never kept.
	test bool
}

// apiKey finds a key as made on Motive's dashboard. These never expire.
func apiKey(key string) (credential, bool) {
	switch key {
	case "motive-demo-key":
		return credential{grade: gradeFull}, true
	case "motive-test-mode-key":
		return credential{grade: gradeFull, test: true}, true
	case "motive-manage-key":
		return credential{grade: gradeManage}, true
	case "motive-readonly-key":
		return credential{grade: gradeRead}, true
	}
	return credential{}, false
}

// allows reports whether the credential has a scope. Observed (2026-07): a .manage scope does not include the .read one.
func (s *service) allows(c credential, scope string) bool {
	switch c.grade {
	case gradeManage:
		return strings.HasSuffix(scope, ".manage") || s.host.On(manageAllowsRead)
	case gradeRead:
		return strings.HasSuffix(scope, ".read")
	}
	return true
}

func bearer(r *http.Request) string {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return value
}

// authenticate accepts an API key or an OAuth access token that has not expired. That the key counts when both are sent
// is not documented.
func (s *service) authenticate(r *http.Request) (credential, error) {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		if c, ok := apiKey(key); ok {
			return c, nil
		}
	} else if c, ok := s.accessValid(bearer(r)); ok {
		return c, nil
	}
	return credential{}, &refusal{status: http.StatusUnauthorized, message: invalidKey}
}

// Expire ends all OAuth sessions when the request uses one. An API key has no session: it is refused this once.
func (s *service) Expire(r *http.Request) bool {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		_, ok := apiKey(key)
		return ok
	}
	if _, ok := s.accessValid(bearer(r)); !ok {
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
