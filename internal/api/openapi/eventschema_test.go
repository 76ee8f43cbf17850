package openapi_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// of30 are the keywords of schemas that OpenAPI 3.0 has and that our document uses.
var of30 = []string{"type", "description", "required", "properties", "items", "additionalProperties", "format", "enum",
	"pattern", "default", "example", "nullable", "anyOf", "allOf", "minLength", "maxLength", "minItems", "maxItems",
	"uniqueItems", "minimum", "maximum"}

func TestTheSchemaOfEachEventIsAnOpenAPI30Document(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	hooks := at(ours.root, "webhooks").(object)
	for _, name := range append(slices.Sorted(maps.Keys(hooks)), "invitation.created") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := openapi.EventSchema(name, "1.0")
			if err != nil {
				t.Fatal(err)
			}
			var root object
			if err := json.Unmarshal([]byte(text), &root); err != nil {
				t.Fatal(err)
			}
			for schema, of := range at(root, "components", "schemas").(object) {
				strange(t, schema, of.(object))
			}
			document, err := libopenapi.NewDocument([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			v, errs := validator.NewValidator(document)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if valid, errs := v.ValidateDocument(); !valid {
				t.Errorf("%s: %s", errs[0].Message, errs[0].Reason)
			}
		})
	}
}

// strange tells what OpenAPI 3.0 does not have, or reads otherwise.
func strange(t *testing.T, place string, schema object) {
	t.Helper()
	if _, refers := schema["$ref"]; refers {
		if len(schema) > 1 {
			t.Errorf("%s has something beside a reference, which is ignored", place)
		}
		return
	}
	if _, typed := schema["type"].(string); schema["nullable"] == true && !typed {
		t.Errorf("%s is nullable without a type, which is ignored", place)
	}
	for keyword, value := range schema {
		switch {
		case !slices.Contains(of30, keyword) && !strings.HasPrefix(keyword, "x-"):
			t.Errorf("%s has %s, which OpenAPI 3.0 lacks", place, keyword)
		case keyword == "properties":
			for property, of := range value.(object) {
				strange(t, place+"."+property, of.(object))
			}
		case keyword == "anyOf" || keyword == "allOf":
			for _, of := range value.([]any) {
				strange(t, place+"."+keyword, of.(object))
			}
		case keyword == "items" || keyword == "additionalProperties":
			if of, ok := value.(object); ok {
				strange(t, place+"."+keyword, of)
			}
		}
	}
}
