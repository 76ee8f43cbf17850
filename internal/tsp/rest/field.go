package rest

import (
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Given is how a three-state field is sent to a TSP that clears by null: nil if it is absent, so
// that a member with omitzero is left out, else null or its value.
func Given[T any](field resource.Opt[T]) jsontext.Value {
	if field.State() == resource.Null {
		return jsontext.Value("null")
	}
	v, ok := field.Get()
	if !ok {
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return raw
}

// ID reads a source id that a TSP writes as a text or as a whole number.
type ID resource.SourceID

// UnmarshalJSON takes a text or a whole number; null is the empty id.
func (id *ID) UnmarshalJSON(raw []byte) error {
	var n int64
	if json.Unmarshal(raw, &n) == nil && jsontext.Value(raw).Kind() == '0' {
		*id = ID(strconv.FormatInt(n, 10))
		return nil
	}
	var text string
	err := json.Unmarshal(raw, &text)
	*id = ID(text)
	return err
}
