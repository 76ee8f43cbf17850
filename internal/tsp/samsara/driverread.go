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

// driverSweep lists the drivers of one activation status. Without the parameter Samsara lists
// only active ones, so deactivated drivers need a sweep of their own.
func driverSweep(activation string, s tsp.Settings) sweep {
	query := url.Values{"driverActivationStatus": {activation}}
	zones := resource.TimeZones()
	return sweep{name: activation, collection: drivers, path: driversPath, query: query, fields: unify(func(r driverRecord) any {
		f := resource.Person{
			Username: r.Username, IsActive: activation == "active", IsDriver: true, UserEmail: r.Email,
			PhoneNumber: r.Phone, LicenseRegion: r.LicenseState, LicenseNumber: r.LicenseNumber,
			CompanyName: r.Carrier.Name, CompanyAddress: r.Carrier.Address, Notes: r.Notes,
			AllowYardMove: r.YardMove, AllowPersonalConveyance: r.PersonalConveying, AllowAdverseDriving: r.AdverseWeather,
		}
		f.Status = resource.UserStatus(f.IsActive)
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
