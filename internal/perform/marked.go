package perform

import (
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Marked tells of an operation whether it can neither be looked for nor repeated, and its adapter marks
// each call that harms before it is made. Without a mark nothing of it was sent then. One that can be
// looked for or repeated needs no such proof.
func Marked(registry *tsp.Registry) func(operation.Operation) bool {
	return func(op operation.Operation) bool {
		adapter, ok := registry.Adapter(op.TSP)
		if !ok {
			return false
		}
		action := adapter.Spec().Actions[tsp.Capability{Kind: op.Kind, Verb: op.Verb}]
		return action.Strength == tsp.None && action.Marks
	}
}
