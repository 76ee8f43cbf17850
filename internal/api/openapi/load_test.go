package openapi_test

import (
	"bytes"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

type object = map[string]any

// contractFolder is the contract beside the repository root. It is not part of the repository, so its absence skips
// the test, loudly; where CI says that it must be there its absence fails.
func contractFolder(t *testing.T) string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "..", "shared", "contract")
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the contract is missing: %v", err)
		}
		t.Skipf("NOT CHECKED AGAINST THE CONTRACT: %v", err)
	}
	return folder
}

func load(t *testing.T, document []byte) object {
	t.Helper()
	var root object
	if err := yaml.Unmarshal(document, &root); err != nil {
		t.Fatalf("reading the document: %v", err)
	}
	return root
}

// at follows member names; what is not there is nil.
func at(value any, path ...string) any {
	for _, name := range path {
		members, _ := value.(object)
		value = members[name]
	}
	return value
}

// references collects every $ref of a document.
func references(value any) []string {
	var found []string
	switch value := value.(type) {
	case object:
		for name, member := range value {
			if ref, ok := member.(string); ok && name == "$ref" {
				found = append(found, ref)
				continue
			}
			found = append(found, references(member)...)
		}
	case []any:
		for _, item := range value {
			found = append(found, references(item)...)
		}
	}
	return found
}

// floats turns every number into a float64, since YAML tells whole numbers from others and JSON does not.
func floats(value any) any {
	switch value := value.(type) {
	case object:
		turned := object{}
		for name, member := range value {
			turned[name] = floats(member)
		}
		return turned
	case []any:
		turned := make([]any, len(value))
		for i, item := range value {
			turned[i] = floats(item)
		}
		return turned
	case uint64:
		return float64(value)
	case int64:
		return float64(value)
	}
	return value
}

// api is one OpenAPI document. Prefix is put before each of its paths, for a contract whose server has a base path.
type api struct {
	root   object
	prefix string
}

// operations yields every operation as "POST /path" or, of the webhooks, "event post".
func (a api) operations() iter.Seq2[string, object] {
	return func(yield func(string, object) bool) {
		for _, section := range []string{"paths", "webhooks"} {
			items, _ := a.root[section].(object)
			for path, item := range items {
				for method, operation := range item.(object) {
					name := strings.ToUpper(method) + " " + a.prefix + path
					if section == "webhooks" {
						name = "webhook " + path
					}
					if !yield(name, operation.(object)) {
						return
					}
				}
			}
		}
	}
}

// requirements are the `security` of an operation, its own or else that of the whole document; none where no token is
// needed.
func (a api) requirements(operation object) []any {
	security, own := operation["security"]
	if !own {
		security = a.root["security"]
	}
	requirements, _ := security.([]any)
	return requirements
}

// scopes that an operation needs; none where any token will do, or no token.
func (a api) scopes(operation object) []string {
	var scopes []string
	for _, requirement := range a.requirements(operation) {
		for _, list := range requirement.(object) {
			for _, scope := range list.([]any) {
				scopes = append(scopes, scope.(string))
			}
		}
	}
	return scopes
}

// resolved follows $ref of an object that is no schema, such as a parameter or a response.
func (a api) resolved(value any) object {
	for {
		members, _ := value.(object)
		ref, ok := members["$ref"].(string)
		if !ok {
			return members
		}
		value = a.target(ref)
	}
}

func (a api) target(ref string) any {
	return at(a.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
}

// compilerOf compiles the schemas of a document in JSON, which it knows by the name, and returns the
// document as it reads it.
func compilerOf(t *testing.T, name string, text []byte) (compiler *jsonschema.Compiler, root any) {
	t.Helper()
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler = jsonschema.NewCompiler()
	if err := compiler.AddResource(name, root); err != nil {
		t.Fatal(err)
	}
	return compiler, root
}

// pointed is the address of what stands at a JSON pointer of a document.
func pointed(document, pointer string) string {
	return document + "#" + (&url.URL{Fragment: pointer}).EscapedFragment()
}
