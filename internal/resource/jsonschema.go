package resource

import (
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Draft is the dialect of the schemas of this package.
const Draft = "https://json-schema.org/draft/2020-12/schema"

// JSONSchema is a JSON Schema of a body or of one of its values. It asserts by pattern what it
// can, because validators need not assert formats; that a date is one of the calendar only the
// format tells.
type JSONSchema struct {
	Schema      string        `json:"$schema,omitempty"`
	Title       string        `json:"title,omitempty"`
	Description string        `json:"description,omitempty"`
	Type        Types         `json:"type,omitempty"`
	Format      string        `json:"format,omitempty"`
	Pattern     string        `json:"pattern,omitempty"`
	Enum        []any         `json:"enum,omitempty"`
	Minimum     *float64      `json:"minimum,omitempty"`
	Maximum     *float64      `json:"maximum,omitempty"`
	MinLength   int           `json:"minLength,omitzero"`
	MaxLength   int           `json:"maxLength,omitzero"`
	Items       *JSONSchema   `json:"items,omitempty"`
	MinItems    int           `json:"minItems,omitzero"`
	MaxItems    int           `json:"maxItems,omitzero"`
	UniqueItems bool          `json:"uniqueItems,omitzero"`
	Properties  Properties    `json:"properties,omitempty"`
	Required    []string      `json:"required,omitempty"`
	AnyOf       []*JSONSchema `json:"anyOf,omitempty"`
	Not         *JSONSchema   `json:"not,omitzero"`
	// Additional tells whether an object may have other members; nil says nothing.
	Additional *bool `json:"additionalProperties,omitempty"`
}

// Types are the JSON types that a value may have.
type Types []string

// MarshalJSONTo writes one type as a string and several as an array.
func (t Types) MarshalJSONTo(e *jsontext.Encoder) error {
	if len(t) == 1 {
		return e.WriteToken(jsontext.String(t[0]))
	}
	return json.MarshalEncode(e, []string(t))
}

// Properties are the members of an object in the order of the field table.
type Properties []Property

// Property is one of them.
type Property struct {
	Name string
	*JSONSchema
}

// MarshalJSONTo writes an object.
func (p Properties) MarshalJSONTo(e *jsontext.Encoder) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, one := range p {
		if err := e.WriteToken(jsontext.String(one.Name)); err != nil {
			return err
		}
		if err := json.MarshalEncode(e, one.JSONSchema); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

const null = "null"

// The patterns of texts. RE2 and ECMA-262 read them alike.
const (
	uuidPattern     = `^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`
	datePattern     = `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
	dateTimePattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	noNUL           = `^[^\x00]*$`
	spaces          = "\\t\\n\\v\\f\\r \\x85\\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
	notBlank        = `^[^\x00]*[^\x00` + spaces + `][^\x00]*$`
)

// NoBody returns a schema that no body fits.
func NoBody() *JSONSchema { return &JSONSchema{Schema: Draft, Not: &JSONSchema{}} }

// JSONSchema returns the schema of the bodies that Decode takes, but for what a schema cannot
// tell: that a number has a spelling of at most 64 characters, and that an id is the same in
// capitals.
func (s *Schema) JSONSchema() *JSONSchema {
	closed := false
	out := &JSONSchema{Schema: Draft, Title: string(s.Verb) + " " + string(s.Kind), Type: Types{"object"}, Additional: &closed}
	for i := range s.Fields {
		f := &s.Fields[i]
		out.Properties = append(out.Properties, Property{f.Name, f.jsonSchema()})
		if f.Required {
			out.Required = append(out.Required, f.Name)
		}
	}
	return out
}

func (f *Field) jsonSchema() *JSONSchema {
	out := f.value()
	if f.Nullable {
		out.AllowNull()
	}
	return out
}

// value is the schema of a value that is not null.
func (f *Field) value() *JSONSchema {
	switch f.Type {
	case Integer:
		return f.number("integer", maxSafeInteger)
	case Decimal:
		return f.number("number", maxNumber)
	case Boolean:
		return &JSONSchema{Type: Types{"boolean"}}
	case UUID:
		return &JSONSchema{Type: Types{"string"}, Format: "uuid", Pattern: uuidPattern}
	case DateTime:
		return &JSONSchema{Type: Types{"string"}, Format: "date-time", Pattern: dateTimePattern}
	case Date:
		return &JSONSchema{Type: Types{"string"}, Format: "date", Pattern: datePattern}
	case Enum:
		return &JSONSchema{Type: Types{"string"}, Enum: anys(f.Values)}
	case Money:
		text := &JSONSchema{Type: Types{"string"}, Pattern: f.Pattern.String(), MaxLength: maxNumberLength}
		return &JSONSchema{AnyOf: []*JSONSchema{f.number("number", maxNumber), text}}
	case UUIDs, Enums:
		one := *f
		one.Type, one.NonEmpty = UUID, false
		if f.Type == Enums {
			one.Type = Enum
		}
		list := &JSONSchema{Type: Types{"array"}, Items: one.value(), MaxItems: f.Most, UniqueItems: true}
		if f.NonEmpty {
			list.MinItems = 1
		}
		return list
	}
	text := &JSONSchema{Type: Types{"string"}, Pattern: noNUL, MaxLength: f.Longest}
	switch {
	case f.Pattern != nil:
		text.Pattern = f.Pattern.String()
	case f.NonEmpty:
		text.Pattern = notBlank
	}
	return text
}

// The bounds of numbers. Integers beyond 2^53 are taken where they are spelt without fraction
// and exponent, but not promised: most readers of JSON round them.
const (
	maxSafeInteger = 1<<53 - 1
	maxNumber      = 1e15
)

func (f *Field) number(of string, bound float64) *JSONSchema {
	low, high := -bound, bound
	if f.Min != nil {
		low = *f.Min
	}
	if f.Max != nil {
		high = *f.Max
	}
	return &JSONSchema{Type: Types{of}, Minimum: &low, Maximum: &high}
}

// AllowNull lets the value be null as well.
func (j *JSONSchema) AllowNull() {
	switch {
	case len(j.AnyOf) > 0:
		j.AnyOf = append(j.AnyOf, &JSONSchema{Type: Types{null}})
	default:
		j.Type = append(j.Type, null)
	}
	if j.Enum != nil {
		j.Enum = append(j.Enum, nil)
	}
}

// ForbidNull refuses null.
func (j *JSONSchema) ForbidNull() {
	j.Type = slices.DeleteFunc(j.Type, func(t string) bool { return t == null })
	j.Enum = slices.DeleteFunc(j.Enum, func(v any) bool { return v == nil })
	j.AnyOf = slices.DeleteFunc(j.AnyOf, func(one *JSONSchema) bool { return slices.Equal(one.Type, Types{null}) })
}

// TakesNull tells whether the value may be null.
func (j *JSONSchema) TakesNull() bool {
	return slices.Contains(j.Type, null) || slices.ContainsFunc(j.AnyOf, func(one *JSONSchema) bool { return one.TakesNull() })
}

// Narrow leaves of an enum, or of any text, the values given; null stays as it is.
func (j *JSONSchema) Narrow(values []string) {
	takesNull := j.TakesNull()
	j.Enum = anys(values)
	if takesNull {
		j.Enum = append(j.Enum, nil)
	}
}

func anys(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
