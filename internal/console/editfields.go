package console

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/operation"
)

// editField is a field of a write beside what it was.
type editField struct {
	Name, Asked, Now string
	Changed          bool
}

// inputOf is the name of the input of a field.
func inputOf(name string) string { return "field." + name }

// Input is the name of the field's input.
func (f editField) Input() string { return inputOf(f.Name) }

// Lines tells that the field needs an input of several lines: one of a single line would join them.
func (f editField) Lines() bool { return strings.Contains(f.Now, "\n") }

// exact tells whether a form gives a text back as it was: browsers write line breaks in their own way, and drop what is
// no character.
func exact(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) })
}

// editFields are the fields that an operation was asked with, as they are in a body; nil if the body has others, or cannot
// be read: then it is edited as JSON.
func editFields(op operation.Operation, body string) (all []editField) {
	now, err := membersOf([]byte(body))
	if err != nil || !jsontext.Value(body).IsValid() {
		return nil
	}
	texts := map[string]string{}
	for _, m := range now {
		texts[m.Name] = m.text()
	}
	known := 0
	for _, m := range given(op) {
		text, has := texts[m.Name]
		if !has {
			return nil
		}
		if !exact(text) || !exact(m.text()) {
			return nil
		}
		known++
		all = append(all, editField{Name: m.Name, Asked: m.text(), Now: text, Changed: text != m.text()})
	}
	if _, has := texts["connection_id"]; has {
		known++
	}
	if known != len(texts) {
		return nil
	}
	return all
}

// assembled is the body of an operation with the texts of a form in it. What was no text is taken as it is written, so that
// no number is rounded; what is no JSON then is sent as a text, and refused by its path.
func assembled(op operation.Operation, form url.Values) (string, error) {
	all, err := membersOf(body(op))
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	e := jsontext.NewEncoder(&out)
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return "", err
	}
	for _, m := range all {
		value := m.Value
		if form.Has(inputOf(m.Name)) {
			if value, err = typed(m, form.Get(inputOf(m.Name))); err != nil {
				return "", err
			}
		}
		if err := e.WriteToken(jsontext.String(m.Name)); err != nil {
			return "", err
		}
		if err := e.WriteValue(value); err != nil {
			return "", err
		}
	}
	if err := e.WriteToken(jsontext.EndObject); err != nil {
		return "", err
	}
	return strings.TrimSpace(out.String()), nil
}

// typed is what was written into the input of a member, as its value.
func typed(was member, text string) (jsontext.Value, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if was.Value.Kind() != '"' && jsontext.Value(text).IsValid() {
		return jsontext.Value(text), nil
	}
	value, err := json.Marshal(text)
	return value, err
}
