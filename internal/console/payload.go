package console

import (
	"bytes"
	"errors"
	"io"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// member is one of an object, with its value byte for byte: no number passes through a float.
type member struct {
	Name  string
	Value jsontext.Value
}

// membersOf reads the members of an object in their order.
func membersOf(body []byte) (all []member, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	begin, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	if begin.Kind() != '{' {
		return nil, errors.New("no object")
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		one := member{Name: name.String()}
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		one.Value = value.Clone()
		all = append(all, one)
	}
	if _, err := d.ReadToken(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return all, nil
}

// given are the members of what an operation was asked, without the connection and the source ids that were found; nil
// where what is stored cannot be read.
func given(op operation.Operation) []member {
	all, err := membersOf(body(op))
	if err != nil {
		return nil
	}
	var out []member
	for _, m := range all {
		if m.Name != "connection_id" {
			out = append(out, m)
		}
	}
	return out
}

// body is what an operation was asked, as its caller gave it; nil where that cannot be read.
func body(op operation.Operation) []byte {
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil || op.Damaged != nil {
		return nil
	}
	given, err := schema.Unresolved(op.Payload)
	if err != nil {
		return nil
	}
	return given
}

// text is a member's value as people read it: a text without its quotes, and anything else as it is.
func (m member) text() string {
	if m.Value.Kind() != '"' {
		return string(m.Value)
	}
	var text string
	if err := json.Unmarshal(m.Value, &text); err != nil {
		return string(m.Value)
	}
	return text
}

// named returns the text of the first of some members that is there and not null; "" if none is.
func named(all []member, names ...string) string {
	for _, name := range names {
		for _, m := range all {
			if m.Name == name && m.Value.Kind() != 'n' {
				return strings.TrimSpace(m.text())
			}
		}
	}
	return ""
}

// pretty is JSON on several lines, and any other text as it is.
func pretty(text string) string {
	value := jsontext.Value(text)
	if !value.IsValid() {
		return text
	}
	if err := value.Indent(jsontext.WithIndent("  ")); err != nil {
		return text
	}
	return string(value)
}
