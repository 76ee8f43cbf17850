package geotab

import (
	"cmp"
	"context"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// user is what is written of a User; drivers are Users with isDriver.
type user struct {
	ID                 resource.SourceID `json:"id,omitzero"`
	Name               *string           `json:"name,omitzero"`
	FirstName          *string           `json:"firstName,omitzero"`
	LastName           *string           `json:"lastName,omitzero"`
	Password           string            `json:"password,omitzero"`
	ChangePassword     *bool             `json:"changePassword,omitzero"`
	SendWelcomeEmail   *bool             `json:"sendWelcomeEmail,omitzero"`
	Authentication     string            `json:"userAuthenticationType,omitzero"`
	CompanyGroups      []ref             `json:"companyGroups,omitzero"`
	SecurityGroups     []ref             `json:"securityGroups,omitzero"`
	IsDriver           *bool             `json:"isDriver,omitzero"`
	DriverGroups       []ref             `json:"driverGroups,omitzero"`
	OwnDataOnly        *bool             `json:"viewDriversOwnDataOnly,omitzero"`
	LicenseNumber      *string           `json:"licenseNumber,omitzero"`
	LicenseProvince    *string           `json:"licenseProvince,omitzero"`
	EmployeeNo         *string           `json:"employeeNo,omitzero"`
	Designation        *string           `json:"designation,omitzero"`
	PhoneNumber        *string           `json:"phoneNumber,omitzero"`
	CountryCode        *string           `json:"countryCode,omitzero"`
	CarrierNumber      *string           `json:"carrierNumber,omitzero"`
	Comment            *string           `json:"comment,omitzero"`
	TimeZoneID         *string           `json:"timeZoneId,omitzero"`
	YardMove           *bool             `json:"isYardMoveEnabled,omitzero"`
	PersonalConveyance *bool             `json:"isPersonalConveyanceEnabled,omitzero"`
	AdverseDriving     *bool             `json:"isAdverseDrivingEnabled,omitzero"`
	ExemptHOS          *bool             `json:"isExemptHOSEnabled,omitzero"`
	ActiveFrom         string            `json:"activeFrom,omitzero"`
	ActiveTo           *string           `json:"activeTo,omitzero"`
}

func userFrom(u *resource.User, w tsp.Write) user {
	out := user{
		FirstName: text(u.FirstName), LastName: text(u.LastName),
		LicenseNumber: text(u.LicenseNumber), LicenseProvince: text(u.LicenseRegion),
		EmployeeNo: text(u.EmployeeNumber), Designation: text(u.UserDesignation), PhoneNumber: text(u.PhoneNumber),
		CarrierNumber: text(u.CarrierNumber), Comment: text(u.Notes), TimeZoneID: text(u.DefaultTimeZone),
		YardMove: flag(u.AllowYardMove), PersonalConveyance: flag(u.AllowPersonalConveyance),
		AdverseDriving: flag(u.AllowAdverseDriving),
		ActiveTo:       activeTo(u.Active(), w.Operation),
	}
	if code, ok := u.CountryCode.Get(); ok {
		alpha2 := alpha2Of(code)
		out.CountryCode = &alpha2
	}
	if kind, ok := u.HOSComplianceType.Get(); ok {
		exempt := kind == "exempt"
		out.ExemptHOS = &exempt
	}
	if name := login(u); name != "" {
		out.Name = &name
	}
	if w.Verb == resource.Create {
		out.begin(u, w)
	}
	return out
}

// begin fills in what a new user needs beyond the unified model.
func (out *user) begin(u *resource.User, w tsp.Write) {
	yes, no, welcome := true, false, w.Settings.Bool(settingWelcome)
	out.Password = firstPassword(w)
	// The flag keeps the first password from being used for long; it only blocks the API.
	out.ChangePassword, out.SendWelcomeEmail, out.Authentication = &yes, &welcome, "BasicAuthentication"
	out.CompanyGroups = refs(w.Settings.List(settingGroups)...)
	out.SecurityGroups = refs(w.Settings.Text(settingUserRights))
	out.ActiveFrom = stamp(made(w.Operation))
	out.IsDriver = &no
	if u.IsDriver.Or(true) {
		out.IsDriver, out.OwnDataOnly = &yes, &no
		out.SecurityGroups = refs(w.Settings.Text(settingDriverRights))
		out.DriverGroups = out.CompanyGroups
		if groups := w.Settings.List(settingDriverGroups); len(groups) > 0 {
			out.DriverGroups = refs(groups...)
		}
	}
	if out.TimeZoneID == nil {
		zone := w.Settings.Text(settingTimeZone)
		out.TimeZoneID = &zone
	}
	if out.AdverseDriving == nil {
		// Its default differs between versions of the API, so it is always told.
		out.AdverseDriving = &no
	}
}

// firstPassword is the one that the connection gives to all, or one that nobody knows.
func firstPassword(w tsp.Write) string {
	if set := w.Settings.Text(settingPassword); set != "" {
		return set
	}
	return tsp.Password(w.Secret("geotab user"))
}

// login is the name by which the user signs in: the user name, else the e-mail address. Geotab
// has no other place for an address.
func login(u *resource.User) string { return cmp.Or(u.Username.Or(""), u.UserEmail.Or("")) }

type foundUser struct {
	ID         resource.SourceID `json:"id"`
	Name       string            `json:"name"`
	ActiveFrom string            `json:"activeFrom"`
}

// findUser looks for the user that an earlier attempt made. Names are unique; a user of the
// same name who became active at another time is somebody else.
func findUser(u user) finding {
	return func(ctx context.Context, c *call, _ tsp.Write) (resource.SourceID, bool, error) {
		one, found, err := search(ctx, c, wanted{"User", map[string]string{"name": *u.Name}}, func(f foundUser) bool {
			return tsp.SameName(f.Name, *u.Name) && sameTime(f.ActiveFrom, u.ActiveFrom)
		})
		return one.ID, found, err
	}
}
