package catenasimulator_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp/catenasimulator"
	"github.com/waybill-dev/waybill/internal/tsp/catenasimulator/sim"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestCatenaSimulatorConforms(t *testing.T) {
	tsptest.Run(t, tsptest.Config{
		New: catenasimulator.New, Simulator: sim.New, Golden: "testdata",
		Collections: map[resource.Kind][]string{resource.KindVehicle: {"vehicles"},
			resource.KindUser: {"drivers"}, resource.KindMessage: {"messages"}},
	})
}
