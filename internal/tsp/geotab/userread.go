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

func userFields(source jsontext.Value, now time.Time) (any, error) {
	var u userRead
	if err := json.Unmarshal(source, &u); err != nil {
		return nil, err
	}
	f := resource.Person{
		Username: u.Name, StartedAt: begun(u.ActiveFrom), IsActive: isActive(u.ActiveTo, now), IsDriver: u.IsDriver,
		UserDesignation: u.Designation, FirstName: u.FirstName, LastName: u.LastName, PhoneNumber: u.PhoneNumber,
		CountryCode: alpha3Of(u.CountryCode), LicenseRegion: u.LicenseProvince, LicenseNumber: u.LicenseNumber, EmployeeNumber: u.EmployeeNo,
		AuthorityName: u.AuthorityName, AuthorityAddress: u.AuthorityAddress, CompanyName: u.CompanyName, CompanyAddress: u.CompanyAddress,
		CarrierNumber: u.CarrierNumber, LastTSPLogin: begun(u.LastAccess), Notes: u.Comment, AllowYardMove: u.YardMove,
		AllowPersonalConveyance: u.PersonalConveyance, AllowAdverseDriving: u.AdverseDriving,
	}
	f.Status = resource.UserStatus(f.IsActive)
	if !f.IsActive {
		f.EndedAt = u.ActiveTo
	}
	if strings.Contains(u.Name, "@") {
		f.UserEmail = u.Name
	}
	if slices.Contains(resource.TimeZones(), u.TimeZoneID) {
		f.DefaultTimeZone = u.TimeZoneID
	}
	return f, nil
}

func alpha3Of(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.ISO3()
}
