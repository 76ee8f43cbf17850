package sim

import (
	"maps"
	"net/http"
	"slices"
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

// options answers OPTIONS, which JAX-RS does by itself and api/security/SecurityRequestFilter lets through without
// credentials. Whether Jersey adds a body was not found out.
func (s *service) options(w http.ResponseWriter, r *http.Request) {
	ways, _ := s.ways(r.URL.Path)
	if ways == nil {
		f := web(http.StatusNotFound)
		f.unmatched = true
		s.fail(w, f)
		return
	}
	w.Header().Set("Allow", allowed(ways))
	w.WriteHeader(http.StatusOK)
}

func allowed(ways methods) string {
	return strings.Join(slices.Sorted(maps.Keys(ways)), ",") + ",OPTIONS"
}
