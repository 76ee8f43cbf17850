package catenasimulator

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func updateVehicle() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update},
		Strength:   tsp.NaturalKey,
		Uses:       vehicleUses(resource.Update),
		Method:     http.MethodPatch,
		Path:       vehiclesPath + "/{target}",
		Encode:     rest.Body(func(v *resource.Vehicle, _ tsp.Write) (any, error) { return vehicleFrom(v), nil }),
		Decode:     madeVehicle,
	}
}
