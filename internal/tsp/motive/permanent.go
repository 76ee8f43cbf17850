package motive

import (
	"context"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// createAssociation makes a driver the vehicle's permanent one, or takes the driver off. A vehicle has one or none, without
// times. That permanent_driver_id writes what a vehicle shows as permanent_driver is assumed: public clients send it, and the page
// of the call does not name it (https://developer-docs.gomotive.com/reference/update-an-existing-vehicle, read 2026-11-27). That
// null takes the driver off is assumed too, from permanent_driver being null in answers. So the answer must show what was written.
// Admins assign vehicles to exempt drivers alone, and the others pair with a vehicle themselves
// (https://helpcenter.gomotive.com/hc/en-us/articles/10759695447581, read 2026-11-27); whether the call refuses them no page says.
func createAssociation(now func() time.Time) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create},
		Strength:   tsp.NaturalKey,
		Makes:      permanentDrivers,
		Uses: tsp.Uses{
			"vehicle_id": tsp.Sent().Into(vehicles).Because("the driver becomes the vehicle's permanent one, in place of any other"),
			"driver_id":  tsp.Sent().Into(users),
			"started_at": tsp.Dropped("it keeps no times of permanent drivers: the driver is one from when the write is made"),
			"ended_at":   tsp.Sent().Because("a past time takes the driver off the vehicle when the write is made, unless another has it by then"),
		},
		Check: tsp.Checked(func(a *resource.DriverVehicleAssociation, _ tsp.Settings) []resource.Problem {
			var wrong problems
			for _, name := range a.Ahead(now()) {
				wrong.refuse(name, "", resource.CodeUnsupported,
					"must not lie ahead at Motive, which keeps no times of permanent drivers; write it when its time has come")
			}
			return wrong
		}),
		Warn: tsp.Checked(func(a *resource.DriverVehicleAssociation, _ tsp.Settings) []tsp.Warning {
			if !a.Ends() {
				return nil
			}
			return []tsp.Warning{{Path: "ended_at", Message: "Motive keeps no times of permanent drivers: " +
				"the driver is taken off when the write is made"}}
		}),
		Each: func(w tsp.Write) ([]rest.Step, error) {
			s, err := permanentStep(w)
			return []rest.Step{s}, err
		},
	}
}

// seat is who is to drive which vehicle.
type seat struct{ vehicle, driver int64 }

// id names the seat: Motive has no record of it.
func (s seat) id() resource.SourceID {
	return resource.SourceID(idText(s.vehicle) + "/" + idText(s.driver))
}

func permanentStep(w tsp.Write) (rest.Step, error) {
	a, err := tsp.PayloadOf[*resource.DriverVehicleAssociation](w)
	var of seat
	if err == nil {
		of.vehicle, err = reference(w, "vehicle_id")
	}
	if err == nil {
		of.driver, err = reference(w, "driver_id")
	}
	if err != nil {
		return rest.Step{}, err
	}
	s := rest.Step{Key: "assign", Method: http.MethodPut, Path: vehiclesPath + "/" + idText(of.vehicle), Encode: permanent(encoded(of.driver)),
		Decode: of.written(func(shown int64) bool { return shown == of.driver })}
	if a.Ends() {
		s.Key, s.Encode, s.Holds = "end", permanent(jsontext.Value("null")), of.left
		s.Decode = of.written(func(shown int64) bool { return shown != of.driver })
	}
	return s, nil
}

func permanent(driver jsontext.Value) rest.Encode {
	return func(tsp.Write) (any, error) {
		return struct {
			Driver jsontext.Value `json:"permanent_driver_id"`
		}{driver}, nil
	}
}

// left tells whether the vehicle has another permanent driver, or none.
func (s seat) left(ctx context.Context, send rest.Send, _ tsp.Write) (tsp.Written, bool, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: vehiclesPath + "/" + idText(s.vehicle)})
	if err != nil {
		return tsp.Written{}, false, err
	}
	shown, err := s.shown(a)
	out := tsp.Written{SourceID: s.id(), Collection: permanentDrivers, Status: a.Status, Headers: a.Headers,
		Note: "the driver was not the vehicle's permanent one any more"}
	return out, shown.Driver.ID != s.driver, err
}

// shownSeat is what a vehicle tells of its permanent driver.
type shownSeat struct {
	ID     int64 `json:"id"`
	Driver struct {
		ID int64 `json:"id"`
	} `json:"permanent_driver"`
}

func (s seat) shown(a rest.Answer) (shownSeat, error) {
	body, err := rest.Decode[struct {
		Vehicle shownSeat `json:"vehicle"`
	}](a)
	switch {
	case err != nil:
		return shownSeat{}, err
	case body.Vehicle.ID == 0:
		return shownSeat{}, a.Unconfirmed("Motive's answer holds no id of a vehicle", nil)
	case body.Vehicle.ID != s.vehicle:
		return shownSeat{}, a.Unexpected("Motive answered with another vehicle", nil)
	}
	return body.Vehicle, nil
}

// written reads the answer, whose vehicle must have the permanent driver that was asked for.
func (s seat) written(is func(driver int64) bool) rest.Decoder {
	return func(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
		shown, err := s.shown(a)
		if err == nil && !is(shown.Driver.ID) {
			err = a.Unexpected("Motive took the call, and the vehicle does not have the permanent driver that it was told", nil)
		}
		return tsp.Written{SourceID: s.id(), Collection: permanentDrivers}, err
	}
}
