package openapitest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
)

// EventSchema fails the test unless a served schema, the OpenAPI 3.0 document of an event, describes a delivery with
// this body, which is the JSON before gzip.
func EventSchema(t testing.TB, schema string, body []byte) {
	t.Helper()
	for _, reason := range wrongBySchema(t, schema, body) {
		t.Errorf("the schema does not describe the delivery: %s\n%s", reason, excerpt(body))
	}
}

func wrongBySchema(t testing.TB, schema string, body []byte) (reasons []string) {
	t.Helper()
	document, err := libopenapi.NewDocument([]byte(schema))
	if err != nil {
		t.Fatalf("the schema is no OpenAPI document: %v", err)
	}
	if version := document.GetVersion(); !strings.HasPrefix(version, "3.0.") {
		t.Errorf("the schema is of OpenAPI %s", version)
	}
	v, errs := validator.NewValidator(document, config.WithFormatAssertions())
	if len(errs) > 0 {
		t.Fatalf("the schema is no OpenAPI document: %v", errs)
	}
	if valid, errs := v.ValidateDocument(); !valid {
		t.Fatalf("the schema is no OpenAPI 3.0 document: %s", explain(errs[0]))
	}
	request, err := http.NewRequest(http.MethodPost, "https://receiver.example/", io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if valid, errs := v.ValidateHttpRequest(request); !valid {
		for _, err := range errs {
			reasons = append(reasons, explain(err))
		}
	}
	return reasons
}
