package operation

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// orderKey names what an operation must keep its order with: the record that it updates, or
// the fields that the schema names, or nothing but itself. Only a record is shared by partners, and what the schema
// says is: what one of them has queued for a driver must not keep another's message. What stands before the first "/" is its
// stream: operations of one capability want the same limits.
func orderKey(op Operation, schema *resource.Schema, payload resource.Payload) string {
	stream := string(op.Kind) + "." + string(op.Verb)
	if op.Verb == resource.Update {
		return stream + "/" + op.Resource.String()
	}
	if len(schema.Order) == 0 {
		return stream + "/" + op.ID.String()
	}
	parts := []string{stream}
	if !schema.Shared {
		parts = append(parts, op.Partner.String())
	}
	for _, name := range schema.Order {
		parts = append(parts, schema.Field(name).Show(payload))
	}
	return strings.Join(parts, "/")
}

// IsAlone tells whether nobody else is ever in the operation's chain, since it has its own id for a key.
func (op Operation) IsAlone() bool { return strings.HasSuffix(op.OrderKey, op.ID.String()) }
