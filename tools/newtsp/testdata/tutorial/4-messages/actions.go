package catenasimulator

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// The collections of Catena Simulator's records.
const (
	vehicles = "vehicles"
	drivers  = "drivers"
	messages = "messages"
)

// imports are the kinds that are read, with the collections that hold them.
func imports() []tsp.ImportKind {
	return []tsp.ImportKind{
		{Kind: resource.KindVehicle, Collections: []string{vehicles}},
		{Kind: resource.KindUser, Collections: []string{drivers}},
		{Kind: resource.KindMessage, Collections: []string{messages}},
	}
}

// lists read each kind that is imported.
func lists() map[resource.Kind]rest.List {
	return map[resource.Kind]rest.List{
		resource.KindVehicle: list(vehicles, vehicleRecord),
		resource.KindUser:    list(drivers, driverRecord),
		resource.KindMessage: listMessages,
	}
}

// writes are all that can be written.
func writes() []rest.Write { return append(messageWrites(), createVehicle(), updateVehicle()) }
