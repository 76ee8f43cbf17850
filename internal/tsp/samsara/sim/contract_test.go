package sim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// departures are the replies in which the simulator departs from Samsara's OpenAPI document.
func departures() []simtest.Departure {
	legacy := func(x simtest.Exchange) bool { return strings.HasPrefix(x.Path, "/v1/") }
	return []simtest.Departure{
		{
			Name:   "legacy validation errors are plain text",
			Covers: func(x simtest.Exchange) bool { return legacy(x) && x.Reply.Status == http.StatusBadRequest },
			Reason: "observed: text/plain with the text of a gRPC error; the document says a JSON string",
		},
		{
			Name:   "legacy errors of token, scope and rate are JSON objects",
			Covers: func(x simtest.Exchange) bool { return legacy(x) && x.Reply.Status > 400 && x.Reply.Status < 500 },
			Reason: "inferred, nothing was observed: the gateway answers them as on every other path; the document says a JSON string",
		},
		{
			Name:   "server errors are plain text",
			Covers: func(x simtest.Exchange) bool { return x.Reply.Status >= 500 },
			Reason: "observed: plain strings; the document says {message, requestId}",
		},
	}
}

func TestRequestsAndRepliesAreAsSamsarasDocumentSays(t *testing.T) {
	t.Parallel()
	document := simtest.OpenDocument(t, "samsara.openapi.json", "https://api.samsara.com", departures())
	s := start(t)
	all := refusals()
	for _, c := range calls() {
		all = append(all, refusal{c, everything, ""})
	}
	for _, c := range all {
		s.Admin("POST", "reset", "")
		if c.fault != "" {
			s.Fault(c.fault)
		}
		got := s.as(c.token).Do(c.method, c.path, c.body, "Content-Type", "application/json")
		if got.Status != c.status {
			t.Errorf("%s %s (%s): status %d, want %d", c.method, c.path, c.name, got.Status, c.status)
			continue
		}
		headers := []string{"Authorization", "Bearer " + everything}
		document.Hold(t, simtest.Exchange{Method: c.method, Path: c.path, Body: c.body, Headers: headers, Reply: got})
	}
	document.End(t)
}

// refusal is a call with another token or under a fault.
type refusal struct {
	call
	token string
	fault string
}

func refusals() []refusal {
	var all []refusal
	for _, o := range []struct{ method, path string }{
		{"GET", "/me"}, {"GET", "/users"}, {"GET", "/tags"}, {"GET", "/fleet/vehicles"}, {"GET", "/fleet/vehicles/" + vehicle},
		{"PATCH", "/fleet/vehicles/" + vehicle}, {"GET", "/fleet/drivers"}, {"POST", "/fleet/drivers"}, {"GET", "/fleet/drivers/" + driver},
		{"PATCH", "/fleet/drivers/" + driver}, {"GET", "/fleet/trailers"}, {"POST", "/fleet/trailers"}, {"GET", "/fleet/trailers/" + trailer},
		{"PATCH", "/fleet/trailers/" + trailer}, {"GET", "/assets"}, {"POST", "/assets"}, {"PATCH", "/assets?id=" + vehicle},
		{"GET", "/v1/fleet/messages"}, {"POST", "/v1/fleet/messages"}, {"POST", "/fleet/dvirs"}, {"POST", "/fuel-purchase"},
		{"GET", "/fleet/dvirs/history?startTime=2026-11-01T00:00:00Z&endTime=2026-11-02T00:00:00Z"}, {"POST", "/users"}, {"GET", "/users/" + user},
		{"PATCH", "/users/" + user}, {"GET", "/user-roles"},
	} {
		as := func(name string, status int) call { return call{name, o.method, o.path, `{}`, status} }
		all = append(all, refusal{as("an unknown token", 401), "nobody", ""}, refusal{as("throttled", 429), everything, `{"fault":"throttle"}`})
		for _, status := range []int{500, 502, 503, 504} {
			all = append(all, refusal{as("out of order", status), everything, fmt.Sprintf(`{"fault":"status","status":%d}`, status)})
		}
		if o.method != http.MethodGet {
			all = append(all, refusal{as("a scope too few", 403), readOnly, ""})
		}
	}
	return all
}
