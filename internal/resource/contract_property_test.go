package resource_test

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/resource/resourcetest"
)

// contract compiles the contract's schemas of bodies. It is not part of the repository, so its
// absence skips the test, loudly; where CI says that it must be there its absence fails.
func contract(t *testing.T) func(name string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "contract", "telematics.openapi.yaml"))
	switch {
	case errors.Is(err, os.ErrNotExist) && os.Getenv("CI") != "true":
		t.Skipf("NOT CHECKED AGAINST THE CONTRACT: %v", err)
	case err != nil:
		t.Fatalf("the contract is missing: %v", err)
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return compiler(t, asJSON)
}

func compiler(t *testing.T, document []byte) func(name string) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("document.json", parsed); err != nil {
		t.Fatal(err)
	}
	return func(name string) *jsonschema.Schema {
		s, err := c.Compile("document.json#" + name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func takes(t *rapid.T, s *jsonschema.Schema, body []byte) bool {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return s.Validate(value) == nil
}

// stricter says why we refuse what the contract takes; "" is no reason that we know of.
func stricter(p resource.Problem) string {
	switch {
	case p.Code == resource.CodeUnknown:
		return "an unknown field is most likely a misspelt one, whose loss nobody would notice"
	case p.Code == resource.CodeTooShort && p.Path == "message_text":
		return "an empty message tells nobody anything"
	case p.Code == resource.CodeListShort && p.Path == "recipient_ids":
		return "a message to nobody is a mistake"
	case p.Code == resource.CodeRepeated:
		return "TSPs would take the same recipient or defect twice in different ways"
	case p.Code == resource.CodeRange && p.Message == "must be at least 0":
		return "a negative volume, count, length or odometer measures nothing"
	case p.Code == resource.CodeRange && strings.HasPrefix(p.Message, "is too large"):
		return "a number beyond 2^53 or 1e15 would be rounded on its way"
	case p.Code == resource.CodeBadText:
		return "TSPs and databases cannot keep the NUL character"
	case p.Code == resource.CodeDateTime && strings.HasSuffix(p.Input, ":60Z"):
		return "a leap second is no time that TSPs know"
	}
	return ""
}

func TestTheContractsBodiesAreReadAsItSays(t *testing.T) {
	t.Parallel()
	compile := contract(t)
	names := map[resource.Kind]string{
		resource.KindVehicle: "Vehicle", resource.KindTrailer: "Trailer", resource.KindUser: "User",
		resource.KindMessage: "Message", resource.KindGroupMessage: "GroupMessage", resource.KindDvirLog: "DvirLog",
		resource.KindFuelTransaction: "FuelTransaction",
	}
	for _, s := range every(t) {
		if s.Kind.Facts().Own {
			continue
		}
		name := names[s.Kind] + strings.ToUpper(string(s.Verb[:1])) + string(s.Verb[1:])
		theirs := compile("/components/schemas/" + name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				body := resourcetest.Body(t, s)
				_, problems := s.Decode(body)
				switch taken := takes(t, theirs, body); {
				case !taken && len(problems) == 0:
					t.Fatalf("the contract refuses what we take: %s\n%v", body, theirs.Validate(parsed(t, body)))
				case taken:
					for _, p := range problems {
						if stricter(p) == "" {
							t.Fatalf("we refuse what the contract takes, for no documented reason: %s\n%v", body, p)
						}
					}
				}
			})
		})
	}
}

func parsed(t *rapid.T, body []byte) any {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// every lists the field tables of all writes.
func every(t *testing.T) []*resource.Schema {
	t.Helper()
	var all []*resource.Schema
	for _, kind := range resource.Kinds() {
		for _, verb := range []resource.Verb{resource.Create, resource.Update} {
			if s, err := resource.For(kind, verb); err == nil {
				all = append(all, s)
			}
		}
	}
	if len(all) != 11 {
		t.Fatalf("there are %d writes, not the contract's ten and one of our own", len(all))
	}
	return all
}

func TestOurSchemasTakeWhatWeTake(t *testing.T) {
	t.Parallel()
	for _, s := range every(t) {
		text, err := stdjson.Marshal(map[string]any{"schema": mustEncode(t, s.JSONSchema())})
		if err != nil {
			t.Fatal(err)
		}
		ours := compiler(t, text)("/schema")
		t.Run(string(s.Verb)+" "+string(s.Kind), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				body := resourcetest.Body(t, s)
				_, problems := s.Decode(body)
				if taken := takes(t, ours, body); taken != (len(problems) == 0) {
					t.Fatalf("the schema takes it: %t; Decode says %v of %s\n%v", taken, problems, body, ours.Validate(parsed(t, body)))
				}
			})
		})
	}
}

func mustEncode(t *testing.T, s *resource.JSONSchema) stdjson.RawMessage {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return stdjson.RawMessage(text)
}
