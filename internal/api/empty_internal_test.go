package api

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestAPathWithAnEmptyPartNamesOnlyRoutesThatExist leaves out each part of each route that its caller fills in.
func TestAPathWithAnEmptyPartNamesOnlyRoutesThatExist(t *testing.T) {
	t.Parallel()
	s := New(Config{})
	braces, named := regexp.MustCompile(`\{\w+\}`), regexp.MustCompile(`\b(GET|POST|PATCH|DELETE) (/[^ ",]*)|write it as (/[^ ",]*)`)
	routes := map[string]bool{}
	all := append(s.storeless(), s.routes()...)
	for _, r := range all {
		routes[r.method+" "+r.path] = true
	}
	tried := 0
	for _, r := range all {
		for _, at := range braces.FindAllStringIndex(r.path, -1) {
			path := braces.ReplaceAllString(r.path[:at[0]], "x") + braces.ReplaceAllString(r.path[at[1]:], "x")
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), r.method, path, nil))
			says := w.Body.String()
			tried++
			if w.Code != http.StatusNotFound && !(w.Code == http.StatusMethodNotAllowed && strings.HasSuffix(path, "/")) {
				t.Errorf("%s %s: %d %s", r.method, path, w.Code, says)
			}
			if at[1] < len(r.path) && !strings.Contains(says, r.method+" "+r.path) {
				t.Errorf("%s %s: %s does not name what was meant", r.method, path, says)
			}
			for _, m := range named.FindAllStringSubmatch(says, -1) {
				method, of := m[1], m[2]
				if of == "" {
					method, of = r.method, m[3]
				}
				if _, pattern := s.mux.Handler(httptest.NewRequestWithContext(t.Context(), method, strings.NewReplacer("{", "x", "}", "x").Replace(of), nil)); !routes[pattern] {
					t.Errorf("%s %s: %s names %s %s, which is no route", r.method, path, says, method, of)
				}
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d paths were tried", tried)
	}
}

func TestAPathThatIsSpeltInAnotherWayIsNamedWhereItIsARouteAlone(t *testing.T) {
	t.Parallel()
	s := New(Config{})
	for asked, says := range map[string]string{
		"GET /v2/telematics//vehicles":                                "write it as /v2/telematics/vehicles",
		"GET /v2/./telematics/vehicles":                               "write it as /v2/telematics/vehicles",
		"GET /v2/integrations/connections//resource-operations":       "write it as /v2/integrations/connections/resource-operations",
		"POST /v2/integrations/connections//resource-operations":      "GET /openapi.yaml describes",
		"POST /v2/telematics/resource-operations//try":                "GET /openapi.yaml describes",
		"DELETE /v2/integrations/connections//":                       "GET /openapi.yaml describes",
		"POST /v2/integrations/connections//resource-operations//try": "it is POST /v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}/try",
	} {
		method, path, _ := strings.Cut(asked, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d %s", asked, w.Code, w.Body)
		}
	}
}
