package samsara

import (
	"context"
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

// createVehicle makes an asset of type vehicle; the vehicle API itself cannot, and pairs it with a gateway if need be.
func createVehicle(all attributes) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses:       newVehicleUses(),
		Needs: []tsp.Need{{Setting: settingAssetRoute, Value: beta,
			Reason: "Samsara makes vehicles only through its asset API, which it enables per organization; set the connection's setting " + settingAssetRoute + " to beta if it has"}},
		Check:  tsp.Checked(checkVehicle(resource.Create)),
		Warn:   tsp.Checked(warnVehicle),
		Method: http.MethodPost,
		Path:   assetsPath,
		Compose: func(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
			values, err := all.values(ctx, send, ofAssets, w)
			if err != nil {
				return nil, err
			}
			return rest.Body(func(v *resource.Vehicle, w tsp.Write) (any, error) { return newVehicle(v, w, values), nil })(w)
		},
		Decode: decodeRecord(vehicles),
		Find:   findAsset(vehicles),
		Steps: []rest.Step{{Key: "gateway", When: rest.Case(pairs), Method: http.MethodPatch, Path: vehiclesPath + "/{target}",
			Compose: change(nil, vehiclesPath, "", pairGateway), Decode: decodeShown(vehicleForm), Collection: vehicles}},
	}
}

// updateVehicle changes what PATCH /fleet/vehicles/{id} takes and then, where the asset API is
// enabled, make, model and year. Repeating either changes nothing more.
func updateVehicle(all attributes) rest.Write {
	asset := rest.Case(func(v *resource.Vehicle, w tsp.Write) bool { return assetRoute(w) && describesMake(v) })
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update},
		Strength:   tsp.NaturalKey,
		Uses:       vehicleUses(),
		Check:      tsp.Checked(checkVehicle(resource.Update)),
		Steps: []rest.Step{
			{Key: "vehicle", When: func(w tsp.Write) bool { return !asset(w) || encodedVehicle(w) }, Method: http.MethodPatch,
				Path: vehiclesPath + "/{target}", Compose: change(all, vehiclesPath, ofAssets, changeVehicle), Decode: decodeShown(vehicleForm)},
			{Key: "asset", When: asset, Method: http.MethodPatch, Path: assetsPath + "?id={target}",
				Compose: change(nil, vehiclesPath, "", changeVehicleAsset), Decode: decodeRecord(vehicles)},
		},
	}
}

func describesMake(v *resource.Vehicle) bool {
	return v.OEM.State() == resource.Set || v.ModelType.State() == resource.Set || v.ModelYear.State() == resource.Set
}

// encodedVehicle tells whether the vehicle API has something to change.
func encodedVehicle(w tsp.Write) bool {
	v, ok := w.Payload.(*resource.Vehicle)
	if !ok {
		return true
	}
	for _, o := range []resource.Opt[string]{v.VehicleName, v.VIN, v.LicensePlateNumber, v.Notes, v.ExternalID} {
		if o.State() != resource.Absent {
			return true
		}
	}
	return pairs(v, w) || givesAttribute(ofAssets, w)
}

// pairs tells whether a write gives a vehicle a gateway, and may.
func pairs(v *resource.Vehicle, w tsp.Write) bool {
	return w.Settings.Bool(settingPairELD) && v.ELDSerialNumber.State() == resource.Set
}

// vehicleUses says what becomes of each field.
//
// Null is documented only for one member of drivers; the empty string is the safe way to
// clear a text. We use it where the document calls the text
// empty by default, which are plate and notes. A vehicle without name or VIN would be given
// another by Samsara, and no way to remove an external id is documented.
func vehicleUses() tsp.Uses {
	missing := tsp.Dropped("its vehicles have no such field")
	uses := tsp.Uses{
		"vehicle_name":         tsp.Sent().NotNull().Length(1, 0),
		"oem":                  byRouteText(),
		"model_type":           byRouteText(),
		"model_year":           byRoute(),
		"vin":                  tsp.Sent().NotNull().Length(minVIN, maxVIN),
		"license_plate_number": tsp.Sent().Length(0, maxPlate),
		"is_active":            tsp.Rejects("its vehicles are always active").But(true),
		"notes":                tsp.Sent().Length(0, maxNotes),
		"eld_id":               missing,
		"eld_serial_number": tsp.Dropped("pairing hardware by the API is off; the connection's setting "+settingPairELD+" turns it on").
			With(settingPairELD, on, tsp.Sent().NotNull().Length(1, 0)),
		"eld_device_type": missing,
		"eld_product_id":  missing,
		"external_id":     tsp.Sent().NotNull().Length(1, 0),
		"speed_unit":      missing,
		"odometer_unit":   missing,
		"fuel_unit":       missing,
		"fuel_capacity":   missing,
	}
	inAttribute(uses, ofAssets)
	return uses
}

// newVehicleUses are those of a new vehicle, whose older number goes elsewhere (assetBody.number).
func newVehicleUses() tsp.Uses {
	uses := vehicleUses()
	vin := uses["vin"]
	vin.Reason = "one without the 17 characters of a VIN becomes the asset's serial number, which Samsara's vehicles do not show"
	uses["vin"] = vin
	return uses
}

// checkVehicle refuses a VIN that the asset API, for new vehicles, or the vehicle API would, and a year that is none.
func checkVehicle(verb resource.Verb) func(*resource.Vehicle, tsp.Settings) []resource.Problem {
	return func(v *resource.Vehicle, s tsp.Settings) []resource.Problem {
		out := checkYear(v.ModelYear, s)
		vin, ok := v.VIN.Get()
		switch {
		case ok && !lettersAndDigits(vin):
			out = append(out, problem("vin", vin, resource.CodePattern, "must be letters and digits at Samsara"))
		case ok && verb == resource.Create && len(vin) == maxVIN && !wholeVIN(vin):
			out = append(out, problem("vin", vin, resource.CodePattern, "is no VIN: those of 17 characters have no I, O and Q"))
		}
		return out
	}
}
