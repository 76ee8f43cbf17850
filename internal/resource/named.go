package resource

import (
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Name tells for an id that a reference holds which record it stands for; false if it is the record's own.
type Name func(id uuid.UUID) (record uuid.UUID, source SourceID, stands bool)

// Named returns a body, or a payload that Resolved wrote, with the records' own ids in the place of those that stand for
// them, and their source ids where the payload shows such.
func (s *Schema) Named(text []byte, of Name) ([]byte, error) {
	members, fatal := split(text, s.secret())
	if fatal != nil {
		return nil, fmt.Errorf("reading a payload: %s", fatal.Message)
	}
	given, err := s.given(members)
	if err != nil {
		return nil, err
	}
	for i, m := range members {
		var ids []uuid.UUID
		var value any
		if f := s.source[m.name]; f != nil {
			sources, err := sourceIDs(f, m.value)
			if err != nil {
				return nil, err
			}
			ids, value = given[f.Name], single(f, sourced(sources, given[f.Name], of))
		} else if ids = given[m.name]; ids != nil {
			value = single(s.Field(m.name), renamed(ids, of))
		}
		if !stand(ids, of) {
			continue
		}
		if members[i].value, err = json.Marshal(value); err != nil {
			return nil, fmt.Errorf("encoding %s: %w", m.name, err)
		}
	}
	return join(members)
}

// given are the ids of references that are set, by the name of the field.
func (s *Schema) given(members []member) (map[string][]uuid.UUID, error) {
	all := map[string][]uuid.UUID{}
	for _, m := range members {
		f := s.Field(m.name)
		if f == nil || f.Ref == nil || m.value.Kind() == 'n' {
			continue
		}
		ids, err := idsIn(f, m.value)
		if err != nil {
			return nil, fmt.Errorf("reading %s of a payload: %w", m.name, err)
		}
		all[m.name] = ids
	}
	return all, nil
}

func idsIn(f *Field, raw jsontext.Value) (ids []uuid.UUID, err error) {
	if f.Ref.List {
		err = json.Unmarshal(raw, &ids)
		return ids, err
	}
	var one uuid.UUID
	err = json.Unmarshal(raw, &one)
	return []uuid.UUID{one}, err
}

// stand tells whether any id stands for a record.
func stand(ids []uuid.UUID, of Name) bool {
	for _, id := range ids {
		if _, _, stands := of(id); stands {
			return true
		}
	}
	return false
}

func renamed(ids []uuid.UUID, of Name) []uuid.UUID {
	out := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		out[i] = id
		if record, _, stands := of(id); stands {
			out[i] = record
		}
	}
	return out
}

func sourced(sources []SourceID, ids []uuid.UUID, of Name) []SourceID {
	for i := range min(len(sources), len(ids)) {
		if _, source, stands := of(ids[i]); stands {
			sources[i] = source
		}
	}
	return sources
}

// single is the value of a reference field.
func single[T any](f *Field, values []T) any {
	if f.Ref.List || len(values) == 0 {
		return values
	}
	return values[0]
}

// join is an object of some members.
func join(members []member) ([]byte, error) {
	out := []byte{'{'}
	for _, m := range members {
		name, err := jsontext.AppendQuote(nil, m.name)
		if err != nil {
			return nil, fmt.Errorf("encoding %s: %w", m.name, err)
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), m.value...)
	}
	return append(out, '}'), nil
}
