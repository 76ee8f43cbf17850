package geotab

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func userUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its users have no such field")
	uses := tsp.Uses{
		"username":         tsp.Sent().Length(1, maxUser).NotNull(),
		"is_active":        tsp.Sent().NotNull(),
		"status":           tsp.Sent().NotNull(),
		"is_driver":        tsp.Sent().NotNull(),
		"user_designation": tsp.Sent().Length(0, maxEmployee),
		"user_email": tsp.Sent().Because("it becomes the name to sign in with, of which Geotab has one; not sent beside another username").
			Length(1, maxUser).NotNull(),
		"first_name":                tsp.Required().Length(1, maxUser).NotNull(),
		"last_name":                 tsp.Required().Length(1, maxUser).NotNull(),
		"phone_number":              tsp.Sent().Length(0, maxPhone),
		"country_code":              tsp.Sent().NotNull(),
		"license_country":           missing,
		"license_region":            tsp.Sent().Length(0, maxUser),
		"license_number":            tsp.Sent().Length(0, maxUser),
		"license_expiration":        missing,
		"employee_number":           tsp.Sent().Length(0, maxEmployee),
		"carrier_number":            tsp.Sent().Length(0, maxUser),
		"notes":                     tsp.Sent().Length(0, maxComment),
		"hos_ruleset_code":          tsp.Sent().NotNull().Only("which of Geotab's rule sets it would be is not known", rulesetCodes()...),
		"allow_yard_move":           tsp.Sent().NotNull(),
		"allow_personal_conveyance": tsp.Sent().NotNull(),
		"allow_adverse_driving":     tsp.Sent().NotNull(),
		"default_time_zone":         tsp.Sent().NotNull(),
		"hos_compliance_type":       tsp.Sent().NotNull().NotRead("records of users have no such member"),
		"hos_tracking_method":       missing,
	}
	if verb == resource.Update {
		uses["user_email"] = tsp.Sent().Because("it replaces the name to sign in with, of which Geotab has one; not sent beside another username").
			Length(1, maxUser).NotNull()
		uses["first_name"] = tsp.Sent().Length(1, maxUser).NotNull()
		uses["last_name"] = tsp.Sent().Length(1, maxUser).NotNull()
		uses["is_driver"] = tsp.Rejects("it asks for groups of its own when a user becomes a driver or stops being one; change that in MyGeotab")
	}
	return uses
}

// checkUser refuses what Geotab would refuse for reasons that lie between fields.
func checkUser(verb resource.Verb) func(*resource.User, tsp.Settings) []resource.Problem {
	return func(u *resource.User, s tsp.Settings) []resource.Problem {
		var wrong []resource.Problem
		refuse := func(path, input, code, message string) {
			wrong = append(wrong, resource.Problem{Path: path, Input: resource.Excerpt(input), Code: code, Message: message})
		}
		if mail, ok := u.UserEmail.Get(); ok && !strings.Contains(mail, "@") {
			refuse("user_email", mail, resource.CodeUnsupported, "must be an e-mail address, with an @")
		}
		name, path := login(u), "username"
		if u.Username.State() != resource.Set {
			path = "user_email"
		}
		switch {
		case verb == resource.Create && name == "":
			refuse("username", "", resource.CodeRequired, "is required by Geotab unless user_email is given; it is what the user signs in with")
		case strings.ContainsAny(name, " \t\n"):
			refuse(path, name, resource.CodeUnsupported, "must hold no spaces at Geotab, where it is the name to sign in with")
		}
		number, okNumber := u.LicenseNumber.Get()
		region, okRegion := u.LicenseRegion.Get()
		if u.LicenseNumber.State() != u.LicenseRegion.State() || okNumber && okRegion && (number == "") != (region == "") {
			refuse("license_number", number, resource.CodeUnsupported, "must be given together with license_region at Geotab")
		}
		if driver, ok := u.IsDriver.Get(); ok && !driver && okNumber && number != "" {
			refuse("license_number", number, resource.CodeUnsupported, "belongs to drivers at Geotab; leave it out for other users")
		}
		if code, ok := u.CountryCode.Get(); ok && alpha2Of(code) == "" {
			refuse("country_code", code, resource.CodeUnsupported, "must be a country's ISO 3166 code of three letters, such as USA")
		}
		if is, ok := u.IsActive.Get(); ok && u.Status.State() == resource.Set && is != (u.Status.Or("") == "ACTIVE") {
			refuse("status", u.Status.Or(""), resource.CodeUnsupported, "contradicts is_active; give one of them")
		}
		if driver, ok := u.IsDriver.Get(); verb == resource.Create && ok && !driver && s.Text(settingUserRights) == "" {
			refuse("is_driver", "false", resource.CodeUnsupported,
				"needs the connection's setting "+settingUserRights+", the security group of users who are no drivers")
		}
		return wrong
	}
}

// warnUser tells what becomes of the e-mail address, and that nobody knows the password.
func warnUser(verb resource.Verb) func(*resource.User, tsp.Settings) []tsp.Warning {
	return func(u *resource.User, s tsp.Settings) []tsp.Warning {
		var all []tsp.Warning
		warn := func(path, message string) { all = append(all, tsp.Warning{Path: path, Message: message}) }
		dropped := func(path, message string) {
			all = append(all, tsp.Warning{Path: path, Message: message, Dropped: true})
		}
		if u.UserEmail.State() == resource.Set {
			switch mail := u.UserEmail.Or(""); {
			case login(u) != mail:
				dropped("user_email", "not sent to Geotab: its users have one name to sign in with, which is username; give the address as username, or leave username out, if it shall be the address")
			case verb == resource.Update && u.Username.State() != resource.Set:
				warn("user_email", "becomes the name that the user signs in with at Geotab")
			}
		}
		if verb == resource.Create && s.Text(settingPassword) == "" {
			warn("username", "Geotab demands a password: the user got a random one that is shown nowhere and must be changed by "+
				"resetting it in MyGeotab; the connection's setting "+settingPassword+" gives a known first one")
		}
		return all
	}
}
