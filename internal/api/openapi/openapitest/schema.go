package openapitest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// EventSchema fails the test unless a served schema, the OpenAPI 3.0 document of an event, describes a delivery with
// this body, which is the JSON before gzip.
func EventSchema(t testing.TB, schema string, body []byte) {
	t.Helper()
	described, err := receiver(schema)
	if err != nil {
		t.Fatalf("the schema is no OpenAPI 3.0 document: %v", err)
	}
	for _, reason := range described.wrong(body) {
		t.Errorf("the schema does not describe the delivery: %s\n%s", reason, excerpt(body))
	}
}

// received is a receiver as the schema of an event describes it.
type received struct{ validator.Validator }

func receiver(schema string) (r received, err error) {
	document, err := libopenapi.NewDocument([]byte(schema))
	if err != nil {
		return r, err
	}
	if version := document.GetVersion(); !strings.HasPrefix(version, "3.0.") {
		return r, fmt.Errorf("it is of OpenAPI %s", version)
	}
	v, errs := validator.NewValidator(document, config.WithFormatAssertions())
	if len(errs) > 0 {
		return r, errs[0]
	}
	if valid, errs := v.ValidateDocument(); !valid {
		return r, errors.New(explain(errs[0]))
	}
	return received{v}, nil
}

func (r received) wrong(body []byte) (reasons []string) {
	request, err := http.NewRequest(http.MethodPost, "https://receiver.example/", io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return []string{err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	_, errs := r.ValidateHttpRequest(request)
	for _, err := range errs {
		reasons = append(reasons, explain(err))
	}
	return reasons
}

// receivers are those of events that were met, each made once.
type receivers struct {
	mu sync.Mutex
	by map[string]received
}

// of returns the receiver of an event as its schema describes it.
func (r *receivers) of(event string) (received, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.by[event]; ok {
		return known, nil
	}
	schema, err := openapi.EventSchema(event, "1.0")
	if err != nil {
		return received{}, err
	}
	made, err := receiver(schema)
	if err == nil {
		r.by[event] = made
	}
	return made, err
}
