package sim

import (
	"cmp"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const basicAuthentication = "BasicAuthentication"

// settleUser applies the rules between properties.
func settleUser(tx *simkit.Tx, before, after simkit.Object) error {
	name := simkit.Text(after, "name")
	if name == "" || strings.ContainsAny(name, " \t\r\n") {
		return argument("User.name cannot be empty and cannot hold spaces")
	}
	if other, ok := userNamed(tx, name); ok && other.ID != simkit.Text(before, "id") {
		return throw("DuplicateUserException", "A user named '%s' already exists", name)
	}
	return cmp.Or(
		checkPassword(before, after),
		checkBranch(tx, "CompanyGroups", list(after, "companyGroups"), companyRoot),
		checkBranch(tx, "SecurityGroups", list(after, "securityGroups"), securityRoot),
		settleDriver(tx, before, after),
	)
}

// driverProperties are there on drivers only, as recorded answers show.
func driverProperties() []string {
	return []string{"driverGroups", "keys", "viewDriversOwnDataOnly", "licenseNumber", "licenseProvince"}
}

// settleDriver gives a driver what drivers have and takes it from others. Geotab may drop a licence of a user who is
// no driver; here it is refused, so that the loss is seen.
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
