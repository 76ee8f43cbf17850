package openapi_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// Each member that the contract lacks is marked, so that strict clients are spared it, and no other.
func TestWhatTheContractLacksIsMarkedAsAnExtension(t *testing.T) {
	t.Parallel()
	theirs := map[string]map[string]bool{}
	for _, contract := range contracts(t) {
		for name, schema := range at(contract.root, "components", "schemas").(object) {
			if theirs[name] == nil {
				theirs[name] = map[string]bool{}
			}
			properties, _ := at(schema, "properties").(object)
			for member := range properties {
				theirs[name][member] = true
			}
		}
	}
	marked := 0
	ours := at(load(t, openapi.Document()), "components", "schemas").(object)
	for name, schema := range ours {
		properties, _ := at(schema, "properties").(object)
		for member, described := range properties {
			mark := at(described, "x-extension") == true
			if mark {
				marked++
			}
			if known := theirs[name]; known != nil && mark == known[member] {
				t.Errorf("%s.%s is in the contract: %t, and marked with x-extension: %t", name, member, known[member], mark)
			}
		}
	}
	if marked < 15 {
		t.Errorf("only %d members are marked", marked)
	}
}

// closed refuses whatever a schema of the contract does not name.
func closed(value any) any {
	switch value := value.(type) {
	case object:
		out := object{}
		for name, member := range value {
			out[name] = closed(member)
		}
		if _, has := out["properties"].(object); has && out["type"] == "object" && out["additionalProperties"] == nil {
			out["additionalProperties"] = false
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = closed(item)
		}
		return out
	}
	return value
}

// compiled is the contract as decoders read it that refuse what they do not know.
func compiled(t *testing.T, name string, root object) *jsonschema.Compiler {
	t.Helper()
	text, err := json.Marshal(closed(root), json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	compiler, _ := compilerOf(t, name, text)
	return compiler
}

// Every answer and delivery of the document that the contract knows, as a strict client gets it, holds
// no more than the contract has.
func TestAStrictClientIsAnsweredWhatTheContractHas(t *testing.T) {
	t.Parallel()
	strict, err := openapi.NewStrict()
	if err != nil {
		t.Fatal(err)
	}
	ours := maps.Collect(api{root: load(t, openapi.Document())}.operations())
	checked, cut := 0, 0
	for n, contract := range contracts(t) {
		document := fmt.Sprintf("contract%d.json", n)
		compiler := compiled(t, document, contract.root)
		for route, operation := range contract.operations() {
			for _, e := range strictExamples(route, ours[route]) {
				place := "/paths/" + escaped(strings.TrimPrefix(e.path, contract.prefix)) + "/" + strings.ToLower(e.method) +
					"/responses/" + e.status
				if e.method == "" {
					place = "/webhooks/" + e.path + "/post/requestBody"
				} else if at(operation, "responses", e.status, "content", "application/json", "schema") == nil {
					continue
				}
				schema, err := compiler.Compile(pointed(document, place+"/content/application~1json/schema"))
				if err != nil {
					t.Fatal(err)
				}
				whole, short := e.strict(t, strict)
				value, err := jsonschema.UnmarshalJSON(bytes.NewReader(short))
				if err == nil {
					err = schema.Validate(value)
				}
				if err != nil {
					t.Errorf("%s, %s: %v", route, e.status, err)
				}
				if checked++; len(short) < len(whole) {
					cut++
				}
			}
		}
	}
	if checked < 30 || cut < 10 {
		t.Errorf("%d answers and deliveries were checked, of which %d had extensions", checked, cut)
	}
}

// strictExample is one that our document has of an answer, or without a method of a delivery.
type strictExample struct {
	method, path, status string
	value                any
}

func strictExamples(route string, operation object) []strictExample {
	if event, ok := strings.CutPrefix(route, "webhook "); ok {
		value := at(operation, "requestBody", "content", "application/json", "example")
		if value == nil {
			return nil
		}
		return []strictExample{{path: event, value: value}}
	}
	method, path, _ := strings.Cut(route, " ")
	var all []strictExample
	responses, _ := operation["responses"].(object)
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		media := at(responses, status, "content", "application/json")
		values := []any{at(media, "example")}
		several, _ := at(media, "examples").(object)
		for _, one := range several {
			values = append(values, at(one, "value"))
		}
		for _, value := range values {
			if value != nil {
				all = append(all, strictExample{method, path, status, value})
			}
		}
	}
	return all
}

// strict returns the example, and as it is without what the contract lacks.
func (e strictExample) strict(t *testing.T, s *openapi.Strict) (whole, short []byte) {
	t.Helper()
	whole, err := json.Marshal(e.value, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	if e.method != "" {
		status := 0
		if _, err := fmt.Sscan(e.status, &status); err != nil {
			t.Fatal(err)
		}
		if short, err = s.Answer(e.method, e.path, status, whole); err != nil {
			t.Fatal(err)
		}
		return whole, short
	}
	data := e.value.(object)["data"].([]any)
	one, err := json.Marshal(data[0], json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	if one, err = s.Event(e.path, one); err != nil {
		t.Fatal(err)
	}
	short = bytes.Replace(whole, mustJSON(t, data[0]), one, 1)
	return whole, short
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func escaped(path string) string { return strings.ReplaceAll(path, "/", "~1") }

func TestWhatIsLeftOutLeavesTheRestAsItIs(t *testing.T) {
	t.Parallel()
	strict, err := openapi.NewStrict()
	if err != nil {
		t.Fatal(err)
	}
	const list = "/v2/integrations/connections"
	for given, want := range map[string]string{
		`{"items":[{"id":"a","settings":{"x":[1]},"description":"ä\u0041"},{"problem":null,"id":1.50}],"next_page":null}`: `{"items":[{"id":"a","description":"ä\u0041"},{"id":1.50}],"next_page":null}`,
		`{"code":400,"detail":null}`: `{"code":400,"detail":null}`,
		`{"items":[]}`:               `{"items":[]}`,
	} {
		got, err := strict.Answer("GET", list, 200, []byte(given))
		if err != nil || string(got) != want {
			t.Errorf("%s, %v", got, err)
		}
	}
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", list, 418}, {"GET", "/none", 200}, {"PUT", list, 200}} {
		if got, err := strict.Answer(c.method, c.path, c.status, []byte(`{"problem":1}`)); err != nil ||
			string(got) != `{"problem":1}` {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
	if _, err := strict.Answer("GET", list, 200, []byte(`{"items":[`)); err == nil {
		t.Error("half a body was taken")
	}
	if got, err := strict.Event("unheard.of", []byte(`{"problem":1}`)); err != nil || string(got) != `{"problem":1}` {
		t.Errorf("%s, %v", got, err)
	}
}
