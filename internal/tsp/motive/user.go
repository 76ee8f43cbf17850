package motive

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const usersPath = "/v1/users"

// userBody is what is written of a user. Motive holds eld_mode and time_tracking_mode against
// each other, so they go together.
type userBody struct {
	Role               jsontext.Value `json:"role,omitzero"`
	FirstName          jsontext.Value `json:"first_name,omitzero"`
	LastName           jsontext.Value `json:"last_name,omitzero"`
	Email              jsontext.Value `json:"email,omitzero"`
	Username           jsontext.Value `json:"username,omitzero"`
	Password           string         `json:"password,omitzero"`
	Phone              jsontext.Value `json:"phone,omitzero"`
	PhoneCountryCode   jsontext.Value `json:"phone_country_code,omitzero"`
	TimeZone           jsontext.Value `json:"time_zone,omitzero"`
	Status             jsontext.Value `json:"status,omitzero"`
	ELDMode            jsontext.Value `json:"eld_mode,omitzero"`
	TimeTracking       jsontext.Value `json:"time_tracking_mode,omitzero"`
	DriverCompanyID    jsontext.Value `json:"driver_company_id,omitzero"`
	DOTID              jsontext.Value `json:"dot_id,omitzero"`
	LicenseNumber      jsontext.Value `json:"drivers_license_number,omitzero"`
	LicenseState       jsontext.Value `json:"drivers_license_state,omitzero"`
	YardMoves          jsontext.Value `json:"yard_moves_enabled,omitzero"`
	PersonalConveyance jsontext.Value `json:"personal_conveyance_enabled,omitzero"`
	AdverseDriving     jsontext.Value `json:"exception_adverse_driving,omitzero"`
	GroupIDs           []int64        `json:"group_ids,omitzero"`
	ExternalIDs        []externalID   `json:"external_ids_attributes,omitzero"`

	cycleBody
}

func userFrom(u *resource.User, w tsp.Write) userBody {
	b := userBody{
		FirstName: rest.Given(u.FirstName), LastName: rest.Given(u.LastName), Email: rest.Given(u.UserEmail),
		Username: rest.Given(u.Username), Phone: rest.Given(u.PhoneNumber),
		PhoneCountryCode: mapped(u.CountryCode, dialCodes().sent), TimeZone: mapped(u.DefaultTimeZone, timeZones().sent),
		Status: statusOf(u.Active()), DriverCompanyID: rest.Given(u.EmployeeNumber), DOTID: rest.Given(u.CarrierNumber),
		LicenseNumber: rest.Given(u.LicenseNumber), LicenseState: rest.Given(u.LicenseRegion),
		YardMoves: rest.Given(u.AllowYardMove), PersonalConveyance: rest.Given(u.AllowPersonalConveyance),
		AdverseDriving: rest.Given(u.AllowAdverseDriving), cycleBody: cycleFrom(u.HOSRulesetCode),
	}
	b.ELDMode, b.TimeTracking = modes(u)
	if driver, ok := u.IsDriver.Get(); ok || w.Verb == resource.Create {
		b.Role = encoded(roleFleetUser)
		if driver || !ok {
			b.Role = encoded(roleDriver)
		}
	}
	if w.Verb == resource.Create {
		b.GroupIDs = numbers(w.Settings.List(settingGroups))
		b.ExternalIDs = externalIDs(resource.Opt[string]{}, w)
		b.Password = password(u, w)
	}
	return b
}

// password is the first one of a user who cannot be sent an invitation, or the one that the
// connection gives to all.
func password(u *resource.User, w tsp.Write) string {
	if set := w.Settings.Text(settingPassword); set != "" {
		return set
	}
	if u.UserEmail.State() == resource.Set {
		return ""
	}
	return tsp.Password(w.Secret("motive user"))
}

// warnPassword tells that nobody knows the new user's password.
func warnPassword(u *resource.User, s tsp.Settings) []tsp.Warning {
	if s.Text(settingPassword) != "" || u.UserEmail.State() == resource.Set {
		return nil
	}
	return []tsp.Warning{{Path: "username", Message: "Motive demands a password of a user without an e-mail address: the user got a random one " +
		"that is shown nowhere; reset it in Motive, or give the connection's setting " + settingPassword}}
}

// modes are the pairs that Motive accepts for hours of service.
func modes(u *resource.User) (eld, tracking jsontext.Value) {
	compliance, ok := u.HOSComplianceType.Get()
	switch {
	case !ok:
		return nil, nil
	case compliance == "exempt":
		return encoded("exempt"), encoded("not_required")
	case u.HOSTrackingMethod.Or("") == "manual":
		return encoded("none"), encoded("logs")
	}
	return encoded("logs"), encoded("logs")
}

func userUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its users have no such field")
	uses := tsp.Uses{
		"username":         tsp.Sent().Length(1, 0),
		"is_active":        tsp.Sent().NotNull(),
		"status":           tsp.Sent().NotNull(),
		"is_driver":        tsp.Sent().NotNull(),
		"user_designation": missing,
		"user_email":       tsp.Sent().Because("an e-mail address"),
		"first_name":       tsp.Required().Length(1, 0).NotNull(),
		"last_name":        tsp.Required().Length(1, 0).NotNull(),
		"phone_number":     tsp.Sent(),
		"country_code": tsp.Sent().
			Only("Motive takes a dialling code, and Waybill knows those of these codes of three capital letters", slices.Collect(maps.Keys(dialCodes().sent))...).
			NotRead("Motive keeps the dialling code, and the one of the United States and Canada tells neither"),
		"license_country":    missing,
		"license_region":     tsp.Sent(),
		"license_number":     tsp.Sent(),
		"license_expiration": missing,
		"employee_number":    tsp.Sent(),
		"carrier_number":     tsp.Sent(),
		"notes":              missing,
		"hos_ruleset_code": tsp.Sent().NotNull().
			Only("it is none of Motive's cycles with one of the sets of exceptions at "+cyclesPage, rulesetCodes()...),
		"allow_yard_move":           tsp.Sent().NotNull(),
		"allow_personal_conveyance": tsp.Sent().NotNull(),
		"allow_adverse_driving":     tsp.Sent().NotNull(),
		"default_time_zone": tsp.Sent().NotNull().
			Only("Motive has no name for it", slices.Collect(maps.Keys(timeZones().sent))...).
			NotRead("zones that share one of Motive's names read as the one that it is known by"),
		"hos_compliance_type": tsp.Sent().NotNull(),
		"hos_tracking_method": tsp.Sent().NotNull(),
	}
	if verb == resource.Update {
		for _, name := range driverFields() {
			uses[name] = uses[name].NotRead(
				"Motive shows it of drivers alone, and an update does not tell whether the user is one")
		}
		uses["first_name"] = tsp.Sent().Length(1, 0).NotNull()
		uses["last_name"] = tsp.Sent().Length(1, 0).NotNull()
	}
	return uses
}
