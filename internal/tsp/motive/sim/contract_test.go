package sim_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	oaserrors "github.com/pb33f/libopenapi-validator/errors"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// departures are the exchanges in which the simulator departs from the document, which is written by hand from a part of
// Motive's pages. Every one of them must occur in the test below.
var departures = []struct {
	name   string
	covers func(c call) bool
	reason string
}{
	{
		"server errors are plain text",
		func(c call) bool { return c.status >= 500 },
		"demanded of the simulator; the document declares 500 only, as JSON",
	},
	{
		"a body too large answers 413",
		func(c call) bool { return c.status == http.StatusRequestEntityTooLarge },
		"not documented; a limit of the simulator",
	},
	{
		"operations that the document lacks",
		func(c call) bool {
			return strings.HasPrefix(c.path, "/v1/vehicles/lookup?") ||
				c.path == "/v1/inspection_reports" || c.method == "POST" && c.path == "/v2/inspection_reports"
		},
		"the first two stand on Motive's pages; the last must not exist",
	},
	{
		"one recipient in the singular",
		func(c call) bool {
			return c.path == "/v2/messages" && c.status == 200 && strings.Contains(c.body, `"receiver_id":`)
		},
		"the page says receiver_id OR receiver_ids; the document requires the latter",
	},
	{
		"the id of an external id as text",
		func(c call) bool { return c.status == 200 && strings.Contains(c.body, `{"id":"310001"`) },
		"a sample of the page has it so; the document says integer",
	},
}

func document(t *testing.T) validator.Validator {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "..", "shared", "tsp-specs", "motive.hand-written.openapi.json")
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true":
		t.Skip("THE SIMULATOR IS NOT HELD AGAINST THE OPENAPI DOCUMENT OF MOTIVE: ../shared/tsp-specs is not there")
	case err != nil:
		t.Fatal(err)
	}
	parsed, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	check, errs := validator.NewValidator(parsed)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return check
}

func TestRequestsAndRepliesAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	check := document(t)
	s := start(t, simkit.Options{})
	met := map[string]bool{}
	for _, switches := range [][]string{nil, {"creates_answer_201", "validation_answers_422", "errors_as_list"}} {
		for _, c := range calls() {
			s.do("POST", "/_sim/reset", "")
			s.turn(switches...)
			got := s.do(c.method, c.path, c.body, c.headers()...)
			if got.status != c.status && !(switches != nil && (got.status == 201 || got.status == 422)) {
				t.Errorf("%s %s (%s): status %d, want %d", c.method, c.path, c.name, got.status, c.status)
				continue
			}
			hold(t, check, met, c, got)
		}
	}
	for _, c := range refusals() {
		s.do("POST", "/_sim/reset", "")
		if c.fault != "" {
			s.fault(c.fault)
		}
		got := s.as(c.key).do(c.method, c.path, c.body, c.headers()...)
		if got.status != c.status {
			t.Errorf("%s %s (%s): status %d, want %d", c.method, c.path, c.name, got.status, c.status)
			continue
		}
		hold(t, check, met, c.call, got)
	}
	for _, d := range departures {
		if !met[d.name] {
			t.Errorf("no exchange departs any more: %s (%s)", d.name, d.reason)
		}
	}
}

// hold checks one exchange: an accepted request must be valid, and so must every reply outside departures.
func hold(t *testing.T, check validator.Validator, met map[string]bool, c call, got reply) {
	t.Helper()
	ok, wrong := true, []*oaserrors.ValidationError(nil)
	if got.status < 300 {
		ok, wrong = check.ValidateHttpRequest(c.request(t))
	}
	if ok {
		answer := &http.Response{StatusCode: got.status, Header: got.header, Body: io.NopCloser(strings.NewReader(got.text))}
		ok, wrong = check.ValidateHttpResponse(c.request(t), answer)
	}
	departs := ""
	for _, d := range departures {
		if d.covers(c) {
			departs, met[d.name] = d.name, true
		}
	}
	if !ok && departs == "" {
		t.Errorf("%s %s (%s) is against the document: %s\n%s", c.method, c.path, c.name, told(wrong), got.text)
	}
	if ok && departs != "" {
		t.Errorf("%s %s (%s) agrees with the document although it is listed as: %s", c.method, c.path, c.name, departs)
	}
}

func (c call) request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), c.method, "https://api.gomotive.com"+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", everything)
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.user != "" {
		r.Header.Set("X-User-Id", c.user)
	}
	return r
}

// refusal is a call with another key or under a fault.
type refusal struct {
	call
	key   string
	fault string
}

func refusals() []refusal {
	var all []refusal
	reads, writes := operations()
	add := func(operation, lacks string) {
		verb, path, _ := strings.Cut(operation, " ")
		if strings.HasPrefix(path, "/v1/inspection_reports") || strings.HasPrefix(path, "/v1/vehicles/lookup?") {
			return
		}
		as := func(name string, status int) call { return call{name, verb, path, `{}`, status, ""} }
		all = append(all, refusal{as("an unknown key", 401), "nobody", ""}, refusal{as("a scope too few", 403), lacks, ""},
			refusal{as("throttled", 429), everything, `{"fault":"throttle"}`})
		for _, status := range []int{500, 502, 503, 504} {
			all = append(all, refusal{as("out of order", status), everything, fmt.Sprintf(`{"fault":"status","status":%d}`, status)})
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

func told(wrong []*oaserrors.ValidationError) string {
	var lines []string
	for _, w := range wrong {
		line := w.Message + ": " + w.Reason
		for _, s := range w.SchemaValidationErrors {
			line += "; " + s.Reason
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
