package api

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// plainPath is a path without doubled slashes and dots.
func plainPath(p string) string {
	plain := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && plain != "/" {
		plain += "/"
	}
	return plain
}

// misspelt is the answer to a path that is not plain. It names what may have been meant, if that is a route: the one whose id
// is empty in it, or else the path as it is plain.
func (s *Server) misspelt(r *http.Request, plain string) error {
	parts := strings.Split(r.URL.Path, "/")
	for i, part := range parts {
		if part == "" && i > 0 && i < len(parts)-1 {
			parts[i] = uuid.Nil.String()
		}
	}
	if full := strings.Join(parts, "/"); full == plainPath(full) && full != r.URL.Path {
		if pattern := s.routeAt(r, full); pattern != "" {
			return problem.New(problem.NotFound, "there is nothing at this path, a part of which is empty; it is %s", pattern)
		}
	}
	if s.routeAt(r, plain) != "" {
		return problem.New(problem.NotFound, "there is nothing at this path; write it as %s", resource.Excerpt(plain))
	}
	return nowhere()
}

// nowhere is the answer to a path that is near to none.
func nowhere() error {
	return problem.New(problem.NotFound, "there is nothing at this path; GET /openapi.yaml describes what there is")
}

// routeAt is the pattern of the route that answers the method of a request at another path; "" if there is none.
func (s *Server) routeAt(r *http.Request, at string) string {
	other := *r
	other.URL = &url.URL{Path: at}
	_, pattern := s.mux.Handler(&other)
	return pattern
}
