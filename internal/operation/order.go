package operation

import (
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// orderKey names what an operation must keep its order with: the record that it updates, or
// the fields that the schema names, or nothing but itself. Only a record is shared by partners, and what the schema
// says is: what one of them has queued for a driver must not keep another's message. What stands before the first "/" is its
// stream: operations of one capability want the same limits. Records stand in it as record.Record.InOrder has it, by the
// paths in names: so those that wait for a record to be made are in one chain with those that come afterwards.
func orderKey(op Operation, schema *resource.Schema, payload resource.Payload, names map[string]uuid.UUID) string {
	stream := string(op.Kind) + "." + string(op.Verb)
	if op.Verb == resource.Update {
		return stream + "/" + names[targetPath].String()
	}
	if len(schema.Order) == 0 {
		return stream + "/" + op.ID.String()
	}
	parts := []string{stream}
	if !schema.Shared {
		parts = append(parts, op.Partner.String())
	}
	for _, name := range schema.Order {
		part := schema.Field(name).Show(payload)
		if id, refers := names[name]; refers {
			part = id.String()
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/")
}

// WritesAgain tells whether the record of a create may be that of an earlier one, as what ends an association has the record
// of what began it: those whose order is that of a record.
func (op Operation) WritesAgain() bool {
	schema, err := resource.For(op.Kind, op.Verb)
	return err == nil && schema.Shared
}

// targetPath is the path of the record that an update is for.
const targetPath = "id"

// IsAlone tells whether nobody else is ever in the operation's chain, since it has its own id for a key.
func (op Operation) IsAlone() bool { return strings.HasSuffix(op.OrderKey, op.ID.String()) }
