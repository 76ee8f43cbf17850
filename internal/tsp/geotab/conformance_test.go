package geotab_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/geotab"
	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestGeotabConforms(t *testing.T) {
	tsptest.Run(t, tsptest.Config{
		New: geotab.New, Golden: "testdata",
		Collections: map[resource.Kind][]string{resource.KindVehicle: {"vehicles"}, resource.KindTrailer: {"trailers"}, resource.KindUser: {"users"},
			resource.KindMessage: {"text-messages"}, resource.KindGroupMessage: {"text-messages"}, resource.KindDvirLog: {"dvir-logs"},
			resource.KindFuelTransaction: {"fuel-transactions"}},
		Simulator: func(o simkit.Options) (simkit.Simulator, error) { return sim.New(o) },
		Beside:    []string{"user-hos-rule-sets"},
		Settings:  tsp.Settings{"defect_list_id": "b278A", "trailer_defect_list_id": "b2800", "initial_password": "first-Pass-7"},
	})
}
