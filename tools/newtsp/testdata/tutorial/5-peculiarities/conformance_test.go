package catenasimulator_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/catenasimulator"
	"github.com/waybill-dev/waybill/internal/tsp/catenasimulator/sim"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestCatenaSimulatorConforms(t *testing.T) {
	tsptest.Run(t, tsptest.Config{
		New: catenasimulator.New, Simulator: sim.New, Golden: "testdata",
		Settings: tsp.Settings{"organisation": "org-1"},
		Replies: []tsptest.Reply{
			{Name: "nothing to change", Call: "PUT /vehicles/", Status: 409, Body: `{"code":263,"message":"no change"}`, Class: tsp.Done},
			{Name: "a session that died", Body: `{"code":401,"message":"no session"}`, Class: tsp.Unauthorized},
		},
		Collections: map[resource.Kind][]string{resource.KindVehicle: {"vehicles"},
			resource.KindUser: {"drivers"}, resource.KindMessage: {"messages"}, resource.KindGroupMessage: {"messages"}},
	})
}
