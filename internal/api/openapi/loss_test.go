package openapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

const schemaPlace = "#/components/schemas/"

// reach is every reference that an operation depends on, directly or not.
func (a api) reach(value any) map[string]bool {
	reached := map[string]bool{}
	waiting := references(value)
	for len(waiting) > 0 {
		ref := waiting[0]
		waiting = waiting[1:]
		if !reached[ref] {
			reached[ref] = true
			waiting = append(waiting, references(a.target(ref))...)
		}
	}
	return reached
}

// loss is one thing that a document says. Take makes the document lack it and returns how to give it back.
type loss struct {
	what, where string
	take        func() func()
}

// without is the loss of one member of an object.
func without(members object, name, what, where string) loss {
	return loss{what, where + "." + name, func() func() {
		value := members[name]
		delete(members, name)
		return func() { members[name] = value }
	}}
}

// shorter is the loss of one item of a list that is a member of an object.
func shorter(members object, name string, i int, what, where string) loss {
	list := members[name].([]any)
	return loss{what, fmt.Sprintf("%s.%s[%v]", where, name, list[i]), func() func() {
		members[name] = slices.Delete(slices.Clone(list), i, i+1)
		return func() { members[name] = list }
	}}
}

// lossesOfOperation lists what an operation says outside of components.
func (a api) lossesOfOperation(operation object, where string) []loss {
	found := []loss{without(operation, "operationId", "operation id", where)}
	if list, _ := operation["security"].([]any); len(list) > 0 {
		found = append(found, without(operation, "security", "need of a token", where))
		for _, requirement := range list {
			for scheme, scopes := range requirement.(object) {
				for i := range scopes.([]any) {
					found = append(found, shorter(requirement.(object), scheme, i, "scope", where))
				}
			}
		}
	}
	list, _ := operation["parameters"].([]any)
	for i, parameter := range list {
		found = append(found, shorter(operation, "parameters", i, "parameter", where))
		found = append(found, a.lossesOfParameter(parameter.(object), where)...)
	}
	if body, ok := operation["requestBody"].(object); ok {
		found = append(found, without(operation, "requestBody", "body", where))
		found = append(found, a.lossesOfHolder(body, where+".body")...)
	}
	answers := operation["responses"].(object)
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		found = append(found, without(answers, status, "answer", where))
		found = append(found, a.lossesOfHolder(answers[status].(object), where+"."+status)...)
	}
	return found
}

func (a api) lossesOfParameter(parameter object, where string) []loss {
	var found []loss
	for _, name := range []string{"required", "schema", "style", "explode"} {
		if value, ok := parameter[name]; ok && value != false {
			found = append(found, without(parameter, name, "property of a parameter", where))
		}
	}
	return append(found, a.lossesOfSchema(parameter["schema"], fmt.Sprint(where, ".", parameter["name"]))...)
}

// lossesOfHolder lists what a body or an answer says.
func (a api) lossesOfHolder(holder object, where string) []loss {
	var found []loss
	if holder["required"] == true {
		found = append(found, without(holder, "required", "need of a body", where))
	}
	content, _ := holder["content"].(object)
	for kind, media := range content {
		found = append(found, without(content, kind, "content type", where))
		found = append(found, a.lossesOfSchema(media.(object)["schema"], where)...)
	}
	return found
}

// lossesOfSchema lists what a schema says, references not followed.
func (a api) lossesOfSchema(value any, where string) []loss {
	schema, ok := value.(object)
	if !ok {
		return nil
	}
	var found []loss
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		member := schema[name]
		switch name {
		case "title", "description", "example", "examples":
			continue
		case "properties":
			for _, property := range slices.Sorted(maps.Keys(member.(object))) {
				found = append(found, without(member.(object), property, "field", where))
				found = append(found, a.lossesOfSchema(member.(object)[property], where+"."+property)...)
			}
			continue
		case "items", "additionalProperties", "propertyNames":
			found = append(found, a.lossesOfSchema(member, where+"."+name)...)
		}
		if strings.HasPrefix(name, "x-") || name == "additionalProperties" && member == true || a.saysNothing(name, member) {
			continue
		}
		found = append(found, without(schema, name, "keyword", where))
		list, _ := member.([]any)
		for i, item := range list {
			found = append(found, shorter(schema, name, i, nameOfItem(name, item), where))
			if name == "anyOf" {
				found = append(found, a.lossesOfSchema(item, fmt.Sprintf("%s.anyOf[%d]", where, i))...)
			}
		}
	}
	return found
}

// saysNothing tells of a reference to a schema that allows everything: taking it away changes its name, but no meaning.
func (a api) saysNothing(keyword string, value any) bool {
	ref, ok := value.(string)
	return ok && keyword == "$ref" && len(a.schema(a.target(ref))) == 0
}

func nameOfItem(keyword string, item any) string {
	switch {
	case item == "null", at(item, "type") == "null":
		return "nullability"
	case keyword == "enum":
		return "enum value"
	case keyword == "required":
		return "required member"
	}
	return "alternative"
}

// emptied is the loss of all that a component schema says.
func emptied(schemas object, name string) loss {
	return loss{"schema", name, func() func() {
		value := schemas[name]
		schemas[name] = object{}
		return func() { schemas[name] = value }
	}}
}

// losses lists what a document says, each with the function that makes the comparable form of where it says so. A
// schema is looked at by itself, and once as a whole through an operation that depends on it.
func (a api) losses(yield func(shape func() any, losses []loss)) {
	routes := maps.Collect(a.operations())
	witnessed := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		found := a.lossesOfOperation(routes[name], name)
		for ref := range a.reach(routes[name]) {
			if witnessed[ref] {
				continue
			}
			witnessed[ref] = true
			component := a.target(ref).(object)
			switch schema, isSchema := strings.CutPrefix(ref, schemaPlace); {
			case isSchema:
				if a.saysNothing("$ref", ref) {
					continue
				}
				found = append(found, emptied(at(a.root, "components", "schemas").(object), schema))
				yield(func() any { return a.schema(component) }, a.lossesOfSchema(component, schema))
			case strings.HasPrefix(ref, "#/components/parameters/"):
				found = append(found, a.lossesOfParameter(component, ref)...)
			default:
				found = append(found, a.lossesOfHolder(component, ref)...)
			}
		}
		yield(func() any { return a.comparable(routes[name]) }, found)
	}
}

// Whatever the contract says, a document that lacks it and is otherwise equal must be found out.
func TestTheComparisonSeesWhateverOfTheContractIsMissing(t *testing.T) {
	t.Parallel()
	for _, contract := range contracts(t) {
		t.Run(fmt.Sprint(at(contract.root, "info", "title")), func(t *testing.T) {
			t.Parallel()
			taken := map[string]int{}
			contract.losses(func(shape func() any, losses []loss) {
				before := shape()
				for _, l := range losses {
					undo := l.take()
					if len(diff("", before, shape())) == 0 {
						t.Errorf("the %s %s was lost unseen", l.what, l.where)
					}
					undo()
					taken[l.what]++
				}
			})
			t.Logf("each of these was taken away and missed: %v", taken)
		})
	}
}
