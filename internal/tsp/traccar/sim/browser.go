package sim

import (
	"net/http"
	"strings"
)

// allowBrowsers sets the CORS headers that every answer of the API has while no web.origin is configured
// (api/CorsResponseFilter).
func allowBrowsers(h http.Header, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		origin = "*"
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Allow-Headers", "origin, content-type, accept, authorization")
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS")
}

// allowed are the methods of a request's path as Jersey tells them, "" if it has none.
func (s *service) allowed(r *http.Request) string {
	methods := s.Methods(r.URL.EscapedPath())
	if len(methods) == 0 {
		return ""
	}
	return strings.Join(append(methods, http.MethodOptions), ",")
}
