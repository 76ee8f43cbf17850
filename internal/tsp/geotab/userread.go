package geotab

import (
	"context"
	"slices"
	"strings"

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
	// Ruleset is a name without the prefix of ids, as recorded answers have it.
	Ruleset        looseRef   `json:"hosRuleSet"`
	CompanyGroups  []looseRef `json:"companyGroups"`
	PrivateGroups  []looseRef `json:"privateUserGroups"`
	ReportGroups   []looseRef `json:"reportGroups"`
	SecurityGroups []looseRef `json:"securityGroups"`
}

// personFields are the members of the unified user that a User has.
type personFields struct {
	resource.Person
	CompanyGroups     map[string]string `json:"company_groups,omitzero"`
	PrivateUserGroups map[string]string `json:"private_user_groups,omitzero"`
	ReportGroups      map[string]string `json:"report_groups,omitzero"`
	SecurityGroups    map[string]string `json:"security_groups,omitzero"`
}

func showUser(ctx context.Context, c *call, source jsontext.Value) (*shown, error) {
	var u userRead
	if err := json.Unmarshal(source, &u); err != nil {
		return nil, err
	}
	f := personFields{Person: c.person(u)}
	for _, one := range []struct {
		into *map[string]string
		root string
		ids  []looseRef
	}{
		{&f.CompanyGroups, companyGroups, u.CompanyGroups}, {&f.PrivateUserGroups, companyGroups, u.PrivateGroups},
		{&f.ReportGroups, companyGroups, u.ReportGroups}, {&f.SecurityGroups, securityGroups, u.SecurityGroups},
	} {
		var err error
		if *one.into, err = c.named(ctx, one.root, one.ids); err != nil {
			return nil, err
		}
	}
	return &shown{fields: f}, nil
}

func (c *call) person(u userRead) resource.Person {
	now := c.session.adapter.now()
	f := resource.Person{
		Username: u.Name, StartedAt: begun(u.ActiveFrom), IsActive: isActive(u.ActiveTo, now), IsDriver: u.IsDriver,
		UserDesignation: u.Designation, FirstName: u.FirstName, LastName: u.LastName, PhoneNumber: u.PhoneNumber,
		CountryCode: alpha3Of(u.CountryCode), LicenseRegion: u.LicenseProvince, LicenseNumber: u.LicenseNumber, EmployeeNumber: u.EmployeeNo,
		AuthorityName: u.AuthorityName, AuthorityAddress: u.AuthorityAddress, CompanyName: u.CompanyName, CompanyAddress: u.CompanyAddress,
		CarrierNumber: u.CarrierNumber, LastTSPLogin: begun(u.LastAccess), Notes: u.Comment, AllowYardMove: u.YardMove,
		AllowPersonalConveyance: u.PersonalConveyance, AllowAdverseDriving: u.AdverseDriving,
		HOSRulesetCode: rulesetCode(string(u.Ruleset)),
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
	return f
}

func alpha3Of(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.ISO3()
}
