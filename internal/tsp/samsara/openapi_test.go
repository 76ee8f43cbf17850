package samsara_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

var openAPI = filepath.Join("..", "..", "..", "..", "shared", "tsp-specs", "samsara.openapi.json")

// document reads Samsara's own OpenAPI document, which lies in ../shared beside the
// repository and is not shipped with it.
func document(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(openAPI)
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true":
		t.Skip("REQUESTS ARE NOT HELD AGAINST SAMSARA'S OPENAPI DOCUMENT: ../shared/tsp-specs is not there")
	case err != nil:
		t.Fatal(err)
	}
	return text
}

func TestEveryRequestIsAsSamsarasOpenAPIDocumentSays(t *testing.T) {
	t.Parallel()
	parsed, err := libopenapi.NewDocument(document(t))
	if err != nil {
		t.Fatal(err)
	}
	check, errs := validator.NewValidator(parsed)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for name, call := range calls {
		s, r := sessionWith(t, call.settings, succeed)
		if err := call.make(t, s); err != nil {
			t.Fatal(err)
		}
		for _, sent := range r.requests {
			valid, wrong := check.ValidateHttpRequest(request(t, sent))
			// "Setting this field to null will delete the override" stands in the description only.
			if documented := !strings.Contains(sent.Body, `"usDriverRulesetOverride":null`); valid != documented {
				t.Errorf("%s is valid: %v; %v", name, valid, wrong)
			}
		}
	}
	// The check itself must be able to fail.
	for name, s := range map[string]sent{
		"drivers as texts":  {"POST", "/v1/fleet/messages", http.Header{}, `{"driverIds":["1"],"text":"x"}`},
		"a plate too long":  {"PATCH", "/fleet/vehicles/1", http.Header{}, `{"licensePlate":"1234567890123"}`},
		"a status unknown":  {"GET", "/fleet/drivers?driverActivationStatus=all", http.Header{}, ""},
		"a page too large":  {"GET", "/fleet/vehicles?limit=513", http.Header{}, ""},
		"an unknown path":   {"GET", "/fleet/vehicle", http.Header{}, ""},
		"an unknown method": {"PUT", "/fleet/vehicles/1", http.Header{}, `{}`},
	} {
		s.Header.Set("Authorization", "Bearer x")
		s.Header.Set("Content-Type", jsonType)
		if valid, _ := check.ValidateHttpRequest(request(t, s)); valid {
			t.Errorf("%s passed the check", name)
		}
	}
}

// request makes a recorded request anew, as if it had gone to Samsara.
func request(t *testing.T, s sent) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), s.Method, "https://api.samsara.com"+s.URI, strings.NewReader(s.Body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = s.Header
	return r
}
