package catenasimulator

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// The collections of Catena Simulator's records.
const vehicles = "vehicles"

// imports are the kinds that are read, with the collections that hold them.
func imports() []tsp.ImportKind {
	return []tsp.ImportKind{
		{Kind: resource.KindVehicle, Collections: []string{vehicles}},
	}
}

// lists read each kind that is imported.
func lists() map[resource.Kind]rest.List {
	return map[resource.Kind]rest.List{
		resource.KindVehicle: list(vehicles, vehicleRecord),
	}
}

// writes are all that can be written.
func writes() []rest.Write { return []rest.Write{createVehicle(), updateVehicle()} }
