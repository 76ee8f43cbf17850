package api

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
)

// Whoever adds a route that anybody may use must say so here.
func TestOnlyTheseRoutesNeedNoToken(t *testing.T) {
	t.Parallel()
	want := []string{
		"GET /.well-known/oauth-authorization-server/realms/{realm}",
		"GET /healthz", "GET /openapi.json", "GET /openapi.yaml", "GET /readyz",
		"GET /realms/{realm}/.well-known/oauth-authorization-server",
		"GET /realms/{realm}/.well-known/openid-configuration",
		"GET /realms/{realm}/protocol/openid-connect/certs",
		"GET /v2/integrations/tsps", "GET /v2/integrations/tsps/{tsp_id}",
		"GET /v2/integrations/tsps/{tsp_id}/capabilities",
		"GET /v2/orgs/tsps", "GET /v2/orgs/tsps/{tsp_id}",
		"POST /realms/{realm}/protocol/openid-connect/revoke", "POST /realms/{realm}/protocol/openid-connect/token",
	}
	var open []string
	for _, r := range append(new(Server).storeless(), new(Server).routes()...) {
		if r.scope == "" {
			open = append(open, r.method+" "+r.path)
		}
	}
	slices.Sort(open)
	if diff := cmp.Diff(want, open); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whoever adds a route that every token opens must say so here.
func TestOnlySchemasOfEventsTakeAnyToken(t *testing.T) {
	t.Parallel()
	for _, r := range new(Server).routes() {
		if (r.scope == anyScope) != strings.HasPrefix(r.path, "/v2/notifications/schemas/") {
			t.Errorf("%s %s needs %q", r.method, r.path, r.scope)
		}
	}
}

func TestEveryScopeCanBeGivenAndFitsItsMethod(t *testing.T) {
	t.Parallel()
	for _, r := range new(Server).routes() {
		if r.scope == "" || r.scope == anyScope {
			continue
		}
		reads := strings.HasSuffix(r.scope, ":read")
		if !slices.Contains(access.Scopes(), r.scope) || reads != (r.method == "GET") {
			t.Errorf("%s %s needs %s", r.method, r.path, r.scope)
		}
	}
}
