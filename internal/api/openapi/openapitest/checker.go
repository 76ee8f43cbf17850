// Package openapitest holds what the service answers and what it delivers against the document of package openapi.
// It is for tests only.
package openapitest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// Checker compares answers and deliveries with the document. It may be used by parallel tests.
type Checker struct {
	responses validator.Validator
	schemas   *schemas
	receivers *receivers
}

// NewChecker returns a checker of our document. The work is done once for all tests of a binary.
func NewChecker(t testing.TB) *Checker {
	t.Helper()
	checker, err := shared()
	if err != nil {
		t.Fatalf("building the checker of the OpenAPI document: %v", err)
	}
	return checker
}

var shared = sync.OnceValues(func() (*Checker, error) {
	document, err := libopenapi.NewDocument(openapi.Document())
	if err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	responses, errs := validator.NewValidator(document, config.WithFormatAssertions())
	if len(errs) > 0 {
		return nil, fmt.Errorf("building the model: %w", errs[0])
	}
	schemas, err := compileSchemas()
	if err != nil {
		return nil, err
	}
	return &Checker{responses, schemas, &receivers{by: map[string]received{}}}, nil
})

// Response fails the test unless the document describes the answer: its status, content type, body and required
// headers. A path that the document does not have must be answered with 404, a method that the path does not have
// with 405, each with its error body. The body is what was read of resp.Body, which is left alone.
func (c *Checker) Response(t testing.TB, req *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	for _, reason := range c.wrong(req, resp, body) {
		t.Errorf("%s %s answered %d: %s\n%s", req.Method, req.URL.Path, resp.StatusCode, reason, excerpt(body))
	}
}

// Line fails the test unless a line of an answer is as a schema of the document describes it.
func (c *Checker) Line(t testing.TB, schema string, text []byte) {
	t.Helper()
	if err := c.schemas.validate("/components/schemas/"+schema, text); err != nil {
		t.Errorf("a line of the answer: %v\n%s", err, excerpt(text))
	}
}

func (c *Checker) wrong(req *http.Request, resp *http.Response, body []byte) []string {
	answer := *resp
	answer.Body = io.NopCloser(bytes.NewReader(body))
	valid, errs := c.responses.ValidateHttpResponse(req, &answer)
	var reasons []string
	switch {
	case valid:
	case errs[0].IsPathMissingError():
		reasons = c.refused(resp, body, http.StatusNotFound, "NotFound")
	case errs[0].IsOperationMissingError():
		reasons = c.refused(resp, body, http.StatusMethodNotAllowed, "MethodNotAllowed")
	default:
		for _, err := range errs {
			reasons = append(reasons, explain(err))
		}
	}
	return append(reasons, contradictions(resp, body)...)
}

// refused says what is wrong with the answer to a request that no route takes.
func (c *Checker) refused(resp *http.Response, body []byte, status int, schema string) []string {
	if resp.StatusCode != status {
		return []string{fmt.Sprintf("the document has no such route, want %d", status)}
	}
	if kind := mediaType(resp); kind != "application/json" {
		return []string{fmt.Sprintf("the content type is %q, want application/json", kind)}
	}
	if err := c.schemas.validate("/components/schemas/"+schema, body); err != nil {
		return []string{err.Error()}
	}
	if code := codeOf(body); code != status {
		return []string{fmt.Sprintf("the body's code is %d", code)}
	}
	return nil
}

// contradictions finds what the schemas cannot say: a body where there must be none, no JSON where there must be some,
// a code in the body that is not the status.
func contradictions(resp *http.Response, body []byte) []string {
	if resp.StatusCode == http.StatusNoContent && len(body) > 0 {
		return []string{"there is a body, want none"}
	}
	// The validator lets an empty body pass, and a member given twice.
	if mediaType(resp) == "application/json" && !jsontext.Value(body).IsValid() {
		return []string{"the body is empty, is not valid JSON, or has a member twice"}
	}
	if code := codeOf(body); resp.StatusCode >= 400 && code != 0 && code != resp.StatusCode {
		return []string{fmt.Sprintf("the body's code is %d", code)}
	}
	return nil
}

func mediaType(resp *http.Response) string {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return kind
}

func codeOf(body []byte) int {
	var of struct {
		Code int `json:"code"`
	}
	if json.Unmarshal(body, &of) != nil {
		return 0
	}
	return of.Code
}

func explain(err *errors.ValidationError) string {
	if len(err.SchemaValidationErrors) == 0 {
		return err.Message + ": " + err.Reason
	}
	var reasons []string
	for _, failure := range err.SchemaValidationErrors {
		reasons = append(reasons, failure.FieldPath+" "+failure.Reason)
	}
	return err.Message + ": " + strings.Join(reasons, "; ")
}

func excerpt(body []byte) []byte {
	return body[:min(len(body), 2000)]
}
