package sim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// departures are the exchanges in which the simulator departs from the document, which is written by hand from a part
// of Motive's pages.
func departures() []simtest.Departure {
	accepted := func(x simtest.Exchange, part string) bool {
		return x.Reply.Status == http.StatusOK && strings.Contains(x.Body, part)
	}
	return []simtest.Departure{
		{
			Name:   "server errors are plain text",
			Covers: func(x simtest.Exchange) bool { return x.Reply.Status >= 500 },
			Reason: "demanded of the simulator; the document declares 500 only, as JSON",
		},
		{
			Name:   "a body too large answers 413",
			Covers: func(x simtest.Exchange) bool { return x.Reply.Status == http.StatusRequestEntityTooLarge },
			Reason: "not documented; a limit of the simulator",
		},
		{
			Name: "operations that the document lacks", Request: true,
			Covers: func(x simtest.Exchange) bool {
				return undocumented(x.Path) || x.Method == "POST" && x.Path == "/v2/inspection_reports"
			},
			Reason: "the first two stand on Motive's pages; the last must not exist",
		},
		{
			Name: "one recipient in the singular", Request: true,
			Covers: func(x simtest.Exchange) bool { return x.Path == "/v2/messages" && accepted(x, `"receiver_id":`) },
			Reason: "the page says receiver_id OR receiver_ids; the document requires the latter",
		},
		{
			Name: "the id of an external id as text", Request: true,
			Covers: func(x simtest.Exchange) bool { return accepted(x, `{"id":"310001"`) },
			Reason: "a sample of the page has it so; the document says integer",
		},
	}
}

func undocumented(path string) bool {
	return strings.HasPrefix(path, "/v1/vehicles/lookup?") || path == "/v1/inspection_reports"
}

func TestRequestsAndRepliesAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	const file = "motive.hand-written.openapi.json"
	document := simtest.OpenDocument(t, file, "https://api.gomotive.com", departures())
	s := start(t)
	all := refusals()
	for _, c := range calls() {
		all = append(all, refusal{call: c, key: everything}, refusal{call: c, key: everything, switched: true})
	}
	for _, c := range all {
		s.Admin("POST", "reset", "")
		if c.switched {
			s.Turn("creates_answer_201", "validation_answers_422", "errors_as_list")
		}
		if c.fault != "" {
			s.Fault(c.fault)
		}
		got := s.as(c.key).Do(c.method, c.path, c.body, c.headers()...)
		if got.Status != c.status && !(c.switched && (got.Status == 201 || got.Status == 422)) {
			t.Errorf("%s %s (%s): status %d, want %d", c.method, c.path, c.name, got.Status, c.status)
			continue
		}
		headers := append(c.headers(), "X-Api-Key", everything)
		document.Hold(t, simtest.Exchange{Method: c.method, Path: c.path, Body: c.body, Headers: headers, Reply: got})
	}
	document.End(t)
}

// refusal is a call with another key, under a fault or with switches turned.
type refusal struct {
	call
	key      string
	fault    string
	switched bool
}

func refusals() []refusal {
	var all []refusal
	reads, writes := operations()
	add := func(operation, lacks string) {
		verb, path, _ := strings.Cut(operation, " ")
		if undocumented(path) {
			return
		}
		as := func(name string, status int) call { return call{name, verb, path, `{}`, status, ""} }
		all = append(all, refusal{call: as("an unknown key", 401), key: "nobody"},
			refusal{call: as("a scope too few", 403), key: lacks},
			refusal{call: as("throttled", 429), key: everything, fault: `{"fault":"throttle"}`})
		for _, status := range []int{500, 502, 503, 504} {
			fault := fmt.Sprintf(`{"fault":"status","status":%d}`, status)
			all = append(all, refusal{call: as("out of order", status), key: everything, fault: fault})
		}
	}
	for operation := range reads {
		add(operation, manageOnly)
	}
	for operation := range writes {
		add(operation, readOnly)
	}
	return all
}
