package samsara

import (
	"cmp"
	"net/http"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const vehiclesPath = "/fleet/vehicles"

// The lengths of texts in the document's UpdateVehicleRequest.
const (
	minVIN, maxVIN = 11, 17
	maxPlate       = 12
	maxNotes       = 255
)

// externalKey is the key under which our external_id stands among a record's external ids.
const externalKey = "waybill"

// updateVehicle changes what PATCH /fleet/vehicles/{id} takes. Repeating it changes nothing
// more.
func updateVehicle() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update},
		Strength:   tsp.NaturalKey,
		Uses:       vehicleUses(),
		Method:     http.MethodPatch,
		Path:       vehiclesPath + "/{target}",
		Encode:     rest.Body(encodeVehicle),
		Decode:     decodeVehicle,
	}
}

// vehicleUses says what becomes of each field of an update.
//
// Null is documented only for one member of drivers; the empty string is the safe way to
// clear a text (reference section 7, item 7). We use it where the document calls the text
// empty by default, which are plate and notes. A vehicle without name or VIN would be given
// another by Samsara, and no way to remove an external id is documented.
func vehicleUses() tsp.Uses {
	assets := tsp.Dropped("it takes make, model and year only through its assets API, which Waybill does not write yet")
	missing := tsp.Dropped("its vehicles have no such field")
	return tsp.Uses{
		"vehicle_name":          tsp.Sent().NotNull().Length(1, 0),
		"oem":                   assets,
		"model_type":            assets,
		"model_year":            assets,
		"vin":                   tsp.Sent().NotNull().Length(minVIN, maxVIN),
		"engine_vin":            missing,
		"license_plate_region":  missing,
		"license_plate_country": missing,
		"license_plate_number":  tsp.Sent().Length(0, maxPlate),
		"is_active":             tsp.Rejects("its vehicles are always active").But(true),
		"status":                missing,
		"notes":                 tsp.Sent().Length(0, maxNotes),
		"eld_id":                missing,
		"eld_serial_number":     tsp.Dropped("writing a gateway's serial number would pair the vehicle with other hardware"),
		"eld_device_type":       missing,
		"eld_product_id":        missing,
		"total_axles":           missing,
		"external_id":           tsp.Sent().NotNull().Length(1, 0),
		"speed_unit":            missing,
		"odometer_unit":         missing,
		"fuel_unit":             missing,
		"fuel_capacity":         missing,
		"engine_type":           missing,
	}
}

// vehicleBody holds only what is to change.
type vehicleBody struct {
	Name         *string           `json:"name,omitzero"`
	VIN          *string           `json:"vin,omitzero"`
	LicensePlate *string           `json:"licensePlate,omitzero"`
	Notes        *string           `json:"notes,omitzero"`
	ExternalIDs  map[string]string `json:"externalIds,omitzero"`
}

func encodeVehicle(v *resource.Vehicle, _ tsp.Write) (any, error) {
	body := vehicleBody{
		Name: text(v.VehicleName), VIN: text(v.VIN), LicensePlate: text(v.LicensePlateNumber), Notes: text(v.Notes),
	}
	if id, ok := v.ExternalID.Get(); ok {
		body.ExternalIDs = map[string]string{externalKey: id}
	}
	return body, nil
}

func decodeVehicle(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	id, err := recordID(a)
	switch {
	case err != nil:
		return tsp.Written{}, err
	case id != w.Target:
		return tsp.Written{}, a.Unexpected("Samsara answered with another vehicle", nil)
	}
	return tsp.Written{SourceID: id, Collection: vehicles}, nil
}

// recordID reads the id of a written record, which older versions of the API do not wrap in
// "data".
func recordID(a rest.Answer) (resource.SourceID, error) {
	answer, err := rest.Decode[struct {
		ID   resource.SourceID `json:"id"`
		Data struct {
			ID resource.SourceID `json:"id"`
		} `json:"data"`
	}](a)
	id := cmp.Or(answer.Data.ID, answer.ID)
	if err == nil && id == "" {
		err = a.Unconfirmed("Samsara's answer holds no id", nil)
	}
	return id, err
}
