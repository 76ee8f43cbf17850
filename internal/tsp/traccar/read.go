package traccar

import (
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// machineFields are the members of the unified vehicle and trailer that Traccar keeps.
type machineFields struct {
	VehicleName         string         `json:"vehicle_name,omitzero"`
	TrailerName         string         `json:"trailer_name,omitzero"`
	OEM                 string         `json:"oem,omitzero"`
	ModelType           string         `json:"model_type,omitzero"`
	ModelYear           jsontext.Value `json:"model_year,omitzero"`
	VIN                 string         `json:"vin,omitzero"`
	EngineVIN           string         `json:"engine_vin,omitzero"`
	LicensePlateRegion  string         `json:"license_plate_region,omitzero"`
	LicensePlateCountry string         `json:"license_plate_country,omitzero"`
	LicensePlateNumber  string         `json:"license_plate_number,omitzero"`
	IsActive            bool           `json:"is_active"`
	Status              string         `json:"status,omitzero"`
	Notes               string         `json:"notes,omitzero"`
	ELDSerialNumber     string         `json:"eld_serial_number,omitzero"`
	TotalAxles          jsontext.Value `json:"total_axles,omitzero"`
	ExternalID          string         `json:"external_id,omitzero"`
	FuelUnit            string         `json:"fuel_unit,omitzero"`
	FuelCapacity        string         `json:"fuel_capacity,omitzero"`
	EngineType          string         `json:"engine_type,omitzero"`
	TrailerLength       jsontext.Value `json:"trailer_length,omitzero"`
	TrailerType         string         `json:"trailer_type,omitzero"`
}

// machine reads what vehicles and trailers share. Somebody else may keep anything among the
// attributes, so a value of another form than ours is left out. A uniqueId that stood in for a
// serial number is none.
func machine(o object) machineFields {
	more := o.attributes()
	serial := o.text("uniqueId")
	if serial == strings.TrimSpace(more.text("externalId")) || serial == strings.TrimSpace(more.text("vin")) {
		serial = ""
	}
	var disabled bool
	_ = json.Unmarshal(o["disabled"], &disabled)
	return machineFields{
		OEM: more.text("make"), ModelType: more.text("modelType"), ModelYear: more.whole("modelYear"), VIN: more.text("vin"),
		EngineVIN: more.text("engineVin"), LicensePlateRegion: more.text("licensePlateRegion"),
		LicensePlateCountry: more.text("licensePlateCountry"), LicensePlateNumber: more.text("licensePlate"), IsActive: !disabled,
		Notes: more.text("notes"), ELDSerialNumber: serial, TotalAxles: more.whole("axles"),
		ExternalID: more.text("externalId"), FuelUnit: more.text("tankUnit"), FuelCapacity: more.text("tankCapacity"),
	}
}

func vehicleFields(o object) any {
	f := machine(o)
	f.VehicleName = o.text("name")
	f.Status = oneOf(o.attributes().text("vehicleStatus"), "status")
	f.EngineType = oneOf(o.attributes().text("engineType"), "engine_type")
	return f
}

func trailerFields(o object) any {
	f, more := machine(o), o.attributes()
	f.TrailerName, f.Status, f.TrailerType = o.text("name"), more.text("trailerStatus"), more.text("trailerType")
	if n := more["trailerLength"]; n.Kind() == '0' {
		f.TrailerLength = n
	}
	return f
}

// whole is a member that is a whole number; nil if it is none.
func (o object) whole(member string) jsontext.Value {
	var n int64
	if json.Unmarshal(o[member], &n) != nil {
		return nil
	}
	return o[member]
}

// oneOf is a text if it is a value of the vehicle's field; "" if not.
func oneOf(text, field string) string {
	schema, err := resource.For(resource.KindVehicle, resource.Update)
	if err != nil || !slices.Contains(schema.Field(field).Values, text) {
		return ""
	}
	return text
}

func driverFields(o object) any {
	more := o.attributes()
	first, last := nameOf(o)
	return resource.Person{
		Username: more.text("username"), IsActive: true, Status: resource.UserStatus(true), IsDriver: true, UserDesignation: more.text("designation"),
		UserEmail: more.text("email"), FirstName: first, LastName: last, PhoneNumber: more.text("phone"),
		CountryCode: more.text("country"), LicenseCountry: more.text("licenseCountry"), LicenseRegion: more.text("licenseRegion"),
		LicenseNumber: more.text("licenseNumber"), LicenseExpiration: more.text("licenseExpiration"),
		EmployeeNumber: more.text("employeeNumber"), CarrierNumber: more.text("carrierNumber"), Notes: more.text("notes"),
	}
}
