package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// Vehicles (developer-docs.gomotive.com/reference/create-a-vehicle and update-an-existing-vehicle).

var vehicleRequired = []string{"number"}

// vehicleShape is the body of POST and PUT. Lengths and the list of fuel types are not documented, so none is enforced.
// driver_facing_camera, incab_audio_recording, eld_device_id and permanent_driver_id are what a client sends; that null takes a
// permanent driver off, and that one who is not exempt is taken, are assumptions.
func vehicleShape() simkit.Shape {
	free, flag := simkit.Nullable(simkit.String(0, 0)), simkit.Rule(simkit.Bool)
	id := simkit.Nullable(simkit.Integer)
	return simkit.Shape{
		"number": simkit.String(1, 0), "status": simkit.Enum("active", "inactive", "deactivated"), "ifta": flag,
		"vin": free, "make": free, "model": free, "year": free, "license_plate_state": free,
		"license_plate_number": free, "metric_units": flag, "fuel_type": free, "notes": free,
		"group_ids": simkit.List(simkit.Integer), "prevent_auto_odometer_entry": flag,
		"eld_device_id": id, "permanent_driver_id": id,
		"driver_facing_camera": simkit.Integer, "incab_audio_recording": simkit.Integer, "company_id": simkit.Integer,
		"eld_device":           simkit.Nested(simkit.Shape{"id": simkit.Integer, "identifier": free, "model": free}),
		"current_driver":       simkit.Map(simkit.Any),
		"availability_details": availability(), attributesMember: externalIDAttributes(),
	}
}

// newVehicle holds the defaults of members that are never null; they are not documented.
func newVehicle(tx *simkit.Tx) simkit.Object {
	return simkit.Object{
		"company_id": int64(companyID), "status": "active", "ifta": false, "metric_units": false,
		"prevent_auto_odometer_entry": false, "group_ids": []any{},
		"availability_details": simkit.Object{"availability_status": "in_service", "updated_at": timestamp(tx.Now())},
	}
}

func vehicleClass() class {
	return class{
		collection: vehicles, name: "vehicle", holder: holdsVehicle, ids: vehicleIDs,
		fresh: newVehicle, keep: keepVehicle, show: showVehicle,
	}
}

// findVehicle looks a vehicle up by its number; of several with that number it is the oldest. Whether a number is unique
// is not documented.
func findVehicle(tx *simkit.Tx, c *simkit.Call) (any, error) {
	wanted := c.Query.Get("number")
	if wanted == "" {
		return nil, simkit.Invalid("number is required")
	}
	for _, i := range tx.Items(vehicles) {
		if simkit.Text(i.Object, "number") == wanted {
			return vehicleClass().answer(tx, c, i, nil)
		}
	}
	return nil, simkit.Missing()
}

// keepVehicle checks and stores a vehicle. current_driver stands in the official example of a body and is taken
// without effect: drivers sign in to a vehicle in the app.
func keepVehicle(tx *simkit.Tx, c *simkit.Call, before simkit.Object) (*simkit.Item, error) {
	body := c.Body
	if company, given := body["company_id"]; given && company != int64(companyID) {
		return nil, simkit.Invalid("company_id is that of another company")
	}
	if err := checkGroups(tx, body); err != nil {
		return nil, err
	}
	if driver := simkit.Int(body, "permanent_driver_id"); driver != 0 {
		if _, err := existsDriver(tx, "permanent_driver_id", driver); err != nil {
			return nil, err
		}
	}
	o := merge(before, body)
	if device, given := body["eld_device_id"]; given {
		o["eld_device"] = nil
		if device != nil {
			o["eld_device"] = simkit.Object{"id": device, "identifier": nil, "model": nil}
		}
	}
	delete(o, "current_driver")
	stampAvailability(tx, o, body)
	return storeHolder(tx, holdsVehicle, o)
}

func showVehicle(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := pick(i.Object, "id", "company_id", "number", "status", "ifta", "vin", "make", "model", "year",
		"license_plate_state", "license_plate_number", "license_plate_country_code", "metric_units", "fuel_type",
		"prevent_auto_odometer_entry", "notes", "group_ids", "created_at", "updated_at", "eld_device", "current_driver",
		"availability_details")
	o["permanent_driver"] = nil
	if d, ok := tx.Get(users, idText(simkit.Int(i.Object, "permanent_driver_id"))); ok {
		o["permanent_driver"] = briefUser(d)
	}
	o["external_ids"] = externalIDsOf(tx, holdsVehicle, simkit.Int(i.Object, "id"))
	return o
}

func briefVehicle(i *simkit.Item) simkit.Object {
	return pick(i.Object, "id", "number", "year", "make", "model", "vin", "metric_units")
}
