package sim

import (
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

// mayWrite refuses a user whose security groups do not allow the write. Geotab's clearances are finer; here
// administrators, supervisors and standard users write everything, and drivers their logs and messages.
func mayWrite(h *simkit.Host, c *call, e *entity) error {
	return lacks(h, c, func(group string) bool {
		switch group {
		case everything, supervisor, standard:
			return true
		case driveUser:
			return e.drivers
		}
		return false
	})
}

// mayRead refuses a user without any clearance.
func mayRead(h *simkit.Host, c *call) error {
	return lacks(h, c, func(group string) bool { return group != noRights })
}

func lacks(h *simkit.Host, c *call, allows func(group string) bool) error {
	allowed := false
	_ = h.Store.View(func(tx *simkit.Tx) error {
		for _, v := range list(c.user.Object, "securityGroups") {
			id := idIn(v)
			// A group of the fleet's own has the rights of the built-in one that it is below.
			for id != "" && id != securityRoot && !builtInSecurity(id) {
				id = parentOf(tx, id)
			}
			allowed = allowed || allows(id)
		}
		return nil
	})
	if allowed {
		return nil
	}
	return throw(typePermissions, "The user '%s' does not have the necessary permissions to call %s", text(c.user.Object, "name"), c.method)
}

func builtInSecurity(id string) bool {
	switch id {
	case everything, supervisor, standard, driveUser, viewOnly, noRights:
		return true
	}
	return false
}
