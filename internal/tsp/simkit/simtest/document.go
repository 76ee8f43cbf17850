package simtest

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	oaserrors "github.com/pb33f/libopenapi-validator/errors"
)

// Exchange is a request and its reply.
type Exchange struct {
	Method, Path, Body string
	// Headers are those of the request (name, value, ...).
	Headers []string
	Reply   Reply
}

// Departure says in which exchanges a simulator departs from the TSP's document, because the real service does.
type Departure struct {
	Name, Reason string
	Covers       func(x Exchange) bool
	// Request says that the request departs from the document.
	Request bool
}

// Document is the OpenAPI document of a TSP, and where its simulator departs from it.
type Document struct {
	// Tolerates lets a difference pass, told in words, of which there are too many to list; nil lets none.
	Tolerates func(x Exchange, wrong string) bool

	server     string
	check      validator.Validator
	departures []Departure
	met        map[string]bool
}

// OpenDocument reads a document, whose paths begin at a server. The documents lie in ../shared/tsp-specs beside the
// repository and are not shipped with it: without them the test is left out, but not in CI.
func OpenDocument(t *testing.T, file, server string, departures []Departure) *Document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "..", "shared", "tsp-specs", file))
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true":
		t.Skip("THE SIMULATOR IS NOT HELD AGAINST " + file + ": ../shared/tsp-specs is not there")
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
	return &Document{server: server, check: check, departures: departures, met: map[string]bool{}}
}

// root is the folder of the repository.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, none := os.Stat(filepath.Join(dir, "go.mod")); none == nil {
			return dir
		}
	}
	t.Fatalf("there is no go.mod above the test: %v", err)
	return ""
}

// Hold checks an exchange: a request that was accepted must be as the document says, and so must every reply, unless a
// departure covers it, which must then depart.
func (d *Document) Hold(t *testing.T, x Exchange) {
	t.Helper()
	at := slices.IndexFunc(d.departures, func(one Departure) bool { return one.Covers(x) })
	var departure Departure
	if at >= 0 {
		departure = d.departures[at]
		d.met[departure.Name] = true
	}
	wrong := ""
	if x.Reply.Status < http.StatusMultipleChoices {
		_, errs := d.check.ValidateHttpRequest(d.request(t, x))
		if wrong = told(errs); wrong != "" && !departure.Request {
			t.Errorf("%s %s %s was accepted against the document: %s", x.Method, x.Path, x.Body, wrong)
			return
		}
	}
	if wrong == "" {
		answer := &http.Response{
			StatusCode: x.Reply.Status, Header: x.Reply.Header, Body: io.NopCloser(strings.NewReader(x.Reply.Text)),
		}
		_, errs := d.check.ValidateHttpResponse(d.request(t, x), answer)
		wrong = told(errs)
	}
	switch {
	case wrong != "" && d.Tolerates != nil && d.Tolerates(x, wrong):
	case wrong != "" && at < 0:
		t.Errorf("%s %s %s got %d against the document: %s\n%.300s", x.Method, x.Path, x.Body, x.Reply.Status, wrong, x.Reply.Text)
	case wrong == "" && at >= 0:
		t.Errorf("%s %s %s got %d, which agrees with the document although it is listed as: %s",
			x.Method, x.Path, x.Body, x.Reply.Status, departure.Name)
	}
}

// End checks that every departure was met.
func (d *Document) End(t *testing.T) {
	t.Helper()
	for _, one := range d.departures {
		if !d.met[one.Name] {
			t.Errorf("no exchange departs any more: %s (%s)", one.Name, one.Reason)
		}
	}
}

func (d *Document) request(t *testing.T, x Exchange) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), x.Method, d.server+x.Path, strings.NewReader(x.Body))
	if err != nil {
		t.Fatal(err)
	}
	if x.Body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(x.Headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	return r
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
