package perform

import (
	"cmp"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Settling tells for how long after a call was cut off "not found" proves nothing.
type Settling struct {
	Registry *tsp.Registry
	// Deadline is how long calls are waited for: a TSP that was busy for as long may be for as long
	// again.
	Deadline time.Duration
	// Instead, if it is not zero, stands instead of what adapters declare.
	Instead time.Duration
}

func (s Settling) of(spec tsp.Spec, what tsp.Capability) time.Duration {
	return cmp.Or(s.Instead, max(spec.Settling(what), s.Deadline))
}

// Of returns it for an operation as the store has it. A TSP whose adapter is gone is taken to need
// as long as one whose adapter says nothing.
func (s Settling) Of(op operation.Operation) time.Duration {
	spec := tsp.Spec{}
	if adapter, ok := s.Registry.Adapter(op.TSP); ok {
		spec = adapter.Spec()
	}
	return s.of(spec, tsp.Capability{Kind: op.Kind, Verb: op.Verb})
}
