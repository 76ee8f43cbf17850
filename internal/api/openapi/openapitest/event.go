package openapitest

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// Event fails the test unless the document describes a delivery of that event with this body, which is the JSON
// before gzip, and the event's own schema does so as well.
func (c *Checker) Event(t testing.TB, eventName string, body []byte) {
	t.Helper()
	if err := c.event(eventName, body); err != nil {
		t.Errorf("delivery of %s: %v\n%s", eventName, err, excerpt(body))
		return
	}
	described, err := c.receivers.of(eventName)
	if err != nil {
		t.Errorf("the schema of %s: %v", eventName, err)
		return
	}
	for _, reason := range described.wrong(body) {
		t.Errorf("delivery of %s, by its schema: %s\n%s", eventName, reason, excerpt(body))
	}
}

func (c *Checker) event(eventName string, body []byte) error {
	place := "/webhooks/" + strings.ReplaceAll(eventName, "/", "~1") + "/post/requestBody/content/application~1json/schema"
	if err := c.schemas.validate(place, body); err != nil {
		return err
	}
	var envelope struct {
		EventName string `json:"event_name"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return fmt.Errorf("reading the envelope: %w", err)
	}
	if envelope.EventName != eventName {
		return fmt.Errorf("event_name is %q", envelope.EventName)
	}
	return nil
}

// schemas compiles parts of our document, each once.
type schemas struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

// documentURL is the name under which the compiler knows our document.
const documentURL = "openapi.json"

func compileSchemas() (*schemas, error) {
	asJSON, err := openapi.JSON()
	if err != nil {
		return nil, err
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(documentURL, root); err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	return &schemas{compiler: compiler}, nil
}

// validate holds a JSON text against the schema at that JSON pointer of the document.
func (s *schemas) validate(pointer string, text []byte) error {
	s.mu.Lock()
	schema, err := s.compiler.Compile(documentURL + "#" + (&url.URL{Fragment: pointer}).EscapedFragment())
	s.mu.Unlock()
	if err != nil {
		return fmt.Errorf("the document does not describe it: %w", err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return schema.Validate(value)
}
