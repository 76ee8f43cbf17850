package traccar

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func createVehicle() rest.Write {
	w := createDevice(resource.KindVehicle)
	w.Uses, w.Check = vehicleUses(resource.Create), tsp.Checked(checkVehicle)
	w.Encode = rest.Body(func(v *resource.Vehicle, w tsp.Write) (any, error) {
		return vehicleInto(serialized(begin(w, w.Settings.Text(settingCategory), vehicleID(v)), v.ELDSerialNumber), v, w.Settings), nil
	})
	return w
}

func updateVehicle() rest.Write {
	w := updateDevice(resource.KindVehicle)
	w.Uses = vehicleUses(resource.Update)
	w.Check = tsp.Checked(func(v *resource.Vehicle, _ tsp.Settings) []resource.Problem {
		return append(checkSerial(v.ELDSerialNumber), checkCountry("license_plate_country", v.LicensePlateCountry)...)
	})
	w.Compose = changed(devicesPath, func(o object, v *resource.Vehicle, w tsp.Write) object {
		return vehicleInto(paired(o, v.ELDSerialNumber, w), v, w.Settings)
	})
	return w
}

func vehicleID(v *resource.Vehicle) string { return uniqueID(v.ELDSerialNumber, v.ExternalID, v.VIN) }

// vehicleInto writes what the fields of a vehicle say into a device. It stays away from what the
// server reads itself: the model, by which decoders tell variants of the hardware apart
// (BaseProtocolDecoder.getDeviceModel), and attributes such as fuelCapacity, a number of litres
// (config/Keys, those of KeyType.DEVICE).
func vehicleInto(o object, v *resource.Vehicle, s tsp.Settings) object {
	put(o, "name", v.VehicleName)
	put(o, "disabled", disabled(v.IsActive))
	more := o.attributes()
	put(more, "make", v.OEM)
	if at := modelAttribute(s); at != ownModel {
		put(more, at, v.ModelType)
	}
	put(more, "modelYear", v.ModelYear)
	put(more, "vin", v.VIN)
	put(more, "engineVin", v.EngineVIN)
	put(more, plateAttribute(s), v.LicensePlateNumber)
	put(more, "licensePlateRegion", v.LicensePlateRegion)
	put(more, "licensePlateCountry", v.LicensePlateCountry)
	put(more, "vehicleStatus", v.Status)
	put(more, "notes", v.Notes)
	put(more, "axles", v.TotalAxles)
	put(more, "externalId", v.ExternalID)
	put(more, "tankCapacity", v.FuelCapacity)
	put(more, "tankUnit", v.FuelUnit)
	put(more, "engineType", v.EngineType)
	put(more, "eldId", v.ELDID)
	put(more, "eldDeviceType", v.ELDDeviceType)
	put(more, "eldProductId", v.ELDProductID)
	put(more, "vehicleSpeedUnit", v.SpeedUnit)
	put(more, "vehicleOdometerUnit", v.OdometerUnit)
	return o.with(more)
}

func vehicleUses(verb resource.Verb) tsp.Uses {
	uses := tsp.Uses{
		"vehicle_name":          tsp.Required().Length(1, maxText).NotNull(),
		"oem":                   tsp.Sent(),
		"model_type":            modelUse(),
		"model_year":            tsp.Sent(),
		"vin":                   tsp.Sent().Length(0, maxText),
		"engine_vin":            tsp.Sent(),
		"license_plate_region":  tsp.Sent(),
		"license_plate_country": tsp.Sent(),
		"license_plate_number":  tsp.Sent(),
		"is_active":             tsp.Sent().NotNull(),
		"status":                tsp.Sent(),
		"notes":                 tsp.Sent(),
		"eld_id":                tsp.Sent(),
		"eld_serial_number":     tsp.Sent().Length(1, maxText),
		"eld_device_type":       tsp.Sent(),
		"eld_product_id":        tsp.Sent(),
		"total_axles":           tsp.Sent(),
		"external_id":           tsp.Sent().Length(0, maxText),
		"speed_unit":            tsp.Sent(),
		"odometer_unit":         tsp.Sent(),
		"fuel_unit":             tsp.Sent(),
		"fuel_capacity":         tsp.Sent(),
		"engine_type":           tsp.Sent(),
	}
	if verb == resource.Update {
		uses["vehicle_name"] = tsp.Sent().Length(1, maxText).NotNull()
		uses["eld_serial_number"] = pairing()
	}
	return uses
}

// checkVehicle refuses a vehicle without anything to know it by, and a plate of no country.
func checkVehicle(v *resource.Vehicle, _ tsp.Settings) []resource.Problem {
	return append(checkIdentifier(v.ELDSerialNumber, vehicleID(v)), checkCountry("license_plate_country", v.LicensePlateCountry)...)
}
