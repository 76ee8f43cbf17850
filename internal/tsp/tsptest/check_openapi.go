package tsptest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkOpenAPI holds the requests of every write, look-up, check and list, and the simulator's
// answers to them, against the TSP's own document.
func checkOpenAPI(t *trial) {
	path := t.suite.config.OpenAPI
	if path == "" {
		t.skipf("the TSP has no OpenAPI document")
	}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true":
		t.skipf("REQUESTS AND ANSWERS ARE NOT HELD AGAINST THE TSP'S DOCUMENT: %s is not there", path)
	case err != nil:
		t.fatalf("%v", err)
	}
	calls := t.everyCall()
	// The validator keeps caches of its own, which belong to no trial's clock.
	t.after = func() { t.validate(text, calls) }
}

// everyCall collects one call of each sort.
func (t *trial) everyCall() []*call {
	var all []*call
	for _, c := range t.suite.capabilities() {
		t.c = c
		f := t.form(t.suite.settings())
		w := t.world(setup{})
		x := w.write(f, f.sample(), 1)
		w.must(x)
		if w.finds() {
			_, _, _ = w.find(x)
		}
		all = append(all, w.front.seen()...)
		w.stop()
	}
	w := t.world(setup{})
	w.prime()
	for _, imports := range t.suite.spec.Imports {
		records := w.list(imports.Kind)
		if reader, ok := w.session.(tsp.Reader); ok && len(records) > 0 {
			_, _ = reader.Read(t.ctx, tsp.Single{Kind: imports.Kind, Collection: records[0].Collection, SourceID: records[0].SourceID, Pace: w.setup.pace})
		}
	}
	_, _ = w.session.Check(t.ctx, w.setup.pace)
	_ = w.checkSettings()
	all = append(all, w.front.seen()...)
	w.stop()
	t.c = tsp.Capability{}
	return all
}

// validate holds calls against a document.
func (t *trial) validate(text []byte, calls []*call) {
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		t.errorf("the TSP's document cannot be read: %v", err)
		return
	}
	check, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.errorf("the TSP's document is not valid: %v", errs)
		return
	}
	done := map[string]bool{}
	for _, c := range calls {
		key := dump([]*call{c})
		if done[key] {
			continue
		}
		done[key] = true
		request := c.again(t.suite.spec.BaseURL)
		if ok, wrong := check.ValidateHttpRequest(request); !ok {
			for _, w := range wrong {
				t.errorf("%s %s is no request of the TSP's document: %s: %s %v", c.Method, c.URI, w.Message, w.Reason, w.SchemaValidationErrors)
			}
			continue
		}
		response := &http.Response{StatusCode: c.Status, Header: c.AnswerHeader, Body: io.NopCloser(bytes.NewReader(c.Answer))}
		// A TSP may depart from its own document.
		if ok, wrong := check.ValidateHttpResponse(c.again(t.suite.spec.BaseURL), response); !ok && !t.departs(c) {
			for _, w := range wrong {
				t.errorf("the simulator's answer to %s %s is none of the TSP's document: %s: %s %v", c.Method, c.URI, w.Message, w.Reason, w.SchemaValidationErrors)
			}
		}
	}
	strange := &call{Method: http.MethodPut, URI: "/no/such/path/at/all", Header: http.Header{}}
	if ok, _ := check.ValidateHttpRequest(strange.again(t.suite.spec.BaseURL)); ok {
		t.errorf("the TSP's document takes any request, so that holding calls against it proves nothing")
	}
}

// departs tells whether the config says that the TSP answers a call otherwise than its document has it, by
// "openapi/GET /path".
func (t *trial) departs(c *call) bool {
	path, _, _ := strings.Cut(c.URI, "?")
	_, excused := t.suite.excuse("openapi/" + c.Method + " " + path)
	return excused
}

// again makes a recorded request as if it had gone to the TSP itself.
func (c *call) again(base string) *http.Request {
	r, err := http.NewRequest(c.Method, base+c.URI, bytes.NewReader(c.Body))
	if err != nil {
		return &http.Request{Method: c.Method}
	}
	r.Header = c.Header.Clone()
	return r
}
