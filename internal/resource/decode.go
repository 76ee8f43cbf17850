package resource

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads a request body by the field table and reports every problem at once, in the
// order in which they stand in the body; missing fields come last. The payload is usable
// only if there are none.
func (s *Schema) Decode(body []byte) (Payload, []Problem) {
	members, problems := readObject(body)
	if problems != nil {
		return nil, problems
	}
	payload, seen := s.fresh(), map[string]bool{}
	for _, m := range members {
		f := s.byName[m.name]
		if f == nil {
			problems = append(problems, s.unknown(m))
			continue
		}
		seen[m.name] = true
		problems = append(problems, s.put(payload, f, m.value)...)
	}
	for i := range s.Fields {
		if f := &s.Fields[i]; f.Required && !seen[f.Name] {
			problems = append(problems, Problem{Path: f.Name, Message: "is required", Code: CodeMissing})
		}
	}
	return payload, problems
}

func (s *Schema) put(payload Payload, f *Field, raw jsontext.Value) []Problem {
	if raw.Kind() == 'n' && !f.Nullable {
		return bad(f, raw, CodeNull, "must not be null")
	}
	return f.put(payload, f, raw)
}

func (s *Schema) unknown(m member) Problem {
	message := fmt.Sprintf("is not a field of a %s", s.Kind)
	if near := nearest(m.name, s.names()); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return Problem{Path: Excerpt(m.name), Input: Excerpt(plain(m.value)), Message: message, Code: CodeUnknown}
}

func (s *Schema) names() []string {
	names := make([]string, len(s.Fields))
	for i := range s.Fields {
		names[i] = s.Fields[i].Name
	}
	return names
}

// member is one name and value of a JSON object.
type member struct {
	name  string
	value jsontext.Value
}

// readObject splits a body that must be exactly one JSON object. Duplicate names, invalid
// UTF-8 and anything behind the object are problems.
func readObject(body []byte) ([]member, []Problem) {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	if k := d.PeekKind(); k != '{' && k != jsontext.KindInvalid {
		if jsontext.Value(body).IsValid() {
			return nil, []Problem{{"", Excerpt(string(body)), "the body must be a JSON object", CodeNotObject}}
		}
	}
	var members []member
	if _, err := d.ReadToken(); err != nil {
		return nil, malformed(body, err)
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, malformed(body, err)
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil, malformed(body, err)
		}
		members = append(members, member{key, value.Clone()})
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, malformed(body, err)
	}
	if _, err := d.ReadToken(); err == nil || !errors.Is(err, io.EOF) {
		return nil, malformed(body, errors.New("there is text behind the JSON object"))
	}
	return members, nil
}

func malformed(body []byte, err error) []Problem {
	p := Problem{Message: "the body is not valid JSON: " + err.Error(), Code: CodeMalformed}
	if len(bytes.TrimSpace(body)) == 0 {
		p.Message = "the body is empty; send a JSON object"
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		p.Path = Excerpt(pointerPath(syntactic.JSONPointer))
		p.Message = fmt.Sprintf("the body is not valid JSON at byte %d: %v", syntactic.ByteOffset, syntactic.Err)
		if at := int(syntactic.ByteOffset); at >= 0 && at < len(body) {
			p.Input = Excerpt(string(bytes.ToValidUTF8(body[at:min(len(body), at+40)], []byte("\uFFFD"))))
		}
	}
	return []Problem{p}
}

// pointerPath shows a JSON pointer in the dotted form of all other paths.
func pointerPath(p jsontext.Pointer) string {
	path := ""
	for token := range p.Tokens() {
		if path != "" {
			path += "."
		}
		path += token
	}
	return path
}
