package resource

import "github.com/go-json-experiment/json/jsontext"

// Decode reads a request body by the field table and reports every problem at once, in the
// order in which they stand in the body; missing fields come last. The payload is usable
// only if there are none.
func (s *Schema) Decode(body []byte) (Payload, []Problem) {
	members, fatal := split(body, s.secret())
	if fatal != nil {
		return nil, []Problem{*fatal}
	}
	payload := s.fresh()
	wrong := s.read("", members, func(f *Field, raw jsontext.Value) []Problem {
		if problems := f.put(payload, f, raw); len(problems) > 0 {
			return problems
		}
		return f.repeated(raw)
	})
	return payload, wrong.Problems()
}
