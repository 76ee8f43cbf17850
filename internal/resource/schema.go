package resource

import (
	"fmt"

	"github.com/google/uuid"
)

// Payload is a decoded body: a pointer to one of the typed structs of this package.
type Payload interface {
	// Connection is the connection that the write goes to.
	Connection() uuid.UUID
}

// Schema is the field table of one write.
type Schema struct {
	Kind Kind
	Verb Verb
	Table
	// Order names the fields whose values together say which writes must keep their order;
	// empty for kinds whose creates are independent of each other.
	Order []string
	// Shared tells that the order is kept with the writes of all partners, as that of one record is.
	Shared bool
	// Together says what is wrong with fields that are right each by itself; nil where nothing can be.
	Together func(Payload) []Problem

	fresh  func() Payload
	source map[string]*Field
}

func schema(kind Kind, verb Verb, fields []Field, fresh func() Payload) *Schema {
	s := &Schema{Kind: kind, Verb: verb, Table: Table{Of: "a " + string(kind), Fields: fields}, fresh: fresh,
		source: map[string]*Field{}}
	for i := range fields {
		f := &fields[i]
		if f.Ref != nil {
			s.source[f.Ref.SourceField] = f
		}
	}
	return s
}

// table holds every schema. It is built once and never changed.
var table = func() map[Kind]map[Verb]*Schema {
	all := map[Kind]map[Verb]*Schema{}
	for _, d := range declared {
		all[d.Kind] = map[Verb]*Schema{}
		for _, s := range d.schemas {
			all[d.Kind][s.Verb] = s
		}
	}
	return all
}()

// For returns the field table of a write, or an error if no such write exists.
func For(kind Kind, verb Verb) (*Schema, error) {
	if s := table[kind][verb]; s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("there is no %s of a %s", verb, kind)
}

// References lists the fields that hold our ids, in table order.
func (s *Schema) References() []*Field {
	var refs []*Field
	for i := range s.Fields {
		if s.Fields[i].Ref != nil {
			refs = append(refs, &s.Fields[i])
		}
	}
	return refs
}

// Given lists, in table order, the fields of a payload that were sent, null ones included.
// The connection is not one of them: it addresses the write and is never written.
func (s *Schema) Given(p Payload) []*Field {
	var given []*Field
	for i := range s.Fields {
		if f := &s.Fields[i]; f.Name != connectionField && f.State(p) != Absent {
			given = append(given, f)
		}
	}
	return given
}

const connectionField = "connection_id"

func connection[P any](at func(*P) *uuid.UUID) Field {
	return required(connectionField, uuidType(), at)
}
