package openapi_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// The comparison itself must see a difference and let an addition pass.
func TestTheComparisonSeesWhatBreaksACallerAndNothingElse(t *testing.T) {
	t.Parallel()
	contract := `
openapi: 3.1.0
components:
  schemas:
    Kind: {type: string, enum: [a, b]}
    Level: {type: string, enum: [r, w]}
paths:
  /x:
    post:
      operationId: x
      security: [{Bearer: [one]}]
      parameters: [{name: q, in: query, schema: {type: [string, 'null'], maxLength: 3}}]
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {m: {type: integer, default: 1}}}}}}
      responses:
        '200':
          content: {application/json: {schema: {type: object, required: [k], properties: {k: {$ref: '#/components/schemas/Kind'}, l: {
            type: object, propertyNames: {$ref: '#/components/schemas/Kind'}, additionalProperties: {$ref: '#/components/schemas/Level'}}}}}}
        '404': {content: {application/json: {schema: {anyOf: [{type: 'null'}, {type: array, items: {type: string, format: uuid}}]}}}}
`
	const answer = ".responses[200].content[application/json].schema"
	for name, test := range map[string]struct {
		old, new string
		want     []string
	}{
		"equal": {"", "", nil},
		"nullable written as anyOf": {"{type: [string, 'null'], maxLength: 3}",
			"{anyOf: [{type: 'null'}, {type: string, maxLength: 3}]}", nil},
		"another description": {"type: object, required", "description: other, type: object, required",
			nil},
		"a new optional property": {"properties: {k", "properties: {n: {type: string}, k", nil},
		"a new optional parameter": {"parameters: [",
			"parameters: [{name: n, in: query, schema: {type: string}}, ", nil},
		"a new required parameter": {"parameters: [",
			"parameters: [{name: n, in: query, required: true, schema: {type: string}}, ", []string{".parameters[query n]"}},
		"not nullable any more": {"[string, 'null']", "string", []string{".parameters[query q].schema.anyOf", ".parameters[query q].schema.maxLength", ".parameters[query q].schema.type"}},
		"a value of an enum lost": {"[a, b]", "[a]",
			[]string{answer + ".properties[k].enum[b]", answer + ".properties[l].propertyNames.enum[b]"}},
		"a value of an enum more": {"[r, w]", "[r, w, x]",
			[]string{answer + ".properties[l].additionalProperties.enum[x]"}},
		"a property lost": {"properties: {k: {$ref: '#/components/schemas/Kind'}, l",
			"properties: {l", []string{answer + ".properties[k]"}},
		"a parameter lost": {"{name: q,", "{name: other,", []string{".parameters[query q]"}},
		"a parameter that is needed": {"{name: q,", "{name: q, required: true,",
			[]string{".parameters[query q].required"}},
		"an answer lost":             {"'404'", "'503'", []string{".responses[404]"}},
		"an operation id of its own": {"operationId: x", "operationId: y", []string{".operationId"}},
		"another content type": {"'200':\n          content: {application/json",
			"'200':\n          content: {text/plain",
			[]string{".responses[200].content[application/json]", ".responses[200].content[text/plain]"}},
		"a body that is not needed any more": {"requestBody: {required: true, ", "requestBody: {",
			[]string{".requestBody.required"}},
		"another default": {"default: 1", "default: 2",
			[]string{".requestBody.content[application/json].schema.properties[m].default"}},
		"another type": {"{type: integer", "{type: string",
			[]string{".requestBody.content[application/json].schema.properties[m].type"}},
		"a format lost": {", format: uuid", "",
			[]string{".responses[404].content[application/json].schema.anyOf[0].items.format"}},
		"an alternative lost": {"anyOf: [{type: 'null'}, ", "anyOf: [",
			[]string{".responses[404].content[application/json].schema.anyOf"}},
		"no token needed": {"security: [{Bearer: [one]}]", "security: []",
			[]string{".security[any token]", ".security[one]"}},
		"any token will do":                          {"[{Bearer: [one]}]", "[{Bearer: []}]", []string{".security[one]"}},
		"a member of an answer that is always there": {"required: [k]", "required: [k, l]", nil},
		"a member of an answer that is bounded":      {"format: uuid}}]", "format: uuid}, maxItems: 9}]", nil},
		"a member of a body that is needed": {"{type: object, properties: {m",
			"{type: object, required: [m], properties: {m", []string{".requestBody.content[application/json].schema.required"}},
		"a member of a body that is bounded": {"default: 1", "default: 1, maxLength: 9",
			[]string{".requestBody.content[application/json].schema.properties[m].maxLength"}},
		"a property that is not required any more": {"required: [k], ", "", []string{answer + ".required"}},
		"another scope": {"[one]", "[two]", []string{".security[one]", ".security[two]"}},
		"another limit": {"maxLength: 3", "maxLength: 4",
			[]string{".parameters[query q].schema.anyOf[1].maxLength"}},
		"a status more": {"'200':", "'418': {description: tea}\n        '200':",
			[]string{".responses[418]"}},
		"a 429 more": {"'200':", "'429': {description: slower}\n        '200':", nil},
		"a 503 more": {"'200':", "'503': {description: away}\n        '200':", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(contract, test.old) {
				t.Fatalf("%q is not in the contract of this test", test.old)
			}
			before := api{root: load(t, []byte(contract))}
			after := api{root: load(t, []byte(strings.Replace(contract, test.old, test.new, 1)))}
			const route = "POST /x"
			var got []string
			for _, found := range diff(route, before.comparable(maps.Collect(before.operations())[route]),
				after.comparable(maps.Collect(after.operations())[route])) {
				got = append(got, strings.TrimPrefix(found.path, route))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("differences %q, want %q", got, test.want)
			}
		})
	}
}

func TestTheListsOfGapsExcuseWhatTheyNameAndNothingElse(t *testing.T) {
	t.Parallel()
	routes := func(names ...string) map[string]object {
		of := map[string]object{}
		for _, name := range names {
			of[name] = object{}
		}
		return of
	}
	later := map[string]string{"GET /later": "comes later"}
	for name, test := range map[string]struct {
		contract, ours map[string]object
		want           string
	}{
		"as listed": {routes("GET /a", "GET /later"), routes("GET /a", "GET /own"), ""},
		"a route that is not served": {routes("GET /a", "GET /b", "GET /later"), routes("GET /a", "GET /own"),
			"GET /b is in the contract, but"},
		"a listed route that is served":  {routes("GET /later"), routes("GET /later", "GET /own"), "GET /later is served"},
		"a listed route that is unknown": {routes("GET /a"), routes("GET /a", "GET /own"), "GET /later is listed as not yet"},
		"a route that no one listed":     {routes("GET /later"), routes("GET /own", "GET /b"), "GET /b is neither"},
		"an own route of the contract": {routes("GET /later", "GET /own"), routes("GET /own"),
			"GET /own is listed as our own"},
		"an own route that we lack": {routes("GET /later"), routes(), "GET /own is listed as our own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := gaps(test.contract, test.ours, later, []string{"GET /own"})
			if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], test.want)) {
				t.Errorf("gaps %q, want %q", got, test.want)
			}
		})
	}
}
