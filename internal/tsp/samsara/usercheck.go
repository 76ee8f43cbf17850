package samsara

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The lengths of texts in the document's CreateDriverRequest.
const (
	maxName     = 255
	maxUsername = 189
)

const carrierRule = "must be a DOT number, digits only and none of them a leading 0, at Samsara"

// checkUser refuses what Samsara would, and what contradicts itself.
func checkUser(verb resource.Verb) func(*resource.User, tsp.Settings) []resource.Problem {
	return func(u *resource.User, s tsp.Settings) []resource.Problem {
		var out []resource.Problem
		refuse := func(path, input, code, message string) {
			out = append(out, problem(path, input, code, message))
		}
		if verb == resource.Create && dashboard(u) {
			return checkDashboardUser(u)
		}
		if verb == resource.Create && u.Username.State() != resource.Set {
			refuse("username", "", resource.CodeRequired, "is required by Samsara of a driver")
		}
		if name := u.Username.Or(""); strings.ContainsAny(name, " @") {
			refuse("username", name, resource.CodePattern, "must hold neither spaces nor @ at Samsara")
		}
		if verb == resource.Create || !halfNamed(u) {
			out = append(out, checkName(u)...)
		}
		if email := u.UserEmail.Or(""); email != "" && !address(email) {
			refuse("user_email", email, resource.CodePattern, "is no e-mail address")
		}
		if state := u.LicenseRegion.Or(""); state != "" && !licenseState(state) {
			refuse("license_region", state, resource.CodePattern, "must be the two letters of a US state or territory or of a Canadian province at Samsara")
		}
		if country := u.CountryCode.Or(""); country != "" && s.Text(attributeSetting("country_code")) == "" && national(u) {
			refuse("country_code", country, resource.CodeUnsupported, "is the country of the phone_number, of which Samsara keeps the number alone; "+
				"give phone_number with its country's prefix, as in +52, and leave country_code out")
		}
		if country := u.LicenseCountry.Or(""); !inCountry(u.LicenseRegion.Or(""), country) {
			refuse("license_country", country, resource.CodeUnsupported, "is not the country of the license_region "+u.LicenseRegion.Or("")+
				", which alone reaches Samsara and stands for a US state or territory or a Canadian province there")
		}
		if number := u.CarrierNumber.Or("1"); strings.Trim(number, "0123456789") != "" || strings.HasPrefix(number, "0") {
			refuse("carrier_number", number, resource.CodePattern, carrierRule)
		}
		if status, given := u.Status.Get(); given && status != resource.UserStatus(u.Active().Or(true)) {
			refuse("status", status, resource.CodeUnsupported, "contradicts is_active; give one of them, or both alike")
		}
		return out
	}
}

func checkName(u *resource.User) []resource.Problem {
	first, ok := u.FirstName.Get()
	last, also := u.LastName.Get()
	if !ok || !also {
		return nil
	}
	if wrong := nameProblem(fullName(first, last)); wrong != "" {
		return []resource.Problem{problem("first_name", first, resource.CodeTooLong, wrong)}
	}
	return nil
}

// nameProblem says what is wrong with a joined name.
func nameProblem(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "and last_name must not both be blank"
	case utf8.RuneCountInString(name) > maxName:
		return "and last_name must have at most 255 characters together, with a space between, at Samsara"
	}
	return ""
}

// address tells whether a text has the form that an e-mail address cannot do without.
func address(email string) bool {
	name, host, ok := strings.Cut(email, "@")
	return ok && name != "" && strings.Contains(strings.Trim(host, "."), ".") && !strings.ContainsAny(host, "@") && !strings.ContainsAny(email, " \t\r\n")
}

// licenseState tells whether a text is the abbreviation of a US state or territory or of a
// Canadian province.
func licenseState(s string) bool {
	const known = " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA" +
		" RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AB BC MB NB NL NS NT NU ON PE QC SK YT "
	return len(s) == 2 && !strings.Contains(s, " ") && strings.Contains(known, " "+strings.ToUpper(s)+" ")
}

// national tells whether the telephone number is given and does not tell its country.
func national(u *resource.User) bool {
	number := strings.TrimSpace(u.PhoneNumber.Or(""))
	return number != "" && !strings.HasPrefix(number, "+")
}

// inCountry tells whether a region that Samsara takes is one of a country, by its code of three letters; of what is not
// given nothing is wrong.
func inCountry(region, country string) bool {
	if region == "" || country == "" {
		return true
	}
	if strings.Contains(" AB BC MB NB NL NS NT NU ON PE QC SK YT ", " "+strings.ToUpper(region)+" ") {
		return strings.EqualFold(country, "CAN")
	}
	return strings.Contains(" USA ASM GUM MNP PRI VIR ", " "+strings.ToUpper(country)+" ")
}

// warnUser tells what nobody may expect of a new user: who knows the password, and what users of the
// dashboard cannot have.
func warnUser(u *resource.User, s tsp.Settings) []tsp.Warning {
	if !dashboard(u) {
		return append([]tsp.Warning{warnPassword(s)}, warnName(u, s)...)
	}
	schema, err := resource.For(resource.KindUser, resource.Create)
	if err != nil {
		return nil
	}
	out := warnName(u, s)
	uses := userUses(resource.Create)
	for _, f := range schema.Given(u) {
		use := uses[f.Name].Under(s).Use
		if use != tsp.UseDropped && !dashboardField(f.Name) {
			out = append(out, tsp.Warning{Path: f.Name, Message: "not sent to Samsara: its dashboard users have a name, an e-mail address and roles only", Dropped: true})
		}
	}
	return out
}

// warnName tells where the name that Samsara keeps is divided otherwise when it is read.
func warnName(u *resource.User, _ tsp.Settings) []tsp.Warning {
	first, last := strings.TrimSpace(u.FirstName.Or("")), strings.TrimSpace(u.LastName.Or(""))
	if !strings.Contains(last, " ") && (last != "" || u.LastName.State() != resource.Set || !strings.Contains(first, " ")) {
		return nil
	}
	front, end := splitName(fullName(first, last))
	return []tsp.Warning{{Path: "last_name", Message: "Samsara keeps one name, which is divided before its last word when it is read: " +
		strconv.Quote(front) + " and " + strconv.Quote(end)}}
}

func warnPassword(s tsp.Settings) tsp.Warning {
	if s.Text(settingPassword) != "" {
		return tsp.Warning{Path: "username", Message: "Samsara demands a password of a driver: it gets the one of the connection's setting " + settingPassword}
	}
	return tsp.Warning{Path: "username", Message: "Samsara demands a password of a driver: the driver gets a random one that is shown nowhere; " +
		"reset it in Samsara, or give the connection's setting " + settingPassword}
}
