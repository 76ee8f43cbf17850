package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// object reads a body that a file holds, and says what is wrong with one that is no JSON object.
func object(file string, text []byte) (map[string]jsontext.Value, error) {
	if file == "-" {
		file = "the input"
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, misused(`%s is empty; give a JSON object such as {"vehicle_name":"Truck 42"}`, file)
	}
	var given jsontext.Value
	err := json.Unmarshal(text, &given)
	var at *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &at):
		return nil, misused("%s has the member %s twice; leave one out", file, strings.TrimPrefix(string(at.JSONPointer), "/"))
	case err != nil:
		return nil, misused("%s is no JSON: %w", file, err)
	case given.Kind() != '{':
		return nil, misused(`%s holds no JSON object; give one such as {"vehicle_name":"Truck 42"}`, file)
	}
	members := map[string]jsontext.Value{}
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, misused("%s is no JSON: %w", file, err)
	}
	return members, nil
}

// assigned reads a field that is set: NAME=VALUE gives it the type that the field has, and NAME:=JSON any. A list that is set
// several times has all of it; before is what is set already.
func assigned(schema *resource.Schema, text string, before map[string]jsontext.Value) (string, jsontext.Value, error) {
	name, value, _ := strings.Cut(text, "=")
	if raw, ok := strings.CutSuffix(name, ":"); ok {
		v := jsontext.Value(strings.TrimSpace(value))
		if !v.IsValid() {
			return "", nil, misused("--set %s: %q is no JSON; with %s=… it is a text", text, value, raw)
		}
		return raw, v, nil
	}
	var kind resource.Type
	if f := schema.Field(name); f != nil {
		kind = f.Type
	}
	switch kind {
	case resource.Integer, resource.Decimal, resource.Money:
		if v := jsontext.Value(value); v.IsValid() && v.Kind() == '0' {
			return name, v, nil
		}
	case resource.Boolean:
		if value == "true" || value == "false" {
			return name, jsontext.Value(value), nil
		}
	case resource.UUIDs, resource.Enums, resource.Texts:
		return list(name, value, before[name])
	case resource.Nested, resource.Raw:
		return "", nil, misused("--set %s: %s is an object; write it as JSON, with %s:=…", text, name, name)
	}
	// Whatever does not fit is a text: the API says what is wrong with it, and knows fields that this release does not.
	return quoted(name, value)
}

// list adds to a list: several values are parted by commas.
func list(name, value string, before jsontext.Value) (string, jsontext.Value, error) {
	var all []string
	if before != nil && json.Unmarshal(before, &all) != nil {
		return "", nil, misused("%s is no list of texts in the file; leave it out there", name)
	}
	for item := range strings.SplitSeq(value, ",") {
		all = append(all, strings.TrimSpace(item))
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "", nil, fmt.Errorf("--set %s: %w", name, err)
	}
	return name, text, nil
}

func quoted(name, value string) (string, jsontext.Value, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", nil, misused("--set %s: %w", name, err)
	}
	return name, text, nil
}
