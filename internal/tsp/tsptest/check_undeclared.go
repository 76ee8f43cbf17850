package tsptest

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkUndeclared: what is not among the actions is Unsupported, and nothing is sent for it,
// neither by the caller that everybody holds nor by the adapter itself.
func checkUndeclared(t *trial) {
	for _, c := range t.suite.lacking() {
		w := t.world(setup{})
		w.front.expect(nil)
		caller, target := w.caller()
		x := tsp.Write{Capability: c, Payload: new(resource.Vehicle), Refs: resource.Refs{}, Target: "1", Operation: operationID(1),
			Attempt: 1, Pace: w.setup.pace, Settings: w.setup.settings, Progress: new(progress),
			Secret: func(label string) []byte { return derived(1, label) }}
		if schema, err := resource.For(c.Kind, c.Verb); err == nil {
			x.Schema = schema
			x.Payload, _ = schema.Decode([]byte(draft{}.json()))
		}
		if _, err := caller.Write(t.ctx, target, x); err == nil || err.Class != tsp.Unsupported {
			t.errorf("%s through the caller ends with %v, want class %s", c, err, tsp.Unsupported)
		}
		if _, err := w.session.Write(t.ctx, x); t.classOf(err) != tsp.Unsupported {
			t.errorf("%s ends with %v, want class %s", c, err, tsp.Unsupported)
		}
		if calls := w.front.seen(); len(calls) > 0 {
			t.errorf("%s is not declared, and makes %d calls:\n%s", c, len(calls), dump(calls))
		}
		w.stop()
	}
}

// lacking lists the capabilities that the adapter does not declare, and one that nobody has.
func (s *suite) lacking() []tsp.Capability {
	all := []tsp.Capability{{Kind: resource.KindVehicle, Verb: "delete"}}
	for _, kind := range resource.Kinds() {
		for _, verb := range []resource.Verb{resource.Create, resource.Update} {
			c := tsp.Capability{Kind: kind, Verb: verb}
			if _, ok := s.spec.Actions[c]; !ok {
				all = append(all, c)
			}
		}
	}
	return all
}
