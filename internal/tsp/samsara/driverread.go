package samsara

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

type driverRecord struct {
	Name              string            `json:"name"`
	Username          string            `json:"username"`
	Email             string            `json:"email"`
	Phone             string            `json:"phone"`
	LicenseNumber     string            `json:"licenseNumber"`
	LicenseState      string            `json:"licenseState"`
	Notes             string            `json:"notes"`
	Timezone          string            `json:"timezone"`
	YardMove          *bool             `json:"eldYmEnabled"`
	PersonalConveying *bool             `json:"eldPcEnabled"`
	AdverseWeather    *bool             `json:"eldAdverseWeatherExemptionEnabled"`
	ExternalIDs       map[string]string `json:"externalIds"`
	Carrier           struct {
		Name      string `json:"carrierName"`
		DOTNumber int64  `json:"dotNumber"`
		Address   string `json:"mainOfficeAddress"`
	} `json:"carrierSettings"`
}

// personFields are the members of the unified user that Samsara has for drivers or dashboard
// users.
type personFields struct {
	Username                string `json:"username,omitzero"`
	IsActive                bool   `json:"is_active"`
	Status                  string `json:"status"`
	IsDriver                bool   `json:"is_driver"`
	UserEmail               string `json:"user_email,omitzero"`
	FirstName               string `json:"first_name,omitzero"`
	LastName                string `json:"last_name,omitzero"`
	PhoneNumber             string `json:"phone_number,omitzero"`
	LicenseRegion           string `json:"license_region,omitzero"`
	LicenseNumber           string `json:"license_number,omitzero"`
	CompanyName             string `json:"company_name,omitzero"`
	CompanyAddress          string `json:"company_address,omitzero"`
	EmployeeNumber          string `json:"employee_number,omitzero"`
	CarrierNumber           string `json:"carrier_number,omitzero"`
	Notes                   string `json:"notes,omitzero"`
	AllowYardMove           *bool  `json:"allow_yard_move,omitzero"`
	AllowPersonalConveyance *bool  `json:"allow_personal_conveyance,omitzero"`
	AllowAdverseDriving     *bool  `json:"allow_adverse_driving,omitzero"`
	DefaultTimeZone         string `json:"default_time_zone,omitzero"`
}

// driverSweep lists the drivers of one activation status. Without the parameter Samsara lists
// only active ones, so deactivated drivers need a sweep of their own.
func driverSweep(activation string, s tsp.Settings) sweep {
	query := url.Values{"driverActivationStatus": {activation}}
	zones := timeZones()
	return sweep{name: activation, collection: drivers, path: driversPath, query: query, fields: unify(func(r driverRecord) any {
		f := personFields{
			Username: r.Username, IsActive: activation == "active", IsDriver: true, UserEmail: r.Email,
			PhoneNumber: r.Phone, LicenseRegion: r.LicenseState, LicenseNumber: r.LicenseNumber,
			CompanyName: r.Carrier.Name, CompanyAddress: r.Carrier.Address, Notes: r.Notes,
			AllowYardMove: r.YardMove, AllowPersonalConveyance: r.PersonalConveying, AllowAdverseDriving: r.AdverseWeather,
		}
		f.Status = userStatus(f.IsActive)
		f.EmployeeNumber = r.ExternalIDs[s.Text(settingEmployeeKey)]
		f.FirstName, f.LastName = splitName(r.Name)
		if r.Carrier.DOTNumber > 0 {
			f.CarrierNumber = strconv.FormatInt(r.Carrier.DOTNumber, 10)
		}
		if slices.Contains(zones, r.Timezone) {
			f.DefaultTimeZone = r.Timezone
		}
		return f
	})}
}

// timeZones are the contract's; readers of records may rely on there being no other.
func timeZones() []string {
	schema, err := resource.For(resource.KindUser, resource.Update)
	if err != nil {
		return nil
	}
	return schema.Field("default_time_zone").Values
}
