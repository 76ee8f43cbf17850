package rest

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Limit is a rate and the requests that are charged to it. An empty Method or Path covers
// all; a segment of Path in braces, as in /fleet/vehicles/{id}, stands for any one segment.
type Limit struct {
	tsp.Limit
	Method string
	Path   string
}

// charged returns the keys of the limits that a request is charged to, in table order. path
// is escaped, below the base URL and without query; it may itself be a pattern.
func charged(limits []Limit, method, path string) []string {
	var keys []string
	for _, l := range limits {
		if (l.Method == "" || l.Method == method) && (l.Path == "" || matches(l.Path, path)) {
			keys = append(keys, l.Key)
		}
	}
	return keys
}

func matches(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i, segment := range want {
		if segment != have[i] && !(strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")) {
			return false
		}
	}
	return true
}
