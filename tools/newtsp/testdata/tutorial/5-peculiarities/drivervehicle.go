package catenasimulator

import (
	"context"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// vehiclesOf keeps which driver has which vehicle, so that not every message asks for all drivers.
var vehiclesOf = &rest.Kept[map[resource.SourceID]string]{Life: time.Minute, Load: loadDrivers}

func loadDrivers(ctx context.Context, send rest.Send) (map[resource.SourceID]string, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: "/drivers", Most: longest})
	if err != nil {
		return nil, err
	}
	list, err := rest.Decode[struct {
		Drivers []struct {
			ID      resource.SourceID `json:"id"`
			Vehicle string            `json:"vehicle"`
		} `json:"drivers"`
	}](a)
	if err == nil && list.Drivers == nil {
		err = a.Unexpected("the answer holds no list of drivers", nil)
	}
	of := map[resource.SourceID]string{}
	for _, d := range list.Drivers {
		of[d.ID] = d.Vehicle
	}
	return of, err
}

// vehicleOf is the vehicle that shows a driver's messages.
func vehicleOf(ctx context.Context, send rest.Send, driver resource.SourceID) (string, error) {
	of, err := vehiclesOf.Get(ctx, send)
	if err != nil {
		return "", err
	}
	vehicle, known := of[driver]
	switch {
	case !known:
		return "", &tsp.Error{Class: tsp.Missing, Message: "there is no driver " + string(driver)}
	case vehicle == "":
		return "", &tsp.Error{Class: tsp.Rejected, Message: "the driver " + string(driver) + " has no vehicle, and messages go to vehicles"}
	}
	return vehicle, nil
}
