package record_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

type object = map[string]any

// contract is the contract's telematics document, which lies beside the repository; its
// absence skips the test, loudly, and fails it in CI.
func contract(t *testing.T) object {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "contract", "telematics.openapi.yaml"))
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("the contract is missing: %v", err)
	}
	if err != nil {
		t.Skipf("NOT CHECKED AGAINST THE CONTRACT: %v", err)
	}
	// YAML tells whole numbers from others in a way that the schema compiler does not know.
	var root any
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(plain, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// readSchema names the contract's read model of a kind.
func readSchema(k resource.Kind) string {
	var name strings.Builder
	for part := range strings.SplitSeq(string(k), "_") {
		name.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return name.String() + "Read"
}

func TestReadModelsHaveTheContractsMembersAndTypes(t *testing.T) {
	t.Parallel()
	schemas := contract(t)["components"].(object)["schemas"].(object)
	common := strings.Fields(`fleet_id fleet_ref id created_at updated_at deleted_at connection_id tsp_id tsp_slug source_name
		source_data source_id source_data_hash occurred_at execution_id schedule_id extras`)
	for _, kind := range resource.Kinds() {
		if kind.Facts().Own {
			continue
		}
		properties := schemas[readSchema(kind)].(object)["properties"].(object)
		seen := slices.Clone(common)
		for _, m := range record.ModelOf(kind).Members {
			p, ok := properties[m.Name].(object)
			if !ok {
				t.Errorf("%s has no %s", readSchema(kind), m.Name)
				continue
			}
			if want := typeOf(p); want != m.Type {
				t.Errorf("%s.%s is %q, the contract has %q", readSchema(kind), m.Name, m.Type, want)
			}
			if slices.Contains(seen, m.Name) {
				t.Errorf("%s.%s is there twice", readSchema(kind), m.Name)
			}
			seen = append(seen, m.Name)
		}
		for name := range properties {
			if !slices.Contains(seen, name) {
				t.Errorf("%s.%s is missing", readSchema(kind), name)
			}
		}
	}
}

// typeOf is our type of a property of the contract.
func typeOf(p object) resource.Type {
	if ref, ok := p["$ref"].(string); ok {
		return map[string]resource.Type{"NullablePoint": record.Object, "DistanceUnit": record.Metres}[filepath.Base(ref)]
	}
	if some, ok := p["anyOf"].([]any); ok && some[0].(object)["$ref"] != nil {
		return resource.Enum
	}
	is, _ := p["type"].([]any)
	base, _ := p["type"].(string)
	if len(is) > 0 {
		base = is[0].(string)
	}
	items, _ := p["items"].(object)
	switch {
	case base == "array" && items["$ref"] != nil:
		return resource.Enums
	case base == "array" && items["format"] == "uuid":
		return resource.UUIDs
	case base == "array":
		return record.Texts
	case base == "string" && p["pattern"] != nil:
		return resource.Money
	case p["format"] != nil:
		return resource.Type(p["format"].(string))
	case base == "string":
		return resource.Text
	}
	return resource.Type(base)
}

func TestFiltersAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	root := contract(t)
	parameters := root["components"].(object)["parameters"].(object)
	for kind, path := range map[resource.Kind]string{resource.KindMessage: "messages", resource.KindGroupMessage: "group-messages",
		resource.KindDvirLog: "dvir-logs", resource.KindFuelTransaction: "fuel-transactions"} {
		var want []string
		get := root["paths"].(object)["/v2/telematics/"+path].(object)["get"].(object)
		for _, p := range get["parameters"].([]any) {
			one := p.(object)
			if ref, ok := one["$ref"].(string); ok {
				one = parameters[filepath.Base(ref)].(object)
			}
			if name := one["name"].(string); strings.HasSuffix(name, "_ids") && name != "fleet_ids" {
				want = append(want, strings.TrimSuffix(name, "s"))
			}
		}
		got := slices.Sorted(slices.Values(record.ModelOf(kind).References))
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s is filtered by %v, in the contract by %v", kind, got, want)
		}
	}
}

// validator checks values against the contract's read models.
func validator(t *testing.T) func(kind resource.Kind, raw []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	const url = "https://contract.example/telematics.json"
	if err := c.AddResource(url, contract(t)); err != nil {
		t.Fatal(err)
	}
	return func(kind resource.Kind, raw []byte) error {
		schema, err := c.Compile(url + "#/components/schemas/" + readSchema(kind))
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
		return schema.Validate(value)
	}
}
