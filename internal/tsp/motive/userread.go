package motive

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

type userRecord struct {
	cycleRecord

	Role             string  `json:"role"`
	FirstName        string  `json:"first_name"`
	LastName         string  `json:"last_name"`
	Email            string  `json:"email"`
	Username         string  `json:"username"`
	Phone            string  `json:"phone"`
	PhoneCountryCode string  `json:"phone_country_code"`
	TimeZone         string  `json:"time_zone"`
	Status           string  `json:"status"`
	DriverCompanyID  string  `json:"driver_company_id"`
	DOTID            string  `json:"dot_id"`
	CarrierName      string  `json:"carrier_name"`
	CarrierStreet    string  `json:"carrier_street"`
	LicenseNumber    string  `json:"drivers_license_number"`
	LicenseState     string  `json:"drivers_license_state"`
	YardMoves        *bool   `json:"yard_moves_enabled"`
	Personal         *bool   `json:"personal_conveyance_enabled"`
	Adverse          *bool   `json:"exception_adverse_driving"`
	GroupIDs         []int64 `json:"group_ids"`

	MobileSignIn     string `json:"mobile_current_sign_in_at"`
	MobileLastSignIn string `json:"mobile_last_sign_in_at"`
	WebSignIn        string `json:"web_current_sign_in_at"`
	WebLastSignIn    string `json:"web_last_sign_in_at"`
}

// userFields are the members of the unified user that Motive has.
type userFields struct {
	resource.Person

	Groups map[string]*string `json:"company_groups,omitzero"`
}

// statusDeactivated is that of users who cannot sign in any more. Those who were invited and have not come yet
// are pending, as clients of the API list it; no page tells of that.
const statusDeactivated = "deactivated"

func tellUser(r userRecord, by reading) told {
	f := userFields{Groups: by.groups.of(r.GroupIDs), Person: resource.Person{
		Username: r.Username, IsActive: r.Status != statusDeactivated, IsDriver: r.Role == roleDriver, UserDesignation: r.Role,
		UserEmail: r.Email, FirstName: r.FirstName, LastName: r.LastName, PhoneNumber: r.Phone,
		CountryCode: dialCodes().read(r.PhoneCountryCode), LicenseRegion: r.LicenseState, LicenseNumber: r.LicenseNumber,
		EmployeeNumber: r.DriverCompanyID, CarrierNumber: r.DOTID, CompanyName: r.CarrierName, CompanyAddress: r.CarrierStreet,
		HOSRulesetCode: r.code(), AllowYardMove: r.YardMoves, AllowPersonalConveyance: r.Personal,
		AllowAdverseDriving: r.Adverse, DefaultTimeZone: timeZones().read(r.TimeZone),
		// RFC 3339 times of one zone sort as texts.
		LastTSPLogin: max(r.MobileSignIn, r.MobileLastSignIn, r.WebSignIn, r.WebLastSignIn),
	}}
	f.Status = resource.UserStatus(f.IsActive)
	if r.Status == "pending" {
		f.Status = strings.ToUpper(r.Status)
	}
	return told{fields: f}
}
