package geotab

import (
	"context"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The built-in groups that tell vehicles and trailers apart.
const (
	groupVehicle = "GroupVehicleId"
	groupTrailer = "GroupTrailerId"
)

// device is what is written of a Device; both vehicles and trailers are Devices.
type device struct {
	ID           resource.SourceID `json:"id,omitzero"`
	Name         *string           `json:"name,omitzero"`
	SerialNumber *string           `json:"serialNumber,omitzero"`
	VIN          *string           `json:"vehicleIdentificationNumber,omitzero"`
	LicensePlate *string           `json:"licensePlate,omitzero"`
	LicenseState *string           `json:"licenseState,omitzero"`
	Comment      *string           `json:"comment,omitzero"`
	TankCapacity *jsontext.Value   `json:"fuelTankCapacity,omitzero"`
	Groups       []ref             `json:"groups,omitzero"`
	TimeZoneID   string            `json:"timeZoneId,omitzero"`
	ActiveFrom   string            `json:"activeFrom,omitzero"`
	ActiveTo     *string           `json:"activeTo,omitzero"`
	Properties   []propertyValue   `json:"customProperties,omitzero"`
}

// deviceFromVehicle holds what the fields of a vehicle say.
func deviceFromVehicle(v *resource.Vehicle, w tsp.Write) device {
	d := device{
		Name: text(v.VehicleName), VIN: text(v.VIN), LicensePlate: text(v.LicensePlateNumber),
		LicenseState: text(v.LicensePlateRegion), Comment: text(v.Notes), ActiveTo: activeTo(v.IsActive, w.Operation),
	}
	if capacity, ok := tankCapacity(v); ok {
		d.TankCapacity = &capacity
	}
	if w.Verb == resource.Update {
		return d
	}
	if serial, ok := v.ELDSerialNumber.Get(); ok {
		serial = strings.ToUpper(serial)
		d.SerialNumber = &serial
	}
	d.begin(w, groupVehicle)
	if engine, ok := v.EngineType.Get(); ok && w.Settings.Bool(settingPowertrain) {
		d.Groups = append(d.Groups, refs(powertrains()[engine], manuallyClassified)...)
	}
	return d
}

// deviceFromTrailer holds what the fields of a trailer say.
func deviceFromTrailer(t *resource.Trailer, w tsp.Write) device {
	d := device{
		Name: text(t.TrailerName), VIN: text(t.VIN), LicensePlate: text(t.LicensePlateNumber),
		LicenseState: text(t.LicensePlateRegion), Comment: text(t.Notes), ActiveTo: activeTo(t.IsActive, w.Operation),
	}
	if w.Verb == resource.Update {
		return d
	}
	if serial, ok := t.ELDSerialNumber.Get(); ok {
		serial = strings.ToUpper(serial)
		d.SerialNumber = &serial
	}
	d.begin(w, groupTrailer)
	return d
}

// begin fills in what a new device needs beyond the unified model.
func (d *device) begin(w tsp.Write, class string) {
	d.Groups = append(refs(w.Settings.List(settingGroups)...), refs(class)...)
	d.TimeZoneID = w.Settings.Text(settingTimeZone)
	d.ActiveFrom = stamp(made(w.Operation))
}

// checkSerial refuses what cannot be the serial number of a device.
func checkSerial(serial resource.Opt[string]) []resource.Problem {
	if n := serial.Or(""); strings.Trim(strings.ToUpper(n), letters+digits) != "" {
		return []resource.Problem{{Path: "eld_serial_number", Input: resource.Excerpt(n), Code: resource.CodeUnsupported,
			Message: "must hold only letters and digits at Geotab"}}
	}
	return nil
}

func checkNewTrailer(t *resource.Trailer, _ tsp.Settings) []resource.Problem {
	return checkSerial(t.ELDSerialNumber)
}

func vehicleUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its vehicles have no such field")
	tank := tsp.Sent().Because(withHardware).NotNull().NotRead("Geotab keeps litres, and shows capacities in them")
	decoded := tsp.Dropped("it decodes the VIN instead of taking make, model and year")
	uses := tsp.Uses{
		"vehicle_name":          tsp.Required().Length(1, maxName).NotNull(),
		"oem":                   inProperty("oem", decoded),
		"model_type":            inProperty("model_type", decoded),
		"model_year":            inProperty("model_year", decoded),
		"vin":                   tsp.Sent().Length(0, maxVIN),
		"engine_vin":            tsp.Dropped("it reads the engine's VIN from the vehicle"),
		"license_plate_region":  tsp.Sent().Length(0, maxPlate),
		"license_plate_country": inProperty("license_plate_country", missing),
		"license_plate_number":  tsp.Sent().Length(0, maxPlate),
		"is_active":             tsp.Sent().NotNull(),
		"status":                inProperty("status", missing),
		"notes":                 tsp.Sent().Length(0, maxComment),
		"eld_id":                missing,
		"eld_serial_number":     tsp.Sent().Length(1, maxSerial).NotNull(),
		"eld_device_type":       tsp.Dropped("the serial number tells it"),
		"eld_product_id":        tsp.Dropped("the serial number tells it"),
		"total_axles":           inProperty("total_axles", missing),
		"external_id":           inProperty("external_id", tsp.Dropped("it has no field for ids of other systems")),
		"speed_unit":            tsp.Dropped("its units are metric"),
		"odometer_unit":         tsp.Dropped("its units are metric"),
		"fuel_unit":             tank,
		"fuel_capacity":         tank,
		"engine_type": tsp.Dropped("it goes into powertrain groups only where the connection's setting "+settingPowertrain+" says so").
			With(settingPowertrain, "true", tsp.Sent().NotNull().Only("Geotab has no powertrain group for the others", powered()...).
				NotRead("propane and other liquefied gas are one group at Geotab")),
	}
	if verb == resource.Update {
		uses["vehicle_name"] = tsp.Sent().Length(1, maxName).NotNull()
		uses["eld_serial_number"] = tsp.Dropped("writing a serial number would replace the vehicle's hardware")
	}
	return uses
}

func trailerUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its trailers have no such field")
	uses := tsp.Uses{
		"trailer_name":          tsp.Required().Length(1, maxName).NotNull(),
		"oem":                   inProperty("oem", missing),
		"model_type":            inProperty("model_type", missing),
		"model_year":            inProperty("model_year", missing),
		"vin":                   tsp.Sent().Length(0, maxVIN),
		"license_plate_region":  tsp.Sent().Length(0, maxPlate),
		"license_plate_country": inProperty("license_plate_country", missing),
		"license_plate_number":  tsp.Sent().Length(0, maxPlate),
		"is_active":             tsp.Sent().NotNull(),
		"status":                inProperty("status", missing),
		"notes":                 tsp.Sent().Length(0, maxComment),
		"eld_id":                missing,
		"eld_serial_number":     tsp.Sent().Length(1, maxSerial).NotNull(),
		"eld_device_type":       tsp.Dropped("the serial number tells it"),
		"eld_product_id":        tsp.Dropped("the serial number tells it"),
		"total_axles":           inProperty("total_axles", missing),
		"external_id":           inProperty("external_id", tsp.Dropped("it has no field for ids of other systems")),
		"trailer_length":        inProperty("trailer_length", missing),
		"trailer_type":          inProperty("trailer_type", missing),
	}
	if verb == resource.Update {
		uses["trailer_name"] = tsp.Sent().Length(1, maxName).NotNull()
		uses["eld_serial_number"] = tsp.Dropped("writing a serial number would replace the trailer's hardware")
	}
	return uses
}

// found is a Device as it is read back to see whether an earlier attempt made it.
type foundDevice struct {
	ID           resource.SourceID `json:"id"`
	Name         string            `json:"name"`
	SerialNumber string            `json:"serialNumber"`
	ActiveFrom   string            `json:"activeFrom"`
}

// sameDevice is what no look-up can know of a device.
const sameDevice = "the time at which Waybill accepted the write marks what it makes, in milliseconds: of two without a serial number " +
	"that have one name and were accepted within one, what the other made is taken for it"

// findDevice looks for the device that an earlier attempt made: the one of its name, and serial
// number if it has one, that became active when the operation was accepted. activeFrom can be set
// (Device of the object model, read 2026-11-27), and whether hardware changes it is not documented, so that one that
// differs in that alone may be ours or not.
func findDevice(d device) finding {
	return func(ctx context.Context, c *call, w tsp.Write) (resource.SourceID, bool, error) {
		by := map[string]string{"name": strings.TrimSpace(*d.Name)}
		if d.SerialNumber != nil {
			by = map[string]string{"serialNumber": *d.SerialNumber}
		}
		doubtful := false
		one, found, err := search(ctx, c, wanted{"Device", by}, func(f foundDevice) bool {
			named := tsp.SameText(f.Name, *d.Name) &&
				(d.SerialNumber == nil || strings.EqualFold(f.SerialNumber, *d.SerialNumber))
			ours := named && sameTime(f.ActiveFrom, d.ActiveFrom)
			doubtful = doubtful || named && !ours && d.SerialNumber != nil
			return ours
		})
		if err == nil && !found && doubtful {
			err = &tsp.Error{Class: tsp.Unknown, Message: "Geotab has a device of this name " +
				"and serial number, and nothing tells whether it was there before"}
		}
		return one.ID, found, err
	}
}
