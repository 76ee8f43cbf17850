package resource

import (
	"fmt"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Type is the JSON form of a field.
type Type string

// The types of fields.
const (
	Text     Type = "text"
	Integer  Type = "integer"
	Decimal  Type = "number"
	Boolean  Type = "boolean"
	UUID     Type = "uuid"
	DateTime Type = "date-time"
	Date     Type = "date"
	Enum     Type = "enum"
	// Money is a number or a text of the field's pattern, which must be set.
	Money Type = "number or decimal string"
	UUIDs Type = "list of uuid"
	Enums Type = "list of enum"
	Texts Type = "list of text"
	// Nested is an object with a table of its own.
	Nested Type = "object"
	// Raw is any value, to be read by who knows more.
	Raw Type = "any"
)

// Field describes one member of a payload: what the wire allows and where the value goes.
type Field struct {
	Name     string
	Type     Type
	Required bool
	Nullable bool
	NonEmpty bool
	Values   []string
	Pattern  *regexp.Regexp
	Min, Max *float64
	// Longest bounds a text and each text of a list, in characters; 0 for none.
	Longest int
	// Most bounds a list; 0 for none. A list of enums has no item twice and needs no other bound.
	Most int
	// Secret fields are never repeated in a problem.
	Secret bool
	// Hint says beside a value that is missing, null or empty what is wanted.
	Hint string
	// Table describes the members of a nested object.
	Table *Table
	Ref   *Ref

	put func(payload any, f *Field, raw jsontext.Value) []Problem
	get func(payload any) (any, State)
}

// secret tells whether the field's value is one or may hold one.
func (f *Field) secret() bool { return f.Secret || f.Table != nil && f.Table.secret() }

// Ref marks a field that holds one of our ids. The record that it names is resolved before
// the write is accepted.
type Ref struct {
	// Kind is the kind of record that the id must name.
	Kind Kind
	// SourceField is the member under which the operation's payload shows the TSP's id.
	SourceField string
	// List tells that the field holds several ids.
	List bool
}

// State tells whether the field is absent, null or set in a payload of its own schema.
func (f *Field) State(p Payload) State {
	_, state := f.get(p)
	return state
}

// IDs returns our ids that a reference field of a payload holds; none if it is not set.
func (f *Field) IDs(p Payload) []uuid.UUID {
	value, state := f.get(p)
	if state != Set {
		return nil
	}
	switch v := value.(type) {
	case uuid.UUID:
		return []uuid.UUID{v}
	case []uuid.UUID:
		return v
	}
	return nil
}

// Path is that of one of the ids that a reference field holds.
func (f *Field) Path(i int) string {
	if f.Ref.List {
		return fmt.Sprintf("%s[%d]", f.Name, i)
	}
	return f.Name
}

// option refines a field of a table.
type option func(*Field)

func nonEmpty(f *Field) { f.NonEmpty = true }
func notNull(f *Field)  { f.Nullable = false }

func values(of []string) option { return func(f *Field) { f.Values = of } }

func pattern(expr string) option {
	re := regexp.MustCompile(expr)
	return func(f *Field) { f.Pattern = re }
}

func between(low, high float64) option {
	return func(f *Field) { f.Min, f.Max = &low, &high }
}

func most(n int) option { return func(f *Field) { f.Most = n } }

func atLeast(low float64) option { return func(f *Field) { f.Min = &low } }

func refers(kind Kind, sourceField string) option {
	return func(f *Field) {
		f.Ref = &Ref{Kind: kind, SourceField: sourceField, List: f.Type == UUIDs}
	}
}

// optional is a field that may be absent or, unless notNull is given, null.
func optional[P, T any](name string, t parser[T], at func(*P) *Opt[T], options ...option) Field {
	f := Field{Name: name, Type: t.Type, Nullable: true}
	f.put = func(payload any, f *Field, raw jsontext.Value) []Problem {
		slot := at(payload.(*P))
		if raw.Kind() == 'n' {
			*slot = NullOf[T]()
			return nil
		}
		v, problems := t.parse(f, raw)
		if len(problems) == 0 {
			*slot = Of(v)
		}
		return problems
	}
	f.get = func(payload any) (any, State) {
		slot := at(payload.(*P))
		return slot.value, slot.state
	}
	return refine(f, options)
}

// required is a field that must be given and not be null.
func required[P, T any](name string, t parser[T], at func(*P) *T, options ...option) Field {
	f := Field{Name: name, Type: t.Type, Required: true}
	f.put = func(payload any, f *Field, raw jsontext.Value) []Problem {
		v, problems := t.parse(f, raw)
		if len(problems) == 0 {
			*at(payload.(*P)) = v
		}
		return problems
	}
	f.get = func(payload any) (any, State) { return *at(payload.(*P)), Set }
	return refine(f, options)
}

func refine(f Field, options []option) Field {
	for _, o := range options {
		o(&f)
	}
	return f
}

// Bool returns the value of a boolean field, and whether it is one that is set.
func (f *Field) Bool(p Payload) (value, ok bool) {
	v, state := f.get(p)
	value, ok = v.(bool)
	return value, ok && state == Set
}

// Show returns a field's value as text for error messages; "null" for null, "" for absent.
func (f *Field) Show(p Payload) string {
	v, state := f.get(p)
	switch state {
	case Set:
		return fmt.Sprint(v)
	case Null:
		return "null"
	}
	return ""
}
