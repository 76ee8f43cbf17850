package rest

import (
	"slices"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestALimitCoversTheRequestsOfItsPattern(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit        Limit
		method, path string
		want         bool
	}{
		{Limit{}, "GET", "/anything/at/all", true},
		{Limit{Method: "GET"}, "GET", "/v", true},
		{Limit{Method: "GET"}, "POST", "/v", false},
		{Limit{Path: "/v"}, "POST", "/v", true},
		{Limit{Path: "/v"}, "POST", "/v/1", false},
		{Limit{Path: "/v/{id}"}, "PATCH", "/v/1", true},
		{Limit{Path: "/v/{id}"}, "PATCH", "/v/{target}", true},
		{Limit{Path: "/v/{id}"}, "PATCH", "/v/a%2Fb", true},
		{Limit{Path: "/v/{id}"}, "PATCH", "/v", false},
		{Limit{Path: "/v/{id}"}, "PATCH", "/v/1/2", false},
		{Limit{Path: "/v/{id}"}, "PATCH", "/w/1", false},
		{Limit{Method: "PATCH", Path: "/v/{id}/x"}, "PATCH", "/v/1/x", true},
	} {
		c.limit.Limit = tsp.Limit{Key: "k"}
		if got := slices.Contains(charged([]Limit{c.limit}, c.method, c.path), "k"); got != c.want {
			t.Errorf("%+v covers %s %s: %v, want %v", c.limit, c.method, c.path, got, c.want)
		}
	}
}
