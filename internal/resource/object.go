package resource

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Object holds what a table's fields have been given in a JSON object, and everything that is
// wrong with it. A field whose value is wrong counts as absent. Whoever knows more than the
// table adds to the problems with Refuse and Add; the object may be used if there are none.
type Object struct {
	prefix string
	table  Table
	given  map[string]jsontext.Value
	values map[string]any
	broken bool
	wrong  Tally
}

// Read reads a body by a table.
func Read(body []byte, t Table) *Object { return read("", body, t) }

// ReadValue reads a value of a body, which stands at a path, by a table of its own.
func ReadValue(path string, raw jsontext.Value, t Table) *Object {
	if raw.Kind() == '{' {
		return read(path+".", raw, t)
	}
	wrong := Problem{path, input(raw, t.secret()), "must be an object" + also(t.Hint), CodeNotObject}
	return &Object{broken: true, wrong: Tally{kept: []Problem{wrong}}}
}

func read(prefix string, text []byte, t Table) *Object {
	members, fatal := split(text, t.secret())
	if fatal != nil {
		return &Object{broken: true, wrong: Tally{kept: []Problem{*fatal}}}
	}
	o := &Object{prefix: prefix, table: t, given: map[string]jsontext.Value{}, values: map[string]any{}}
	for _, m := range members {
		o.given[m.name] = m.value
	}
	o.wrong = t.read(prefix, members, o.put)
	return o
}

func (o *Object) put(f *Field, raw jsontext.Value) []Problem {
	if raw.Kind() == 'n' {
		o.values[f.Name] = nil
		return nil
	}
	v, problems := f.parse(raw)
	if len(problems) == 0 {
		problems = f.repeated(raw)
	}
	if len(problems) == 0 {
		o.values[f.Name] = v
	}
	return problems
}

// Broken tells that nothing is known of the object, because the text is none.
func (o *Object) Broken() bool { return o.broken }

// Len returns the number of members that are given, unknown ones included.
func (o *Object) Len() int { return len(o.given) }

// Has tells whether a field is set.
func (o *Object) Has(name string) bool { return o.values[name] != nil }

// Value returns a field's value in the form of its type, which is nil unless the field is set.
func (o *Object) Value(name string) (any, State) {
	switch v, given := o.values[name]; {
	case !given:
		return nil, Absent
	case v == nil:
		return nil, Null
	default:
		return v, Set
	}
}

// Text returns the field of a type that is text.
func (o *Object) Text(name string) Opt[string] { return value[string](o, name) }

// ID returns a field of the type UUID.
func (o *Object) ID(name string) Opt[uuid.UUID] { return value[uuid.UUID](o, name) }

// Time returns a field of the type DateTime.
func (o *Object) Time(name string) Opt[time.Time] { return value[time.Time](o, name) }

// IDs returns a field of the type UUIDs; nil unless it holds any.
func (o *Object) IDs(name string) []uuid.UUID { return list[uuid.UUID](o, name) }

// Texts returns a field of the type Texts; nil unless it holds any.
func (o *Object) Texts(name string) []string { return list[string](o, name) }

// Object returns a field of the type Nested; nil unless it is set.
func (o *Object) Object(name string) *Object { return value[*Object](o, name).Or(nil) }

// Raw returns a field of the type Raw; nil unless it is set.
func (o *Object) Raw(name string) jsontext.Value { return value[jsontext.Value](o, name).Or(nil) }

func value[T any](o *Object, name string) Opt[T] {
	switch v, state := o.Value(name); state {
	case Null:
		return NullOf[T]()
	case Set:
		return Of(v.(T))
	}
	return Opt[T]{}
}

func list[T any](o *Object, name string) []T {
	if all := value[[]T](o, name).Or(nil); len(all) > 0 {
		return all
	}
	return nil
}

// Refuse adds that a field is wrong, with what it was given as input; "" is the object itself.
// Only the first problem of a field is told.
func (o *Object) Refuse(name, code, format string, args ...any) {
	p := Problem{Path: o.prefix + name, Message: fmt.Sprintf(format, args...), Code: code}
	if slices.ContainsFunc(o.wrong.kept, func(known Problem) bool { return known.Path == p.Path }) {
		return
	}
	if raw, given := o.given[name]; given {
		f := o.table.Field(name)
		p.Input = input(raw, f == nil || f.secret())
	}
	o.Add(p)
}

// Add adds problems. Of a broken object nothing more is told.
func (o *Object) Add(found ...Problem) {
	if !o.broken {
		o.wrong.Add(found...)
	}
}

// Problems returns what is wrong, in the order in which it was found: first what stands in the
// object, in its order, then what is missing, then what was added, and last how many there are
// behind the first hundred.
func (o *Object) Problems() []Problem { return o.wrong.Problems() }
