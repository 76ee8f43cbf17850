package motive

import (
	"maps"
	"slices"
	"strconv"

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
	Cycle              jsontext.Value `json:"cycle,omitzero"`
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
}

func userFrom(u *resource.User, w tsp.Write) userBody {
	b := userBody{
		FirstName: rest.Given(u.FirstName), LastName: rest.Given(u.LastName), Email: rest.Given(u.UserEmail), Username: rest.Given(u.Username),
		Phone: rest.Given(u.PhoneNumber), PhoneCountryCode: mapped(u.CountryCode, dialCodes()), TimeZone: mapped(u.DefaultTimeZone, timeZones()),
		Status: statusOf(u.Active()), Cycle: mapped(u.HOSRulesetCode, cycles()), DriverCompanyID: rest.Given(u.EmployeeNumber),
		DOTID: rest.Given(u.CarrierNumber), LicenseNumber: rest.Given(u.LicenseNumber), LicenseState: rest.Given(u.LicenseRegion),
		YardMoves: rest.Given(u.AllowYardMove), PersonalConveyance: rest.Given(u.AllowPersonalConveyance), AdverseDriving: rest.Given(u.AllowAdverseDriving),
	}
	b.ELDMode, b.TimeTracking = modes(u)
	if driver, ok := u.IsDriver.Get(); ok || w.Verb == resource.Create {
		b.Role = encoded("fleet_user")
		if driver || !ok {
			b.Role = encoded("driver")
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

// cycles are the two of Motive's cycles whose rules are the plain federal ones.
func cycles() map[string]string {
	return map[string]string{"US_INT_PROP_70_8": "70_8", "US_INT_PROP_60_7": "60_7"}
}

func userUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its users have no such field")
	uses := tsp.Uses{
		"username":                  tsp.Sent(),
		"is_active":                 tsp.Sent().NotNull(),
		"status":                    tsp.Sent().NotNull(),
		"is_driver":                 tsp.Sent().NotNull(),
		"user_designation":          missing,
		"user_email":                tsp.Sent(),
		"first_name":                tsp.Required().Length(1, 0).NotNull(),
		"last_name":                 tsp.Required().Length(1, 0).NotNull(),
		"phone_number":              tsp.Sent(),
		"country_code":              tsp.Sent().Only("its dialling code is not in Waybill's table", slices.Collect(maps.Keys(dialCodes()))...),
		"license_country":           missing,
		"license_region":            tsp.Sent(),
		"license_number":            tsp.Sent(),
		"license_expiration":        missing,
		"employee_number":           tsp.Sent(),
		"carrier_number":            tsp.Sent(),
		"notes":                     missing,
		"hos_ruleset_code":          tsp.Sent().NotNull().Only("Motive's other cycles are not documented", slices.Collect(maps.Keys(cycles()))...),
		"allow_yard_move":           tsp.Sent().NotNull(),
		"allow_personal_conveyance": tsp.Sent().NotNull(),
		"allow_adverse_driving":     tsp.Sent().NotNull(),
		"default_time_zone":         tsp.Sent().NotNull().Only("Motive has no name for it", slices.Collect(maps.Keys(timeZones()))...),
		"hos_compliance_type":       tsp.Sent().NotNull(),
		"hos_tracking_method":       tsp.Sent().NotNull(),
	}
	if verb == resource.Update {
		uses["first_name"] = tsp.Sent().Length(1, 0).NotNull()
		uses["last_name"] = tsp.Sent().Length(1, 0).NotNull()
	}
	return uses
}

// checkUser refuses what lies between fields.
func checkUser(verb resource.Verb) func(*resource.User, tsp.Settings) []resource.Problem {
	return func(u *resource.User, _ tsp.Settings) []resource.Problem {
		var wrong []resource.Problem
		refuse := func(path, input, code, message string) {
			wrong = append(wrong, resource.Problem{Path: path, Input: resource.Excerpt(input), Code: code, Message: message})
		}
		if verb == resource.Create && u.Username.State() != resource.Set && u.UserEmail.State() != resource.Set {
			refuse("username", "", resource.CodeRequired, "is required by Motive unless user_email is given; it is what the user signs in with")
		}
		if is, ok := u.IsActive.Get(); ok && u.Status.State() == resource.Set && is != (u.Status.Or("") == "ACTIVE") {
			refuse("status", u.Status.Or(""), resource.CodeUnsupported, "contradicts is_active; give one of them")
		}
		compliance, hasCompliance := u.HOSComplianceType.Get()
		method, hasMethod := u.HOSTrackingMethod.Get()
		switch {
		case hasMethod && !hasCompliance:
			refuse("hos_compliance_type", "", resource.CodeRequired, "is required beside hos_tracking_method at Motive")
		case compliance == "non_exempt" && !hasMethod:
			refuse("hos_tracking_method", "", resource.CodeRequired, "is required beside hos_compliance_type non_exempt at Motive")
		case compliance == "exempt" && method == "automatic":
			refuse("hos_tracking_method", method, resource.CodeUnsupported, "cannot be automatic for an exempt driver at Motive; leave it out")
		}
		return wrong
	}
}

// dialCodes are the telephone codes of the countries where Motive's customers drive.
func dialCodes() map[string]string {
	codes := map[string]int{"USA": 1, "CAN": 1, "MEX": 52, "GTM": 502, "BLZ": 501, "HND": 504, "SLV": 503, "NIC": 505, "CRI": 506, "PAN": 507,
		"GBR": 44, "IRL": 353, "FRA": 33, "DEU": 49, "ESP": 34, "PRT": 351, "ITA": 39, "NLD": 31, "BEL": 32, "POL": 48, "ROU": 40,
		"UKR": 380, "IND": 91, "PAK": 92, "PHL": 63, "BRA": 55, "COL": 57, "AUS": 61, "NZL": 64}
	out := map[string]string{}
	for country, code := range codes {
		out[country] = "+" + strconv.Itoa(code)
	}
	return out
}

// timeZones are Motive's documented names (https://developer.gomotive.com/docs/time-zone).
func timeZones() map[string]string {
	const eastern, central, mountain, pacific = "Eastern Time (US & Canada)", "Central Time (US & Canada)", "Mountain Time (US & Canada)", "Pacific Time (US & Canada)"
	return map[string]string{
		"America/Halifax": "Atlantic Time (Canada)", "America/New_York": eastern, "America/Toronto": eastern, "America/Detroit": eastern,
		"America/Indiana/Indianapolis": "Indiana (East)", "America/Chicago": central, "America/Winnipeg": central,
		"America/Regina": "Saskatchewan", "America/Denver": mountain, "America/Edmonton": mountain, "America/Boise": mountain,
		"America/Phoenix": "Arizona", "America/Los_Angeles": pacific, "America/Vancouver": pacific, "America/Anchorage": "Alaska",
	}
}
