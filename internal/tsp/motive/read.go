package motive

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

type vehicleRecord struct {
	Number       string       `json:"number"`
	Status       string       `json:"status"`
	VIN          string       `json:"vin"`
	Make         string       `json:"make"`
	Model        string       `json:"model"`
	Year         string       `json:"year"`
	PlateState   string       `json:"license_plate_state"`
	PlateNumber  string       `json:"license_plate_number"`
	PlateCountry string       `json:"license_plate_country_code"`
	MetricUnits  *bool        `json:"metric_units"`
	FuelType     string       `json:"fuel_type"`
	Notes        string       `json:"notes"`
	ELDDevice    *eldDevice   `json:"eld_device"`
	Availability availability `json:"availability_details"`
	ExternalIDs  []externalID `json:"external_ids"`
	Name         string       `json:"name"`
	Type         string       `json:"type"`
	CustomType   string       `json:"custom_type"`
	Axle         *int64       `json:"axle"`
	Length       *float64     `json:"length"`
}

// machineFields are the members of the unified vehicle and trailer that Motive has.
type machineFields struct {
	VehicleName        string   `json:"vehicle_name,omitzero"`
	TrailerName        string   `json:"trailer_name,omitzero"`
	OEM                string   `json:"oem,omitzero"`
	ModelType          string   `json:"model_type,omitzero"`
	ModelYear          int64    `json:"model_year,omitzero"`
	VIN                string   `json:"vin,omitzero"`
	LicensePlateRegion string   `json:"license_plate_region,omitzero"`
	LicensePlateNumber string   `json:"license_plate_number,omitzero"`
	IsActive           bool     `json:"is_active"`
	Status             string   `json:"status,omitzero"`
	Notes              string   `json:"notes,omitzero"`
	ELDSerialNumber    string   `json:"eld_serial_number,omitzero"`
	TotalAxles         *int64   `json:"total_axles,omitzero"`
	ExternalID         string   `json:"external_id,omitzero"`
	OdometerUnit       string   `json:"odometer_unit,omitzero"`
	EngineType         string   `json:"engine_type,omitzero"`
	TrailerLength      *float64 `json:"trailer_length,omitzero"`
	TrailerType        string   `json:"trailer_type,omitzero"`
}

func machine(r vehicleRecord) machineFields {
	f := machineFields{
		VehicleName: r.Number, TrailerName: r.Name, OEM: r.Make, ModelType: r.Model, ModelYear: numberOf(r.Year), VIN: r.VIN,
		LicensePlateRegion: r.PlateState, LicensePlateNumber: r.PlateNumber, IsActive: r.Status == "" || r.Status == "active",
		Notes: r.Notes, TotalAxles: r.Axle, TrailerLength: r.Length, TrailerType: r.Type, EngineType: reversed(fuelTypes())[r.FuelType],
	}
	if r.FuelType == "other" {
		f.EngineType = ""
	}
	if r.CustomType != "" {
		f.TrailerType = r.CustomType
	}
	f.Status = strings.ToUpper(r.Availability.Status)
	if r.MetricUnits != nil {
		f.OdometerUnit = "miles"
		if *r.MetricUnits {
			f.OdometerUnit = "kilometers"
		}
	}
	if r.ELDDevice != nil {
		f.ELDSerialNumber = r.ELDDevice.Identifier
	}
	for _, id := range r.ExternalIDs {
		if id.IntegrationName != operationMark {
			f.ExternalID = id.ExternalID
		}
	}
	return f
}

func listVehicles() rest.List {
	return list(vehiclesPath, "vehicles", "vehicle", vehicles, unify(func(r vehicleRecord) any { return machine(r) }))
}

func listAssets() rest.List {
	return list(assetsPath, "assets", "asset", assets, unify(func(r vehicleRecord) any {
		f := machine(r)
		f.Status = r.Availability.Status
		return f
	}))
}

type userRecord struct {
	Role            string `json:"role"`
	FirstName       string `json:"first_name"`
	LastName        string `json:"last_name"`
	Email           string `json:"email"`
	Username        string `json:"username"`
	Phone           string `json:"phone"`
	TimeZone        string `json:"time_zone"`
	Status          string `json:"status"`
	Cycle           string `json:"cycle"`
	DriverCompanyID string `json:"driver_company_id"`
	CarrierName     string `json:"carrier_name"`
	CarrierStreet   string `json:"carrier_street"`
	LicenseNumber   string `json:"drivers_license_number"`
	LicenseState    string `json:"drivers_license_state"`
	YardMoves       *bool  `json:"yard_moves_enabled"`
	Personal        *bool  `json:"personal_conveyance_enabled"`
	Adverse         *bool  `json:"exception_adverse_driving"`
}

// listUsers lists all users; deactivated ones are among them.
func listUsers() rest.List {
	zones, rules := reversed(timeZones()), reversed(cycles())
	// Several of our zones share one of Motive's names; these are the ones it is known by.
	zones["Eastern Time (US & Canada)"], zones["Central Time (US & Canada)"] = "America/New_York", "America/Chicago"
	zones["Mountain Time (US & Canada)"], zones["Pacific Time (US & Canada)"] = "America/Denver", "America/Los_Angeles"
	return list(usersPath, "users", "user", users, unify(func(r userRecord) any {
		f := resource.Person{
			Username: r.Username, IsActive: r.Status != "deactivated", IsDriver: r.Role == "driver", UserDesignation: r.Role,
			UserEmail: r.Email, FirstName: r.FirstName, LastName: r.LastName, PhoneNumber: r.Phone, LicenseRegion: r.LicenseState,
			LicenseNumber: r.LicenseNumber, EmployeeNumber: r.DriverCompanyID, CompanyName: r.CarrierName, CompanyAddress: r.CarrierStreet,
			HOSRulesetCode: rules[r.Cycle], AllowYardMove: r.YardMoves, AllowPersonalConveyance: r.Personal, AllowAdverseDriving: r.Adverse,
			DefaultTimeZone: zones[r.TimeZone],
		}
		f.Status = resource.UserStatus(f.IsActive)
		return f
	}))
}
