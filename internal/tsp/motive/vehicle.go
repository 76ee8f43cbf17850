package motive

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const vehiclesPath = "/v1/vehicles"

// vehicleBody is what is written of a vehicle.
type vehicleBody struct {
	Number       jsontext.Value `json:"number,omitzero"`
	Status       jsontext.Value `json:"status,omitzero"`
	VIN          jsontext.Value `json:"vin,omitzero"`
	Make         jsontext.Value `json:"make,omitzero"`
	Model        jsontext.Value `json:"model,omitzero"`
	Year         jsontext.Value `json:"year,omitzero"`
	PlateState   jsontext.Value `json:"license_plate_state,omitzero"`
	PlateNumber  jsontext.Value `json:"license_plate_number,omitzero"`
	MetricUnits  jsontext.Value `json:"metric_units,omitzero"`
	FuelType     jsontext.Value `json:"fuel_type,omitzero"`
	Notes        jsontext.Value `json:"notes,omitzero"`
	GroupIDs     []int64        `json:"group_ids,omitzero"`
	Availability *availability  `json:"availability_details,omitzero"`
	ELDDevice    *eldDevice     `json:"eld_device,omitzero"`
	ExternalIDs  []externalID   `json:"external_ids_attributes,omitzero"`
}

type availability struct {
	Status string `json:"availability_status"`
	// Reason is empty for what is in service, or Motive would keep an earlier one.
	Reason string `json:"out_of_service_reason"`
}

type eldDevice struct {
	Identifier string `json:"identifier"`
}

func vehicleFrom(v *resource.Vehicle, w tsp.Write) vehicleBody {
	b := vehicleBody{
		Number: rest.Given(v.VehicleName), Status: statusOf(v.IsActive), VIN: rest.Given(v.VIN), Make: rest.Given(v.OEM), Model: rest.Given(v.ModelType),
		Year: year(v.ModelYear), PlateState: rest.Given(v.LicensePlateRegion), PlateNumber: rest.Given(v.LicensePlateNumber),
		FuelType: mapped(v.EngineType, fuelTypes().sent), Notes: rest.Given(v.Notes), Availability: available(v.Status),
	}
	if metric, ok := isMetric(v.OdometerUnit); ok {
		b.MetricUnits = encoded(metric)
	}
	if serial, ok := v.ELDSerialNumber.Get(); ok && w.Settings.Bool(settingPairELD) {
		b.ELDDevice = &eldDevice{serial}
	}
	if w.Verb == resource.Create {
		b.GroupIDs = numbers(w.Settings.List(settingGroups))
		b.ExternalIDs = externalIDs(v.ExternalID, w)
	}
	return b
}

// year is a model year as the text that Motive wants.
func year(o resource.Opt[int64]) jsontext.Value {
	if y, ok := o.Get(); ok {
		return encoded(strconv.FormatInt(y, 10))
	}
	return rest.Given(o)
}

// available is a vehicle's status in the two words that Motive has; the reason keeps our word.
func available(status resource.Opt[string]) *availability {
	s, ok := status.Get()
	if !ok {
		return nil
	}
	if reason, out := outOfServiceWords()[s]; out {
		return outOfService(reason)
	}
	return &availability{Status: "in_service"}
}

// outOfServiceWords are the statuses of a vehicle out of service, with the reasons that keep them.
func outOfServiceWords() map[string]string {
	return map[string]string{"OUT_OF_SERVICE": "out of service", "IN_REPAIR": "in repair", "IN_STORAGE": "in storage"}
}

func outOfService(reason string) *availability { return &availability{"out_of_service", reason} }

// isMetric reads a free text that names a unit of distance.
func isMetric(unit resource.Opt[string]) (metric, ok bool) {
	text, ok := unit.Get()
	switch strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(text)) {
	case "km", "kms", "kilometer", "kilometers", "kilometre", "kilometres", "m", "meter", "meters", "metre", "metres":
		return true, ok
	case "mi", "mile", "miles":
		return false, ok
	}
	return false, false
}

func vehicleUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its vehicles have no such field")
	uses := tsp.Uses{
		"vehicle_name":          tsp.Required().Length(1, 0).NotNull(),
		"oem":                   tsp.Sent(),
		"model_type":            tsp.Sent(),
		"model_year":            tsp.Sent().Because(fourDigits),
		"vin":                   tsp.Sent(),
		"engine_vin":            missing,
		"license_plate_region":  tsp.Sent(),
		"license_plate_country": tsp.Dropped("it shows the country of a plate and takes none; beside a plate, any other than USA is refused"),
		"license_plate_number":  tsp.Sent(),
		"is_active":             tsp.Sent().NotNull(),
		"status": tsp.Sent().NotNull().
			NotRead("Motive has one word for all statuses of a vehicle that is in service, which reads as IN_SERVICE"),
		"notes":  tsp.Sent(),
		"eld_id": missing,
		"eld_serial_number": tsp.Dropped("pairing hardware by the API is off; the connection's setting "+settingPairELD+" turns it on").
			With(settingPairELD, "true", tsp.Sent().NotNull()),
		"eld_device_type": missing,
		"eld_product_id":  missing,
		"total_axles":     missing,
		"external_id":     tsp.Sent().NotNull().Length(1, 0),
		"speed_unit":      missing,
		"odometer_unit": tsp.Sent().NotNull().
			NotRead("Motive keeps whether a vehicle counts metric; it reads as miles or kilometers"),
		"fuel_unit":     missing,
		"fuel_capacity": missing,
		"engine_type": tsp.Sent().
			NotRead("Motive has no word for some, which it is sent as other; LPG reads as PROPANE, whose word it shares"),
	}
	if verb == resource.Update {
		uses["vehicle_name"] = tsp.Sent().Length(1, 0).NotNull()
	}
	return uses
}

// checkVehicle refuses a unit that says neither metric nor imperial, a year that is none, and the country of a plate
// that would be lost and leave its region to another one: Motive shows a country that it cannot be told, which is US
// wherever a page or a client shows one.
func checkVehicle(v *resource.Vehicle, _ tsp.Settings) []resource.Problem {
	var wrong problems
	unit, given := v.OdometerUnit.Get()
	if _, ok := isMetric(v.OdometerUnit); given && !ok {
		wrong.refuse("odometer_unit", unit, resource.CodeUnsupported, "must be miles or kilometers at Motive")
	}
	wrong.year(v.ModelYear)
	plated := v.LicensePlateRegion.State() == resource.Set || v.LicensePlateNumber.State() == resource.Set
	if country, given := v.LicensePlateCountry.Get(); given && plated && !strings.EqualFold(country, "USA") {
		wrong.refuse("license_plate_country", country, resource.CodeUnsupported, "cannot be written at Motive, which "+
			"would take the plate for one of the United States; leave out the plate, or the country if that does not matter")
	}
	return wrong
}

const fourDigits = "a year of four digits"

// year refuses what is no model year: Motive takes one as text, and 0 would read back as none.
func (p *problems) year(of resource.Opt[int64]) {
	if year, given := of.Get(); given && (year < 1000 || year > 9999) {
		p.refuse("model_year", strconv.FormatInt(year, 10), resource.CodeUnsupported,
			"must be "+fourDigits+" at Motive")
	}
}

// warnVehicle tells of an engine for which Motive has no word.
func warnVehicle(v *resource.Vehicle, _ tsp.Settings) []tsp.Warning {
	return warnFuelWord("engine_type", v.EngineType.Or(""))
}
