package catenasimulator

import (
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const vehiclesPath = "/vehicles"

// vehicleBody is what is written of a vehicle. Texts are cleared by the empty one.
type vehicleBody struct {
	Name      *string `json:"name,omitzero"`
	VIN       *string `json:"vin,omitzero"`
	Plate     *string `json:"plate,omitzero"`
	Active    *bool   `json:"active,omitzero"`
	Reference string  `json:"reference,omitzero"`
}

func createVehicle() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create},
		Strength:   tsp.Native,
		Uses:       vehicleUses(resource.Create),
		Method:     http.MethodPost,
		Path:       vehiclesPath,
		Encode: rest.Body(func(v *resource.Vehicle, w tsp.Write) (any, error) {
			body := vehicleFrom(v)
			body.Reference = w.Operation.String()
			return body, nil
		}),
		Decode: madeVehicle,
	}
}

func vehicleFrom(v *resource.Vehicle) vehicleBody {
	return vehicleBody{Name: given(v.VehicleName), VIN: given(v.VIN), Plate: given(v.LicensePlateNumber), Active: given(v.IsActive)}
}

// given is a field as it is sent: left out if it is absent, empty if it is null.
func given[T any](field resource.Opt[T]) *T {
	if field.State() == resource.Absent {
		return nil
	}
	var empty T
	value := field.Or(empty)
	return &value
}

func madeVehicle(_ tsp.Write, a rest.Answer) (tsp.Written, error) { return made(a, vehicleRecord) }

// made reads the answer to a write, which holds the record as lists show it.
func made(a rest.Answer, unify func(source jsontext.Value) (tsp.Record, error)) (tsp.Written, error) {
	one, err := unify(jsontext.Value(a.Body))
	switch {
	case err != nil:
		return tsp.Written{}, a.Unconfirmed("the answer has an unexpected shape", err)
	case one.SourceID == "":
		return tsp.Written{}, a.Unconfirmed("the answer holds no id", nil)
	}
	return tsp.Written{SourceID: one.SourceID, Collection: one.Collection, Record: &one}, nil
}

// vehicleUses says what becomes of each field.
func vehicleUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its vehicles have no such field")
	uses := tsp.Uses{
		"vehicle_name":          tsp.Required().Length(1, 40),
		"oem":                   missing,
		"model_type":            missing,
		"model_year":            missing,
		"vin":                   tsp.Sent().Length(0, 17),
		"engine_vin":            missing,
		"license_plate_region":  missing,
		"license_plate_country": missing,
		"license_plate_number":  tsp.Sent().Length(0, 20),
		"is_active":             tsp.Sent().NotNull(),
		"status":                missing,
		"notes":                 missing,
		"eld_id":                missing,
		"eld_serial_number":     missing,
		"eld_device_type":       missing,
		"eld_product_id":        missing,
		"total_axles":           missing,
		"external_id":           missing,
		"speed_unit":            missing,
		"odometer_unit":         missing,
		"fuel_unit":             missing,
		"fuel_capacity":         missing,
		"engine_type":           missing,
	}
	if verb == resource.Update {
		uses["vehicle_name"] = tsp.Sent().Length(1, 40).NotNull()
	}
	return uses
}
