package traccar

import (
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
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
	ELDID               string         `json:"eld_id,omitzero"`
	ELDDeviceType       string         `json:"eld_device_type,omitzero"`
	ELDProductID        string         `json:"eld_product_id,omitzero"`
	SpeedUnit           string         `json:"speed_unit,omitzero"`
	OdometerUnit        string         `json:"odometer_unit,omitzero"`
	// The groups are their names by their ids; empty where there is none.
	VehicleGroups map[string]string `json:"vehicle_groups,omitzero"`
	TrailerGroups map[string]string `json:"trailer_groups,omitzero"`
}

// machine reads what vehicles and trailers share. Somebody else may keep anything among the
// attributes, so a value of another form than ours is left out.
func machine(o object, s tsp.Settings) machineFields {
	more := o.attributes()
	var disabled bool
	_ = json.Unmarshal(o["disabled"], &disabled)
	return machineFields{
		OEM: more.text("make"), ModelType: modelOf(o, s), ModelYear: more.whole("modelYear"), VIN: more.text("vin"),
		EngineVIN: more.text("engineVin"), LicensePlateRegion: more.text("licensePlateRegion"),
		LicensePlateCountry: more.text("licensePlateCountry"), LicensePlateNumber: more.text(plateAttribute(s)), IsActive: !disabled,
		Notes: more.text("notes"), ELDSerialNumber: serialOf(o), TotalAxles: more.whole("axles"),
		ExternalID: more.text("externalId"), FuelUnit: more.text("tankUnit"), FuelCapacity: more.text("tankCapacity"),
		ELDID: more.text("eldId"), ELDDeviceType: more.text("eldDeviceType"), ELDProductID: more.text("eldProductId"),
		SpeedUnit: more.text("vehicleSpeedUnit"), OdometerUnit: more.text("vehicleOdometerUnit"),
	}
}

// serialOf is the uniqueId of a device, unless it stands in for a serial number.
func serialOf(o object) string {
	more, id := o.attributes(), o.text("uniqueId")
	standsIn := id == strings.TrimSpace(more.text("externalId")) || id == strings.TrimSpace(more.text("vin"))
	if standsIn && id != more.text("eldSerialNumber") {
		return ""
	}
	return id
}

func vehicleInfo(f *machineFields, o object) {
	more := o.attributes()
	f.VehicleName = o.text("name")
	f.Status = oneOf(more.text("vehicleStatus"), resource.KindVehicle, "status")
	f.EngineType = oneOf(more.text("engineType"), resource.KindVehicle, "engine_type")
}

func trailerInfo(f *machineFields, o object) {
	more := o.attributes()
	f.TrailerName, f.Status, f.TrailerType = o.text("name"), more.text("trailerStatus"), more.text("trailerType")
	if n := more["trailerLength"]; n.Kind() == '0' {
		f.TrailerLength = n
	}
}

// whole is a member that is a whole number; nil if it is none.
func (o object) whole(member string) jsontext.Value {
	var n int64
	if json.Unmarshal(o[member], &n) != nil {
		return nil
	}
	return o[member]
}

// oneOf is a text if it is a value of the kind's field; "" if not.
func oneOf(text string, kind resource.Kind, field string) string {
	schema, err := resource.For(kind, resource.Update)
	if err != nil || !slices.Contains(schema.Field(field).Values, text) {
		return ""
	}
	return text
}

// truth is a member that is true or false; nil if it is neither.
func (o object) truth(member string) *bool {
	var b bool
	if json.Unmarshal(o[member], &b) != nil || o[member].Kind() == 'n' {
		return nil
	}
	return &b
}

// driverFields reads a driver, who is active unless somebody noted otherwise.
func driverFields(o object) any {
	more := o.attributes()
	first, last := nameOf(o)
	expires := more.text("licenseExpiration")
	if _, err := time.Parse(time.DateOnly, expires); err != nil {
		expires = ""
	}
	active := more.text("driverStatus") != resource.UserStatus(false)
	return resource.Person{
		Username: more.text("username"), IsActive: active, Status: resource.UserStatus(active), IsDriver: true,
		UserDesignation: more.text("designation"),
		UserEmail:       more.text("email"), FirstName: first, LastName: last, PhoneNumber: more.text("phone"),
		CountryCode: countryOf(more.text("country")), LicenseCountry: countryOf(more.text("licenseCountry")), LicenseRegion: more.text("licenseRegion"),
		LicenseNumber: more.text("licenseNumber"), LicenseExpiration: expires,
		EmployeeNumber: more.text("employeeNumber"), CarrierNumber: more.text("carrierNumber"), Notes: more.text("notes"),
		HOSRulesetCode: oneOf(more.text("hosRuleset"), resource.KindUser, "hos_ruleset_code"), AllowYardMove: more.truth("allowYardMove"),
		AllowPersonalConveyance: more.truth("allowPersonalConveyance"), AllowAdverseDriving: more.truth("allowAdverseDriving"),
		DefaultTimeZone: oneOf(more.text("timeZone"), resource.KindUser, "default_time_zone"),
	}
}
