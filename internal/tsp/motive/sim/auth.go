package sim

import (
	"net/http"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The grades are which half of the scopes a credential has.
const (
	gradeFull   = "full"
	gradeManage = "manage"
	gradeRead   = "read"
)

// credential is who calls, and what the headers of the call tell beside that.
type credential struct {
	grade string
	// groups are those that the key is restricted to; nil for a key of the whole company.
	groups []int64
	// test marks a key in test mode, whose writes are never kept.
	test bool
	// zone is that of X-Time-Zone, in which a time without a zone is read; UTC without the header.
	zone *time.Location
	// metric is X-Metric-Units; the company counts imperial.
	metric bool
	// user is X-User-Id, on whose behalf the request is made; 0 when it was not sent.
	user int64
}

func caller(c *simkit.Call) credential {
	who, _ := c.Caller.(credential)
	return who
}

// apiKey finds a key as made on Motive's dashboard. These never expire.
func apiKey(key string) (credential, bool) {
	who, known := map[string]credential{
		"motive-demo-key":      {grade: gradeFull},
		"motive-test-mode-key": {grade: gradeFull, test: true},
		"motive-manage-key":    {grade: gradeManage},
		"motive-readonly-key":  {grade: gradeRead},
		"motive-west-key":      {grade: gradeFull, groups: []int64{groupIDs + 1}},
	}[key]
	return who, known
}

// authenticate accepts an API key or an OAuth access token that has not expired. That the key counts when both are sent
// is not documented. A path whose id is no number is no path of Motive.
func (s *service) authenticate(c *simkit.Call) error {
	if id := c.ID(); id != "" && !isDigits(id) {
		return simkit.Missing()
	}
	var who credential
	var known bool
	if key := c.Request.Header.Get("X-Api-Key"); key != "" {
		who, known = apiKey(key)
	} else {
		who.grade, known = s.Granted(c.Request)
	}
	if !known {
		return &simkit.Refusal{Status: http.StatusUnauthorized}
	}
	c.Caller, c.Discard = who, who.test
	return nil
}

// limits is the company's budget. No limit is documented; this one is what adapters are asked to keep to: 60 a minute,
// 10 at once.
func limits(*simkit.Call) []simkit.Limit {
	return []simkit.Limit{{Key: "company", N: 10, Per: 10 * time.Second, Assumed: true}}
}

// authorize refuses a caller without the operation's scope, and headers that are wrong. Observed (2026-07): a .manage
// scope does not include the .read one.
func (s *service) authorize(c *simkit.Call) error {
	who, scope := caller(c), c.Operation.Scope
	half := map[string]string{gradeManage: ".manage", gradeRead: ".read"}[who.grade]
	if !strings.HasSuffix(scope, half) && !(who.grade == gradeManage && s.Host.On(manageAllowsRead)) {
		return simkit.Refused(http.StatusForbidden, "the scope %s was not granted", scope)
	}
	if err := who.readHeaders(c.Request.Header); err != nil {
		return err
	}
	c.Caller = who
	return nil
}

// Expire ends all OAuth sessions when the request uses one. An API key has no session: it is refused this once.
func (s *service) Expire(r *http.Request) bool {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		_, ok := apiKey(key)
		return ok
	}
	return s.EndGrants(r)
}
