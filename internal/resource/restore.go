package resource

import (
	"bytes"
	"fmt"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Refs holds the TSP's ids of a payload's references, by the name of the field.
type Refs map[string][]SourceID

// One returns the id of a single reference, and whether the field was given.
func (r Refs) One(field string) (SourceID, bool) {
	if len(r[field]) == 0 {
		return "", false
	}
	return r[field][0], true
}

// Resolved returns the payload that an operation keeps: the body as it was given, to the
// spelling of each number, followed by the source ids of its references in table order.
func (s *Schema) Resolved(body []byte, refs Refs) ([]byte, error) {
	given := jsontext.Value(bytes.Clone(body))
	if err := given.Compact(); err != nil {
		return nil, fmt.Errorf("compacting the body: %w", err)
	}
	out := bytes.TrimSuffix(given, []byte("}"))
	for i := range s.Fields {
		f := &s.Fields[i]
		ids, ok := refs[f.Name]
		if !ok {
			continue
		}
		var value any = ids
		if !f.Ref.List {
			value = ids[0]
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("encoding %s: %w", f.Ref.SourceField, err)
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, '"')
		out = append(append(append(out, f.Ref.SourceField...), '"', ':'), text...)
	}
	return append(out, '}'), nil
}

// Unresolved returns the body of a payload that Resolved wrote, as it was given.
func (s *Schema) Unresolved(stored []byte) ([]byte, error) {
	members, fatal := split(stored, s.secret())
	if fatal != nil {
		return nil, fmt.Errorf("reading a stored payload: %s", fatal.Message)
	}
	return join(slices.DeleteFunc(members, func(m member) bool { return s.source[m.name] != nil }))
}

// Restore reads back what Resolved wrote. An error means that the stored text is not ours.
func (s *Schema) Restore(stored []byte) (Payload, Refs, error) {
	members, fatal := split(stored, s.secret())
	if fatal != nil {
		return nil, nil, fmt.Errorf("reading a stored payload: %s", fatal.Message)
	}
	payload, refs := s.fresh(), Refs{}
	for _, m := range members {
		if f := s.source[m.name]; f != nil {
			ids, err := sourceIDs(f, m.value)
			if err != nil {
				return nil, nil, err
			}
			refs[f.Name] = ids
			continue
		}
		if f := s.Field(m.name); f != nil {
			if wrong := f.put(payload, f, m.value); len(wrong) > 0 {
				return nil, nil, fmt.Errorf("reading %s of a stored payload: %s", m.name, wrong[0].Message)
			}
		}
	}
	return payload, refs, nil
}

func sourceIDs(f *Field, raw jsontext.Value) ([]SourceID, error) {
	if f.Ref.List {
		var many []SourceID
		if err := json.Unmarshal(raw, &many); err != nil {
			return nil, fmt.Errorf("reading %s of a stored payload: %w", f.Ref.SourceField, err)
		}
		return many, nil
	}
	var one SourceID
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, fmt.Errorf("reading %s of a stored payload: %w", f.Ref.SourceField, err)
	}
	return []SourceID{one}, nil
}
