package openapi_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

func TestTheDocumentIsValidOpenAPI(t *testing.T) {
	t.Parallel()
	document, err := libopenapi.NewDocument(openapi.Document())
	if err != nil {
		t.Fatalf("reading the document: %v", err)
	}
	if got := document.GetVersion(); got != "3.1.0" {
		t.Errorf("openapi is %s, want 3.1.0", got)
	}
	validator, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatalf("building the model: %v", errs)
	}
	if valid, errs := validator.ValidateDocument(); !valid {
		for _, err := range errs {
			t.Error(err)
		}
	}
}

func TestTheJSONSaysTheSameAsTheYAML(t *testing.T) {
	t.Parallel()
	asJSON, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON any
	if err := json.Unmarshal(asJSON, &fromJSON); err != nil {
		t.Fatalf("the JSON form does not parse: %v", err)
	}
	if diff := cmp.Diff(floats(load(t, openapi.Document())), floats(fromJSON)); diff != "" {
		t.Errorf("YAML and JSON differ (-yaml +json):\n%s", diff)
	}
}

func TestTheJSONKeepsTheOrderOfMembers(t *testing.T) {
	t.Parallel()
	asJSON, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(openapi.Document(), &document, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	var members []string
	for d := jsontext.NewDecoder(bytes.NewReader(asJSON)); ; {
		token, err := d.ReadToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		// Of an object's tokens every other one is a name; the first is.
		if kind, n := d.StackIndex(d.StackDepth()); kind == '{' && n%2 == 1 && token.Kind() == '"' {
			members = append(members, token.String())
		}
	}
	if diff := cmp.Diff(membersOf(document, nil), members); diff != "" {
		t.Errorf("the order of members differs (-yaml +json):\n%s", diff)
	}
}

// membersOf adds the names of a document's members, each before those within it.
func membersOf(value any, names []string) []string {
	switch v := value.(type) {
	case yaml.MapSlice:
		for _, item := range v {
			names = membersOf(item.Value, append(names, fmt.Sprint(item.Key)))
		}
	case []any:
		for _, item := range v {
			names = membersOf(item, names)
		}
	}
	return names
}

// YAML wants what continues a value to stand further in than its key; a closing bracket alone on its line, below the
// key, is refused by strict readers and let pass by others.
func TestTheDocumentIsYAMLForStrictReaders(t *testing.T) {
	t.Parallel()
	for i, line := range strings.Split(string(openapi.Document()), "\n") {
		if text := strings.TrimSpace(line); text != "" && strings.ContainsAny(text[:1], "]}") {
			t.Errorf("line %d begins with a closing bracket; put it behind what it closes", i+1)
		}
		if strings.Contains(line, "\t") {
			t.Errorf("line %d holds a tab", i+1)
		}
	}
}

func TestTheCallerOwnsTheBytes(t *testing.T) {
	t.Parallel()
	openapi.Document()[0] = 'X'
	if got := openapi.Document()[0]; got == 'X' {
		t.Error("writing into Document() changed the next one")
	}
	first, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	first[0] = 'X'
	if second, _ := openapi.JSON(); second[0] == 'X' {
		t.Error("writing into JSON() changed the next one")
	}
}

func TestEveryScopeThatARouteNeedsIsListedInTheScheme(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	listed := at(ours.root, "components", "securitySchemes", "Bearer", "flows", "clientCredentials", "scopes")
	for name, operation := range ours.operations() {
		for _, scope := range ours.scopes(operation) {
			if _, ok := listed.(object)[scope]; !ok {
				t.Errorf("%s needs the scope %s, which the scheme does not list", name, scope)
			}
		}
	}
}

func TestEveryRouteIsDescribedForItsReader(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	seen := map[string]string{}
	for name, operation := range ours.operations() {
		for _, member := range []string{"operationId", "summary", "description"} {
			if text, _ := operation[member].(string); text == "" {
				t.Errorf("%s has no %s", name, member)
			}
		}
		id, _ := operation["operationId"].(string)
		if other, taken := seen[id]; taken {
			t.Errorf("%s and %s share the operationId %s", name, other, id)
		}
		seen[id] = name
	}
}

func TestEveryComponentIsUsed(t *testing.T) {
	t.Parallel()
	root := load(t, openapi.Document())
	used := references(root)
	for _, kind := range []string{"schemas", "responses", "parameters", "headers"} {
		for name := range at(root, "components", kind).(object) {
			if ref := "#/components/" + kind + "/" + name; !slices.Contains(used, ref) {
				t.Errorf("nothing refers to %s", ref)
			}
		}
	}
}
