package perform

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestOnlyMarksOfWhatCannotBeFoundOutProveThatNothingWasSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		strength tsp.Strength
		marks    bool
		name     tsp.Name
		want     bool
	}{
		{tsp.None, true, "acme", true}, {tsp.None, false, "acme", false}, {tsp.VerifyFirst, true, "acme", false},
		{tsp.NaturalKey, true, "acme", false}, {"", true, "acme", false}, {tsp.None, true, "gone", false},
	} {
		p := newProvider()
		p.spec.Actions = tsp.Actions{{Kind: resource.KindVehicle, Verb: resource.Update}: {Strength: c.strength, Marks: c.marks}}
		registry, err := tsp.NewRegistry([]tsp.Adapter{p}, nil)
		if err != nil {
			t.Fatal(err)
		}
		op := operation.Operation{TSP: c.name, Kind: resource.KindVehicle, Verb: resource.Update}
		if got := Marked(registry)(op); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}
