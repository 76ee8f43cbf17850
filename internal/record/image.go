package record

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Image is what an update has changed of a record, by the names of the fields that reached the TSP.
type Image map[string]Altered

// Altered is one field before an update and after it; null stands for a field that the record has not, and nil for one of
// which it is not known what it held. The names of its members are those that are stored.
type Altered struct {
	Before jsontext.Value `json:"before,omitzero"`
	After  jsontext.Value `json:"after,omitzero"`
}

// none is the value of a field that a record has not.
var none = jsontext.Value("null")

// Image returns what a write has changed of a record, which is given as it is after it. known is the record as it was
// known before. What the TSP showed of it right before the write counts for more: imports may be minutes old.
func (r Record) Image(known Record, w Write) (Image, error) {
	given, err := w.reached()
	if err != nil {
		return nil, err
	}
	before := shownFields{model: ModelOf(r.Kind), whole: known.Imported}
	after := before
	if before.fields, err = object(known.Fields); err != nil {
		return nil, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	if w.Before != nil {
		before.whole = true
		if before.fields, err = object(w.Before.Fields); err != nil {
			return nil, fmt.Errorf("reading record %s as it was before a write: %w", r.ID, err)
		}
	}
	after.whole = w.Record != nil
	if after.fields, err = object(r.Fields); err != nil {
		return nil, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	out := Image{}
	for name, value := range given {
		if strings.HasPrefix(name, sourceOf("")) {
			continue
		}
		a := Altered{before.of(name), after.of(name)}
		switch unshown := before.fields[name] == nil && after.fields[name] == nil; {
		// A null that was written has left nothing, whether or not that is shown.
		case a.After == nil && value.Kind() == 'n':
			a.After = none
		// What is sent and shown neither before nor after is none that the TSP shows, or has not taken: nobody knows which.
		case unshown && !nothing(value):
			a = Altered{}
		}
		if a.Before == nil || a.After == nil || !equal(a.Before, a.After) {
			out[name] = a
		}
	}
	return out, nil
}

// shownFields are fields of a record. whole tells that they are as the TSP shows them, so that it has not what is absent.
type shownFields struct {
	model  Model
	fields map[string]jsontext.Value
	whole  bool
}

// of returns a field; nil if it is not known.
func (s shownFields) of(name string) jsontext.Value {
	if value := s.fields[name]; value != nil {
		return value
	}
	// Of these two the one may follow from the other; see draft.forget.
	follows := name == "status" || name == "is_active"
	if _, shown := s.model.Member(name); shown && s.whole && !follows {
		return none
	}
	return nil
}

// Back is how an image is taken back.
type Back struct {
	// Fields are the values that its fields had before.
	Fields map[string]jsontext.Value
	// Unknown are those of which that is not known, Since those that are another value by now than the update left, and Already
	// those that are what they were before: the TSP has not taken them, or somebody has taken them back.
	Unknown, Since, Already []string
}

// Back returns how what an update has changed is taken back, of the record as it is now.
func (i Image) Back(r Record) (Back, error) {
	out := Back{Fields: map[string]jsontext.Value{}}
	fields, err := object(r.Fields)
	if err != nil {
		return out, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	for _, name := range slices.Sorted(maps.Keys(i)) {
		now := fields[name]
		if now == nil {
			now = none
		}
		switch a := i[name]; {
		case a.Before == nil || a.After == nil:
			out.Unknown = append(out.Unknown, name)
		case equal(a.Before, now):
			out.Already = append(out.Already, name)
		case !equal(a.After, now):
			out.Since = append(out.Since, name)
		default:
			out.Fields[name] = a.Before
		}
	}
	return out, nil
}

// Body is that of the update which takes an image back, over a connection.
func (b Back) Body(connection uuid.UUID) ([]byte, error) {
	all := maps.Clone(b.Fields)
	all["connection_id"] = quoted(connection.String())
	return json.Marshal(all, json.Deterministic(true))
}

// equal tells whether two values are, however they are spelled.
func equal(a, b jsontext.Value) bool {
	one, other := a.Clone(), b.Clone()
	if one.Canonicalize() != nil || other.Canonicalize() != nil {
		return false
	}
	return bytes.Equal(one, other)
}
