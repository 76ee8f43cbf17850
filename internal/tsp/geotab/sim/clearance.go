package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The built-in security groups.
const (
	everything = "GroupEverythingSecurityId"
	supervisor = "GroupSupervisorSecurityId"
	standard   = "GroupUserSecurityId"
	driveUser  = "GroupDriveUserSecurityId"
	viewOnly   = "GroupViewOnlySecurityId"
	noRights   = "GroupNothingSecurityId"
)

// clearance tells whether members of a built-in security group may do something with entities of a type; "" is none.
type clearance func(e *entity, group string) bool

// mayWrite is the clearance of writes. Geotab's are finer; here administrators, supervisors and standard users write
// everything, and drivers their logs and messages.
func mayWrite(e *entity, group string) bool {
	switch group {
	case everything, supervisor, standard:
		return true
	case driveUser:
		return e.drivers
	}
	return false
}

// mayRead is had by all but those without any clearance.
func mayRead(_ *entity, group string) bool { return group != noRights }

// check refuses a user of whose security groups none allows the call.
func (may clearance) check(tx *simkit.Tx, c *simkit.Call, e *entity) error {
	user := callerOf(c).user.Object
	for _, v := range list(user, "securityGroups") {
		id := idIn(v)
		// A group of the fleet's own has the rights of the built-in one that it is below.
		for id != "" && id != securityRoot && !builtInSecurity(id) {
			id = parentOf(tx, id)
		}
		if may(e, id) {
			return nil
		}
	}
	return throw(typePermissions,
		"The user '%s' does not have the necessary permissions to call %s", simkit.Text(user, "name"), c.Name)
}

func builtInSecurity(id string) bool {
	return slices.Contains([]string{everything, supervisor, standard, driveUser, viewOnly, noRights}, id)
}
