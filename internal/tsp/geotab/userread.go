package geotab

import (
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/language"

	"github.com/waybill-dev/waybill/internal/resource"
)

type userRead struct {
	Name               string `json:"name"`
	FirstName          string `json:"firstName"`
	LastName           string `json:"lastName"`
	IsDriver           bool   `json:"isDriver"`
	Designation        string `json:"designation"`
	EmployeeNo         string `json:"employeeNo"`
	PhoneNumber        string `json:"phoneNumber"`
	CountryCode        string `json:"countryCode"`
	LicenseNumber      string `json:"licenseNumber"`
	LicenseProvince    string `json:"licenseProvince"`
	AuthorityName      string `json:"authorityName"`
	AuthorityAddress   string `json:"authorityAddress"`
	CompanyName        string `json:"companyName"`
	CompanyAddress     string `json:"companyAddress"`
	CarrierNumber      string `json:"carrierNumber"`
	Comment            string `json:"comment"`
	TimeZoneID         string `json:"timeZoneId"`
	YardMove           *bool  `json:"isYardMoveEnabled"`
	PersonalConveyance *bool  `json:"isPersonalConveyanceEnabled"`
	AdverseDriving     *bool  `json:"isAdverseDrivingEnabled"`
	ActiveFrom         string `json:"activeFrom"`
	ActiveTo           string `json:"activeTo"`
	LastAccess         string `json:"lastAccessDate"`
}

// personFields are the members of the unified user that Geotab has.
type personFields struct {
	Username                string `json:"username,omitzero"`
	StartedAt               string `json:"started_at,omitzero"`
	EndedAt                 string `json:"ended_at,omitzero"`
	IsActive                bool   `json:"is_active"`
	Status                  string `json:"status"`
	IsDriver                bool   `json:"is_driver"`
	UserDesignation         string `json:"user_designation,omitzero"`
	UserEmail               string `json:"user_email,omitzero"`
	FirstName               string `json:"first_name,omitzero"`
	LastName                string `json:"last_name,omitzero"`
	PhoneNumber             string `json:"phone_number,omitzero"`
	CountryCode             string `json:"country_code,omitzero"`
	LicenseRegion           string `json:"license_region,omitzero"`
	LicenseNumber           string `json:"license_number,omitzero"`
	EmployeeNumber          string `json:"employee_number,omitzero"`
	AuthorityName           string `json:"authority_name,omitzero"`
	AuthorityAddress        string `json:"authority_address,omitzero"`
	CompanyName             string `json:"company_name,omitzero"`
	CompanyAddress          string `json:"company_address,omitzero"`
	CarrierNumber           string `json:"carrier_number,omitzero"`
	LastTSPLogin            string `json:"last_tsp_login,omitzero"`
	Notes                   string `json:"notes,omitzero"`
	AllowYardMove           *bool  `json:"allow_yard_move,omitzero"`
	AllowPersonalConveyance *bool  `json:"allow_personal_conveyance,omitzero"`
	AllowAdverseDriving     *bool  `json:"allow_adverse_driving,omitzero"`
	DefaultTimeZone         string `json:"default_time_zone,omitzero"`
}

func userFields(source jsontext.Value, now time.Time) (any, error) {
	var u userRead
	if err := json.Unmarshal(source, &u); err != nil {
		return nil, err
	}
	f := personFields{
		Username: u.Name, StartedAt: begun(u.ActiveFrom), IsActive: isActive(u.ActiveTo, now), Status: "ACTIVE", IsDriver: u.IsDriver,
		UserDesignation: u.Designation, FirstName: u.FirstName, LastName: u.LastName, PhoneNumber: u.PhoneNumber,
		CountryCode: alpha3Of(u.CountryCode), LicenseRegion: u.LicenseProvince, LicenseNumber: u.LicenseNumber, EmployeeNumber: u.EmployeeNo,
		AuthorityName: u.AuthorityName, AuthorityAddress: u.AuthorityAddress, CompanyName: u.CompanyName, CompanyAddress: u.CompanyAddress,
		CarrierNumber: u.CarrierNumber, LastTSPLogin: begun(u.LastAccess), Notes: u.Comment, AllowYardMove: u.YardMove,
		AllowPersonalConveyance: u.PersonalConveyance, AllowAdverseDriving: u.AdverseDriving,
	}
	if !f.IsActive {
		f.Status, f.EndedAt = "INACTIVE", u.ActiveTo
	}
	if strings.Contains(u.Name, "@") {
		f.UserEmail = u.Name
	}
	if slices.Contains(timeZones(), u.TimeZoneID) {
		f.DefaultTimeZone = u.TimeZoneID
	}
	return f, nil
}

// timeZones are the contract's; readers of records may rely on there being no other.
func timeZones() []string {
	schema, err := resource.For(resource.KindUser, resource.Update)
	if err != nil {
		return nil
	}
	return schema.Field("default_time_zone").Values
}

func alpha3Of(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.ISO3()
}
