package openapi_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// contracts reads the contract's documents. The paths of authentication are relative to a realm there.
func contracts(t *testing.T) []api {
	t.Helper()
	folder := contractFolder(t)
	var read []api
	for _, name := range []string{"authentication", "telematics", "integrations", "notifications"} {
		document, err := os.ReadFile(filepath.Join(folder, name+".openapi.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		contract := api{root: load(t, document)}
		if name == "authentication" {
			contract.prefix = "/realms/{realm}"
		}
		read = append(read, contract)
	}
	return read
}

func TestEveryRouteThatTheContractKnowsIsAsTheContractSays(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	served := maps.Collect(ours.operations())
	met := map[string]bool{}
	for _, contract := range contracts(t) {
		for name, operation := range contract.operations() {
			if served[name] == nil {
				continue
			}
			for _, found := range diff(name, contract.comparable(operation), ours.comparable(served[name])) {
				if _, known := deviations[found.path]; known {
					met[found.path] = true
					continue
				}
				t.Error(found)
			}
		}
	}
	for path, reason := range deviations {
		if !met[path] {
			t.Errorf("%s is as the contract says: take it off the list of deviations (%s)", path, reason)
		}
	}
}

func TestEveryRouteOfTheContractIsServedOrListedAsNotYetServed(t *testing.T) {
	t.Parallel()
	ours := maps.Collect(api{root: load(t, openapi.Document())}.operations())
	known := map[string]bool{}
	for _, contract := range contracts(t) {
		for name := range contract.operations() {
			known[name] = true
			_, served := ours[name]
			_, listed := notServed[name]
			switch {
			case served && listed:
				t.Errorf("%s is served: take it off the list of what is not", name)
			case !served && !listed:
				t.Errorf("%s is in the contract, but neither served nor listed as not yet served", name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(notServed)) {
		if !known[name] {
			t.Errorf("%s is listed as not yet served, but the contract does not have it", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		if !known[name] && !slices.Contains(ownRoutes, name) {
			t.Errorf("%s is neither in the contract nor listed as our own", name)
		}
	}
}

func TestEverySchemaKeepsTheNameThatTheContractGivesIt(t *testing.T) {
	t.Parallel()
	ours := api{root: load(t, openapi.Document())}
	schemas := at(ours.root, "components", "schemas").(object)
	theirs := map[string]bool{}
	for _, contract := range contracts(t) {
		for name := range at(contract.root, "components", "schemas").(object) {
			theirs[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		if !theirs[name] && !slices.Contains(ownSchemas, name) {
			t.Errorf("the schema %s is neither in the contract nor listed as our own", name)
		}
	}
}

// The comparison itself must see a difference and let an addition pass.
func TestTheComparisonSeesWhatBreaksACallerAndNothingElse(t *testing.T) {
	t.Parallel()
	contract := `
openapi: 3.1.0
components: {schemas: {Kind: {type: string, enum: [a, b]}}}
paths:
  /x:
    post:
      operationId: x
      security: [{Bearer: [one]}]
      parameters: [{name: q, in: query, schema: {type: [string, 'null'], maxLength: 3}}]
      responses:
        '200':
          content: {application/json: {schema: {type: object, required: [k], properties: {k: {$ref: '#/components/schemas/Kind'}}}}}
`
	for name, test := range map[string]struct {
		old, new string
		want     []string
	}{
		"equal":                                    {"", "", nil},
		"nullable written as anyOf":                {"{type: [string, 'null'], maxLength: 3}", "{anyOf: [{type: 'null'}, {type: string, maxLength: 3}]}", nil},
		"another description":                      {"type: object, required", "description: other, type: object, required", nil},
		"a new optional property":                  {"properties: {k", "properties: {n: {type: string}, k", nil},
		"a new optional parameter":                 {"parameters: [", "parameters: [{name: n, in: query, schema: {type: string}}, ", nil},
		"a new required parameter":                 {"parameters: [", "parameters: [{name: n, in: query, required: true, schema: {type: string}}, ", []string{".parameters[query n]"}},
		"not nullable any more":                    {"[string, 'null']", "string", []string{".parameters[query q].schema.anyOf", ".parameters[query q].schema.maxLength", ".parameters[query q].schema.type"}},
		"a value of an enum lost":                  {"[a, b]", "[a]", []string{".responses[200].content[application/json].schema.properties[k].enum[b]"}},
		"a property that is not required any more": {"required: [k], ", "", []string{".responses[200].content[application/json].schema.required"}},
		"another scope":                            {"[one]", "[two]", []string{".security[one]", ".security[two]"}},
		"another limit":                            {"maxLength: 3", "maxLength: 4", []string{".parameters[query q].schema.anyOf[1].maxLength"}},
		"a status more":                            {"'200':", "'418': {description: tea}\n        '200':", []string{".responses[418]"}},
		"a 503 more":                               {"'200':", "'503': {description: away}\n        '200':", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := api{root: load(t, []byte(contract))}
			after := api{root: load(t, []byte(strings.Replace(contract, test.old, test.new, 1)))}
			const route = "POST /x"
			var got []string
			for _, found := range diff(route, before.comparable(maps.Collect(before.operations())[route]), after.comparable(maps.Collect(after.operations())[route])) {
				got = append(got, strings.TrimPrefix(found.path, route))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("differences %q, want %q", got, test.want)
			}
		})
	}
}
