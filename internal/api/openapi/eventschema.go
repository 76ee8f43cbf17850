package openapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// object is a JSON object.
type object = map[string]any

// openForm is the delivery from which those of other events differ in their data alone.
const openForm = "resource_operation.created"

// EventSchema describes the delivery of an event by an OpenAPI 3.0 document, as JSON. It follows from
// the webhooks section of the document; the data of an event that has none there is an open object.
func EventSchema(event, version string) (string, error) {
	text, err := JSON()
	if err != nil {
		return "", err
	}
	var root object
	if err := json.Unmarshal(text, &root); err != nil {
		return "", fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	hooks := root["webhooks"].(object)
	delivery, raised := hooks[event].(object)
	if !raised {
		delivery = hooks[openForm].(object)
	}
	post := delivery["post"].(object)
	d := downgrade{from: at(root, "components", "schemas"), used: object{}}
	form := refName(at(post, "requestBody", "content", "application/json", "schema")["$ref"])
	envelope := maps.Clone(d.from[form].(object))
	properties := maps.Clone(envelope["properties"].(object))
	properties["event_name"] = object{"type": "string", "enum": []any{event}}
	description := post["description"]
	if !raised {
		description = "This service never raises the event."
		properties["data"] = object{"type": "array", "items": object{"type": "object"}}
		envelope["description"] = "A delivery."
	}
	envelope["properties"] = properties
	d.used["Delivery"] = d.schema(envelope)
	document, err := json.Marshal(object{
		"openapi": "3.0.3",
		"info":    object{"title": event, "version": version, "description": description},
		"paths": object{"/": object{"post": object{"operationId": "receive", "summary": "What the receiver gets",
			"requestBody": object{"required": true, "content": object{"application/json": object{
				"schema": object{"$ref": schemas + "Delivery"}}}},
			"responses": object{"202": object{"description": "The delivery was taken."}}}}},
		"components": object{"schemas": d.used},
	}, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("writing the schema of %s: %w", event, err)
	}
	return string(document), nil
}

// at goes down a path of members that are objects.
func at(of object, path ...string) object {
	for _, name := range path {
		of = of[name].(object)
	}
	return of
}

// schemas begins the references to schemas.
const schemas = "#/components/schemas/"

func refName(ref any) string { return strings.TrimPrefix(ref.(string), schemas) }

// downgrade writes schemas of OpenAPI 3.1 as 3.0 has them, and those that they refer to into used.
type downgrade struct {
	from, used object
}

// schema knows what our document uses: a keyword that 3.0 does not have, or reads otherwise, must be
// turned here. A test refuses others.
func (d downgrade) schema(of object) object {
	out := object{}
	// First, because what stands beside it says more than what it refers to.
	if all, ok := of["anyOf"].([]any); ok {
		d.union(all, out)
	}
	for name, v := range of {
		switch name {
		case "anyOf":
		case "$ref":
			out["$ref"] = d.reference(v)
		case "type":
			d.types(v, out)
		case "const":
			out["enum"] = []any{v}
		case "examples":
			out["example"] = v.([]any)[0]
		case "properties":
			all := object{}
			for property, s := range v.(object) {
				all[property] = d.schema(s.(object))
			}
			out[name] = all
		case "items", "additionalProperties":
			if s, ok := v.(object); ok {
				v = d.schema(s)
			}
			out[name] = v
		default:
			out[name] = v
		}
	}
	// 3.0 ignores what stands beside a reference.
	if ref, ok := out["$ref"]; ok && len(out) > 1 {
		delete(out, "$ref")
		out["allOf"] = []any{object{"$ref": ref}}
	}
	return out
}

func (d downgrade) reference(ref any) any {
	name := refName(ref)
	if _, done := d.used[name]; !done {
		// Set first, because a schema may refer to itself.
		d.used[name] = object{}
		d.used[name] = d.schema(d.from[name].(object))
	}
	return ref
}

func (d downgrade) types(v any, out object) {
	list, ok := v.([]any)
	if !ok {
		out["type"] = v
		return
	}
	for _, one := range list {
		if one == "null" {
			out["nullable"] = true
		} else {
			out["type"] = one
		}
	}
}

// union writes an anyOf. nullable counts only beside a type, so that what may be null is written out
// where it stands instead of being referred to.
func (d downgrade) union(all []any, out object) {
	var kept []object
	nullable := false
	for _, one := range all {
		if s := one.(object); s["type"] == "null" {
			nullable = true
		} else {
			kept = append(kept, s)
		}
	}
	if nullable && len(kept) == 1 {
		one := kept[0]
		if ref, ok := one["$ref"]; ok {
			one = d.from[refName(ref)].(object)
		}
		maps.Copy(out, d.schema(one))
		out["nullable"] = true
		if values, ok := out["enum"].([]any); ok {
			out["enum"] = append(slices.Clone(values), nil)
		}
		return
	}
	var any []any
	for _, one := range kept {
		any = append(any, d.schema(one))
	}
	out["anyOf"] = any
}
