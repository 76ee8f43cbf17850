package api_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// documented is a route of the OpenAPI document, so that a new one is tried without a line here.
type documented struct {
	method, path string
	query        []parameter
	// path's parameters, as the document writes them.
	places []string
}

// parameter is a query parameter; kind is its type or format.
type parameter struct {
	name, kind string
	list       bool
	values     []string
}

// line is what asks for the route; each id of its path is one, and its realm is waybill.
func (d documented) line(query string) string {
	path := strings.ReplaceAll(d.path, "{realm}", "waybill")
	for _, place := range d.places {
		path = strings.ReplaceAll(path, "{"+place+"}", one)
	}
	return d.method + " " + path + "?" + query
}

// isOAuth tells whether the route's errors have OAuth's form.
func (d documented) isOAuth() bool {
	return strings.HasPrefix(d.path, "/realms/") && d.method == "POST"
}

// body is one of the type that the route takes.
func (d documented) body() (text, kind string) {
	if d.isOAuth() {
		return form(nil), formType
	}
	if strings.HasSuffix(d.path, "/batch") {
		return "{}", lineType
	}
	return "{}", "application/json"
}

// sample is a value that the document allows for a parameter.
func (p parameter) sample() string {
	switch {
	case len(p.values) > 0:
		return p.values[0]
	case p.kind == "uuid":
		return one
	case p.kind == "boolean":
		return "true"
	case p.kind == "integer":
		return "5"
	case p.kind == "date-time":
		return time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	}
	return "x"
}

type schemaText struct {
	Ref    string       `json:"$ref"`
	Type   any          `json:"type"`
	Format string       `json:"format"`
	Enum   []any        `json:"enum"`
	Items  *schemaText  `json:"items"`
	AnyOf  []schemaText `json:"anyOf"`
}

type parameterText struct {
	Ref    string     `json:"$ref"`
	Name   string     `json:"name"`
	In     string     `json:"in"`
	Schema schemaText `json:"schema"`
}

type documentText struct {
	Paths map[string]map[string]struct {
		Parameters []parameterText `json:"parameters"`
	} `json:"paths"`
	Components struct {
		Parameters map[string]parameterText `json:"parameters"`
		Schemas    map[string]schemaText    `json:"schemas"`
	} `json:"components"`
}

func documentedRoutes(t *testing.T) []documented {
	t.Helper()
	text, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d documentText
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	var all []documented
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for method, operation := range d.Paths[path] {
			route := documented{method: strings.ToUpper(method), path: path}
			for _, p := range operation.Parameters {
				if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
					p = d.Components.Parameters[name]
				}
				switch p.In {
				case "query":
					read := parameter{name: p.Name}
					d.describe(p.Schema, &read)
					route.query = append(route.query, read)
				case "path":
					route.places = append(route.places, p.Name)
				}
			}
			all = append(all, route)
		}
	}
	if len(all) < 50 {
		t.Fatalf("%d routes were found in the document", len(all))
	}
	return all
}

func (d documentText) describe(s schemaText, into *parameter) {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		d.describe(d.Components.Schemas[name], into)
	}
	types, _ := s.Type.([]any)
	for _, kind := range append(types, s.Type) {
		switch kind {
		case "array":
			into.list = true
			d.describe(*s.Items, into)
		case "boolean", "integer":
			into.kind = kind.(string)
		}
	}
	if s.Format != "" {
		into.kind = s.Format
	}
	for _, v := range s.Enum {
		if text, ok := v.(string); ok {
			into.values = append(into.values, text)
		}
	}
	for _, one := range s.AnyOf {
		d.describe(one, into)
	}
}
