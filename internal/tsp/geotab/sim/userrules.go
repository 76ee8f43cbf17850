package sim

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const basicAuthentication = "BasicAuthentication"

// leastPassword is how long a password must be, in characters.
const leastPassword = 8

// settleUser applies the rules between properties.
func settleUser(tx *simkit.Tx, before, after simkit.Object) error {
	name := simkit.Text(after, "name")
	if name == "" || strings.ContainsAny(name, " \t\r\n") {
		return argument("User.name cannot be empty and cannot hold spaces")
	}
	if other, ok := userNamed(tx, name); ok && other.ID != simkit.Text(before, "id") {
		return throw("DuplicateUserException", "A user named '%s' already exists", name)
	}
	if err := checkPassword(before, after); err != nil {
		return err
	}
	if err := checkBranch(tx, "CompanyGroups", list(after, "companyGroups"), companyRoot); err != nil {
		return err
	}
	if err := checkBranch(tx, "SecurityGroups", list(after, "securityGroups"), securityRoot); err != nil {
		return err
	}
	return settleDriver(tx, before, after)
}

// driverProperties are there on drivers only, as recorded answers show.
func driverProperties() []string {
	return []string{"driverGroups", "keys", "viewDriversOwnDataOnly", "licenseNumber", "licenseProvince"}
}

// settleDriver gives a driver what drivers have and takes it from others. Geotab may drop a licence of a user who is no
// driver; here it is refused, so that the loss is seen.
func settleDriver(tx *simkit.Tx, before, o simkit.Object) error {
	if driver, _ := o["isDriver"].(bool); !driver {
		return dropDriver(before, o)
	}
	for name, absent := range map[string]any{
		"keys": []any{}, "viewDriversOwnDataOnly": false, "licenseNumber": "", "licenseProvince": "",
	} {
		if _, given := o[name]; !given {
			o[name] = absent
		}
	}
	if (simkit.Text(o, "licenseNumber") == "") != (simkit.Text(o, "licenseProvince") == "") {
		return argument("LicenseNumber and LicenseProvince must be set together")
	}
	return checkBranch(tx, "DriverGroups", list(o, "driverGroups"), companyRoot)
}

func dropDriver(before, o simkit.Object) error {
	wasDriver, _ := before["isDriver"].(bool)
	for _, name := range []string{"licenseNumber", "licenseProvince"} {
		if simkit.Text(o, name) != "" && !wasDriver {
			return argument("User.%s: only a driver has one", name)
		}
	}
	for _, name := range driverProperties() {
		delete(o, name)
	}
	return nil
}

// checkPassword applies the password policy to a password that was given, and demands one from a new user.
func checkPassword(before, after simkit.Object) error {
	password := simkit.Text(after, givenPassword)
	if password == "" {
		if before == nil && simkit.Text(after, "userAuthenticationType") == basicAuthentication {
			return throw(typeNull, "User.password cannot be null or empty")
		}
		return nil
	}
	folded := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < leastPassword:
		return policy("The password must be at least %d characters long", leastPassword)
	case slices.Contains(commonPasswords(), folded):
		return policy("The password is too common")
	case slices.ContainsFunc(ownNames(after), func(name string) bool { return strings.Contains(folded, name) }):
		return policy("The password cannot contain the user name, first name or last name")
	}
	return nil
}

func policy(format string, args ...any) error {
	return throw("PasswordPolicyViolationException", format, args...)
}

// ownNames are the names that a password may not contain. That initials do not count is not documented.
func ownNames(o simkit.Object) []string {
	var out []string
	for _, name := range []string{"name", "firstName", "lastName"} {
		if s := strings.ToLower(simkit.Text(o, name)); utf8.RuneCountInString(s) > 2 {
			out = append(out, s)
		}
	}
	return out
}

// commonPasswords stand for Geotab's list, which is not public.
func commonPasswords() []string {
	return []string{
		"password", "password1", "password123", "passw0rd", "p@ssw0rd", "12345678", "123456789", "1234567890", "qwertyuiop",
		"qwerty123", "iloveyou", "sunshine", "princess", "football", "baseball", "welcome1", "letmein1", "changeme",
		"abcd1234", "11111111", "00000000", "trustno1",
	}
}
