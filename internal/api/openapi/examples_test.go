package openapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// example is a value in the document and the JSON pointers of itself and of the schema that it must match.
type example struct {
	at, schema string
	value      any
}

func TestEveryExampleAndDefaultMatchesItsSchema(t *testing.T) {
	t.Parallel()
	asJSON, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	compiler, root := compilerOf(t, "openapi.json", asJSON)
	compiler.AssertFormat()
	found := examples("", root)
	if len(found) < 150 {
		t.Errorf("only %d examples were found", len(found))
	}
	t.Logf("held %d examples and defaults against their schemas", len(found))
	for _, e := range found {
		schema, err := compiler.Compile(pointed("openapi.json", e.schema))
		if err != nil {
			t.Errorf("%s: %v", e.schema, err)
			continue
		}
		if err := schema.Validate(e.value); err != nil {
			t.Errorf("%s: %v", e.at, err)
		}
	}
}

func TestEveryBodyHasAnExampleOfKnownMembers(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	for name, operation := range ours.operations() {
		body := ours.resolved(operation["requestBody"])
		content, _ := body["content"].(object)
		for _, media := range content {
			values := exampleValues(media.(object))
			if len(values) == 0 {
				t.Errorf("the body of %s has no example", name)
			}
			known, _ := ours.schema(media.(object)["schema"])["properties"].(object)
			for _, value := range values {
				for member := range value.(object) {
					if known[member] == nil {
						t.Errorf("the example of %s has the member %s, which its schema does not know", name, member)
					}
				}
			}
		}
		for status, response := range operation["responses"].(object) {
			content, _ := ours.resolved(response)["content"].(object)
			media, _ := content["application/json"].(object)
			if media != nil && len(exampleValues(media)) == 0 && name != "GET /openapi.json" {
				t.Errorf("the answer %s of %s has no example", status, name)
			}
		}
	}
}

func TestWhatOperationsTellBesideTheContractIsShownWhereItIsAnswered(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	operations := maps.Collect(ours.operations())
	const one = "/v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}"
	reads := []string{"GET /v2/integrations/connections/resource-operations", "GET " + one}
	for member, routes := range map[string][]string{
		"verification": reads, "retry_of": {"POST " + one + "/retry"}, "revert_of": {"POST " + one + "/revert"},
		"retried_by": reads[:1], "reverted_by": reads[1:], "progress": reads[:1], "expires_at": {reads[0], "POST " + one + "/retry"},
		"outcome_unknown": reads[1:],
	} {
		for _, name := range routes {
			var shown []string
			responses, _ := operations[name]["responses"].(object)
			for _, response := range responses {
				content, _ := ours.resolved(response)["content"].(object)
				media, _ := content["application/json"].(object)
				shown = append(shown, fmt.Sprint(exampleValues(media)))
			}
			if !strings.Contains(strings.Join(shown, " "), member+":") {
				t.Errorf("no example of %s shows %s", name, member)
			}
		}
	}
}

func exampleValues(media object) []any {
	var values []any
	if value, ok := media["example"]; ok {
		values = append(values, value)
	}
	named, _ := media["examples"].(object)
	for _, name := range slices.Sorted(maps.Keys(named)) {
		values = append(values, at(named[name], "value"))
	}
	return values
}

// examples finds every example and default below a place: those that stand beside a `schema`, and those that stand
// within the schema itself.
func examples(place string, value any) []example {
	var found []example
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			found = append(found, examples(fmt.Sprintf("%s/%d", place, i), item)...)
		}
	case object:
		if _, beside := value["schema"]; beside {
			for _, of := range exampleValues(value) {
				found = append(found, example{place, place + "/schema", of})
			}
		}
		if list, within := value["examples"].([]any); within {
			for _, of := range list {
				found = append(found, example{place, place, of})
			}
		}
		if of, within := value["default"]; within && (value["type"] != nil || value["$ref"] != nil) {
			found = append(found, example{place, place, of})
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if name == "example" || name == "value" {
				continue
			}
			below := place + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
			if members, ok := value[name].(object); ok && name == "properties" {
				// Its members are named freely, so that one called default is no default.
				for _, member := range slices.Sorted(maps.Keys(members)) {
					found = append(found, examples(below+"/"+member, members[member])...)
				}
				continue
			}
			found = append(found, examples(below, value[name])...)
		}
	}
	return found
}
