package samsara

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

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
	Activation        string            `json:"driverActivationStatus"`
	YardMove          *bool             `json:"eldYmEnabled"`
	PersonalConveying *bool             `json:"eldPcEnabled"`
	AdverseWeather    *bool             `json:"eldAdverseWeatherExemptionEnabled"`
	BigDay            bool              `json:"eldBigDayExemptionEnabled"`
	WaitingTime       bool              `json:"waitingTimeDutyStatusEnabled"`
	Override          *override         `json:"usDriverRulesetOverride"`
	ExternalIDs       map[string]string `json:"externalIds"`
	Tags              []tag             `json:"tags"`
	Carrier           struct {
		Name      string `json:"carrierName"`
		DOTNumber int64  `json:"dotNumber"`
		Address   string `json:"mainOfficeAddress"`
	} `json:"carrierSettings"`
}

// driverForm is the form of drivers. Where Samsara does not say whether one is active, he is as assumed; "" refuses
// to assume.
func driverForm(s tsp.Settings, assumed string) form {
	return withAttributes(form{drivers, "name", func(source jsontext.Value) (tsp.Record, error) {
		var r driverRecord
		if err := json.Unmarshal(source, &r); err != nil {
			return tsp.Record{}, err
		}
		if r.Activation = cmp.Or(r.Activation, assumed); r.Activation == "" {
			return tsp.Record{}, errors.New("the driver has no driverActivationStatus")
		}
		f := r.person()
		f.EmployeeNumber = r.ExternalIDs[s.Text(settingEmployeeKey)]
		if slices.Contains(resource.TimeZones(), r.Timezone) {
			f.DefaultTimeZone = r.Timezone
		}
		fields, err := json.Marshal(f, json.Deterministic(true))
		return tsp.Record{Fields: fields}, err
	}}, ofDrivers, s)
}

// newDriverForm is that of the answer to a new driver, who is always active; patchedDriver is that of any other.
func newDriverForm(s tsp.Settings) form { return driverForm(s, active) }

func patchedDriver(s tsp.Settings) form { return driverForm(s, "") }

func (r driverRecord) person() person {
	f := person{Person: resource.Person{
		Username: r.Username, IsActive: r.Activation == active, IsDriver: true, UserEmail: r.Email,
		PhoneNumber: r.Phone, LicenseRegion: r.LicenseState, LicenseNumber: r.LicenseNumber,
		CompanyName: r.Carrier.Name, CompanyAddress: r.Carrier.Address, Notes: r.Notes, HOSRulesetCode: r.rulesetCode(),
		AllowYardMove: r.YardMove, AllowPersonalConveyance: r.PersonalConveying, AllowAdverseDriving: r.AdverseWeather,
	}, CompanyGroups: groupsOf(r.Tags...)}
	f.Status = resource.UserStatus(f.IsActive)
	f.FirstName, f.LastName = splitName(r.Name)
	if r.Carrier.DOTNumber > 0 {
		f.CarrierNumber = strconv.FormatInt(r.Carrier.DOTNumber, 10)
	}
	return f
}

// driverSweep lists the drivers of one activation status. Without the parameter Samsara lists
// only active ones, so deactivated drivers need a sweep of their own.
func driverSweep(activation string, s tsp.Settings) sweep {
	return sweep{form: driverForm(s, activation), name: activation, path: driversPath,
		query: url.Values{"driverActivationStatus": {activation}}}
}
