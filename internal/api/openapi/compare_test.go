package openapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// comparable is what callers and receivers depend on in an operation: references resolved, words left out, lists
// without order turned into sets.
func (a api) comparable(operation object) object {
	shape := object{"operationId": operation["operationId"], "security": a.security(operation)}
	parameters := object{}
	list, _ := operation["parameters"].([]any)
	for _, entry := range list {
		parameter := a.resolved(entry)
		parameters[fmt.Sprint(parameter["in"], " ", parameter["name"])] = object{
			"required": parameter["required"] == true,
			"schema":   a.schema(parameter["schema"]),
			"style":    orElse(parameter["style"], "the usual"),
			"explode":  orElse(parameter["explode"], "the usual"),
		}
	}
	shape["parameters"] = parameters
	if body := a.resolved(operation["requestBody"]); body != nil {
		shape["requestBody"] = object{"required": body["required"] == true, "content": a.content(body)}
	}
	responses := object{}
	for status, response := range operation["responses"].(object) {
		responses[status] = object{"content": a.content(a.resolved(response))}
	}
	shape["responses"] = responses
	return shape
}

// security is the scopes that an operation needs; one that takes any token is told from one that takes none.
func (a api) security(operation object) object {
	needs := set(a.scopes(operation))
	if len(a.requirements(operation)) > 0 {
		needs["any token"] = true
	}
	return needs
}

func (a api) content(holder object) object {
	types := object{}
	content, _ := holder["content"].(object)
	for name, media := range content {
		types[name] = object{"schema": a.schema(media.(object)["schema"])}
	}
	return types
}

// schema is the one form of all schemas that mean the same: $ref replaced by its target, `type: [x, 'null']` written
// as anyOf, words and x- members left out, `required` and `enum` as sets.
func (a api) schema(value any) object {
	members, ok := value.(object)
	if !ok {
		return nil
	}
	shape := object{}
	if ref, ok := members["$ref"].(string); ok {
		shape = a.schema(a.target(ref))
	}
	for name, member := range members {
		switch {
		case slices.Contains([]string{"$ref", "title", "description", "example", "examples"}, name),
			strings.HasPrefix(name, "x-"):
		case name == "additionalProperties" && member == true:
		case name == "properties":
			properties := object{}
			for property, schema := range member.(object) {
				properties[property] = a.schema(schema)
			}
			shape[name] = properties
		case name == "items", name == "additionalProperties", name == "propertyNames":
			shape[name] = a.schema(member)
		case name == "anyOf":
			shape[name] = a.union(member.([]any))
		case name == "required", name == "enum":
			shape[name] = set(member.([]any))
		default:
			shape[name] = member
		}
	}
	return splitByType(shape)
}

func (a api) union(schemas []any) []any {
	var shapes []any
	for _, schema := range schemas {
		shapes = append(shapes, a.schema(schema))
	}
	return sorted(shapes)
}

// splitByType writes a list of types as anyOf of one schema per type; the default stays outside.
func splitByType(shape object) object {
	types, ok := shape["type"].([]any)
	if !ok {
		return shape
	}
	outside := object{}
	if value, ok := shape["default"]; ok {
		outside["default"] = value
	}
	var union []any
	for _, name := range types {
		branch := object{"type": name}
		if name != "null" {
			for member, value := range shape {
				if member != "type" && member != "default" {
					branch[member] = value
				}
			}
		}
		union = append(union, branch)
	}
	outside["anyOf"] = sorted(union)
	return outside
}

func sorted(union []any) []any {
	keys := map[string]any{}
	for i, schema := range union {
		keys[fmt.Sprint(at(schema, "type"), schema, i)] = schema
	}
	var inOrder []any
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		inOrder = append(inOrder, keys[key])
	}
	return inOrder
}

func set[T any](values []T) object {
	members := object{}
	for _, value := range values {
		members[fmt.Sprint(value)] = true
	}
	return members
}

func orElse(value, otherwise any) any {
	if value == nil {
		return otherwise
	}
	return value
}
