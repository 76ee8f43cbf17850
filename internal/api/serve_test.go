package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
)

// guarded lists the routes that need a token, by the scope that it must carry.
func guarded() map[string][]string {
	const connections, agreements, hooks = "/v2/integrations/connections", "/v2/orgs/share-agreements",
		"/v2/notifications/webhooks"
	all := map[string][]string{
		"resource_operation:read": {"GET " + operationList, "GET " + connections + "/c/resource-operations/o"},
		"connection:read": {"GET " + connections, "GET " + connections + "/c",
			"GET " + connections + "/data-freshness",
			"GET " + connections + "/c/capabilities"},
		"connection:create":      {"POST " + connections, "POST /v2/integrations/connection-pre-auths"},
		"connection:update":      {"PATCH " + connections + "/c", "POST " + connections + "/c/import", "POST " + connections + "/c/test"},
		"connection:delete":      {"DELETE " + connections + "/c"},
		"schedule:read":          {"GET " + connections + "/c/schedules", "GET " + connections + "/c/schedules/s"},
		"execution:read":         {"GET " + connections + "/c/schedules/s/executions"},
		"webhook:read":           {"GET " + hooks, "GET " + hooks + "/w", "GET " + hooks + "/w/logs"},
		"webhook:create":         {"POST " + hooks},
		"webhook:delete":         {"DELETE " + hooks + "/w"},
		"fleet:read":             {"GET /v2/orgs/fleets", "GET /v2/orgs/fleets/f"},
		"fleet:create":           {"POST /v2/orgs/fleets"},
		"fleet:update":           {"PATCH /v2/orgs/fleets/f"},
		"fleet:delete":           {"DELETE /v2/orgs/fleets/f"},
		"partner:read":           {"GET /v2/orgs/partners", "GET /v2/orgs/partners/p"},
		"share-agreement:read":   {"GET " + agreements, "GET " + agreements + "/a"},
		"share-agreement:create": {"POST " + agreements},
		"share-agreement:update": {"PATCH " + agreements + "/a", "POST " + agreements + "/a/pause",
			"POST " + agreements + "/a/activate", "POST " + agreements + "/a/cancel"},
		"share-agreement:delete": {"DELETE " + agreements + "/a"},
		"telematics:read": {"GET /v2/telematics/vehicles/v", "GET /v2/telematics/trailers/v",
			"GET /v2/telematics/users/v",
			"GET /v2/telematics/dvir-logs", "GET /v2/telematics/dvir-logs/defects", "GET /v2/telematics/dvir-logs/d/defects",
			"GET /v2/telematics/fuel-transactions", "GET /v2/telematics/messages"},
	}
	for line := range writes() {
		all["telematics:write"] = append(all["telematics:write"], line)
	}
	return all
}

// Nobody is behind these routes: a request that passed would panic, and be answered with 500. Their
// ids are malformed and their bodies have no type, and yet the token decides.
func TestWithoutTheRightTokenARouteTellsNothingElse(t *testing.T) {
	t.Parallel()
	for scope, lines := range guarded() {
		for _, line := range lines {
			c := serve(t, nil)
			check := func(says string, a *httptest.ResponseRecorder, code int, text string) {
				t.Helper()
				r := a.Result()
				var body struct {
					Code   int
					Detail string
				}
				if err := json.UnmarshalRead(r.Body, &body, json.MatchCaseInsensitiveNames(true)); err != nil {
					t.Fatal(err)
				}
				if r.StatusCode != code || body.Code != code || !strings.Contains(body.Detail, text) {
					t.Errorf("%s, %s: %d %+v", line, says, r.StatusCode, body)
				}
				if asks := r.Header.Get("WWW-Authenticate") != ""; asks != (code == 401) {
					t.Errorf("%s, %s: WWW-Authenticate is there: %t", line, says, asks)
				}
			}
			for _, header := range []string{"", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "token"} {
				a := c.do(line, "", "Authorization", header, "Content-Type", "")
				check(fmt.Sprintf("with %q", header), a, 401, "/realms/waybill/protocol/openid-connect/token")
			}
			if len(c.verified) > 0 {
				t.Errorf("%s: what is no token was verified: %q", line, c.verified)
			}
			c.verify = fmt.Errorf("%w: it expired", access.ErrInvalidToken)
			check("expired", c.do(line, "", "Content-Type", ""), 401,
				"the token is not valid: it expired; get a new one")
			c.verify = &access.Refusal{Why: "its client is disabled", Remedy: "ask the operator"}
			check("with a remedy", c.do(line, "", "Content-Type", ""), 401,
				"the token is not valid: its client is disabled; ask the operator")
			c.verify = nil
			c.who.Scopes = without(scope)
			check("without the scope", c.do(line, "", "Content-Type", ""), 403, "lacks the scope "+scope)
			c.who = access.Principal{Fleet: access.Fleet{ID: uuid.Max}, Scopes: access.Scopes()}
			if access.PartnersOnly(scope) {
				check("by a fleet", c.do(line, "", "Content-Type", ""), 403, "needs a partner's token")
			}
		}
	}
}

// without lists all scopes but one.
func without(scope string) []string {
	var left []string
	for _, one := range access.Scopes() {
		if one != scope {
			left = append(left, one)
		}
	}
	return left
}

func TestATokenIsTakenInAnySpellingOfBearer(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"Bearer abc", "bearer abc", "BEARER  abc "} {
		s := &submitted{}
		c := serve(t, s)
		a := c.do("POST /v2/telematics/messages", "{}", "Authorization", header)
		if a.Code != http.StatusAccepted || len(c.verified) != 1 || c.verified[0] != "abc" {
			t.Errorf("%q: %d, verified %q", header, a.Code, c.verified)
		}
	}
}

func TestATokenThatCannotBeLookedUpIsOurFault(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	c.verify = errors.New("the disk is gone")
	if a := c.do("GET "+operationList, ""); a.Code != 500 || a.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}

func TestWhatNoRouteAnswersIsToldInTheDocumentedForm(t *testing.T) {
	t.Parallel()
	const nothing = "404 there is nothing at this path; GET /openapi.yaml describes what there is"
	for line, want := range map[string]string{
		"GET /":                          nothing,
		"GET /v2/telematics/vehicle":     nothing,
		"GET /v2/telematics/messages/7":  nothing,
		"PUT /v2/telematics/vehicles":    "405 PUT is not allowed here; use GET, HEAD, POST",
		"DELETE /v2/telematics/users/7":  "405 DELETE is not allowed here; use GET, HEAD, PATCH",
		"PATCH /v2/telematics/dvir-logs": "405 PATCH is not allowed here; use GET, HEAD, POST",
		"POST /healthz":                  "405 POST is not allowed here; use GET, HEAD",
	} {
		c := serve(t, nil)
		a := c.do(line, "{}", "Authorization", "")
		var body struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Detail  string `json:"detail"`
		}
		if err := json.Unmarshal(a.Body.Bytes(), &body); err != nil {
			t.Fatalf("%s: %s: %v", line, a.Body, err)
		}
		_, allowed, _ := strings.Cut(body.Detail, "; use ")
		if got := fmt.Sprint(a.Code, " ", body.Detail); got != want || body.Code != a.Code ||
			body.Message != http.StatusText(a.Code) {
			t.Errorf("%s: %s", line, a.Body)
		}
		if got := a.Header().Get("Allow"); got != allowed {
			t.Errorf("%s allows %q", line, got)
		}
	}
}

// panicking is a room that fails in an unforeseen way.
type panicking struct{ operations }

func (panicking) Submit(context.Context, operation.Request) (operation.Operation, bool, error) {
	panic("the secret of the room")
}

func TestAPanicIsOurFaultAndStaysInTheLog(t *testing.T) {
	t.Parallel()
	c := serve(t, panicking{})
	a := c.do("POST /v2/telematics/vehicles", "{}", "X-Request-Id", "r-1")
	if diff := cmp.Diff(`{"message":"Internal Server Error"}`, a.Body.String()); diff != "" || a.Code != 500 {
		t.Errorf("%d %s", a.Code, diff)
	}
	if log := c.log.String(); !strings.Contains(log, "the secret of the room") ||
		!strings.Contains(log, "request_id=r-1") {
		t.Errorf("the log has %s", log)
	}
}

func TestEachAnswerNamesItsRequest(t *testing.T) {
	t.Parallel()
	for given, kept := range map[string]bool{"mine": true, strings.Repeat("r", 128): true, "": false,
		strings.Repeat("r", 129): false, "k\xe9": false, "é": false} {
		for _, line := range []string{"GET /healthz", "GET /nothing", "GET " + operationList} {
			got := serve(t, nil).do(line, "", "X-Request-Id", given, "Authorization", "").Header().Get("X-Request-Id")
			if _, err := uuid.Parse(got); kept && got != given || !kept && err != nil {
				t.Errorf("%s: %q is answered with %q", line, given, got)
			}
		}
	}
}
