package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The collections of the store. Those that begin with an underscore are not shown by the admin side.
const (
	devices     = "devices"
	drivers     = "drivers"
	users       = "users"
	groups      = "groups"
	calendars   = "calendars"
	permissions = "permissions"
	positions   = "positions"
	commands    = "commands"
	passwords   = "_passwords"
	tokens      = "_tokens"
	sessions    = "_sessions"
	lastIDs     = "_ids"
)

// Objects lists a collection for the admin side.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	switch collection {
	case "vehicles", "trailers": // devices, told apart by their category
		return slices.DeleteFunc(slices.Clone(tx.Items(devices)), func(i *simkit.Item) bool {
			return (simkit.Text(i.Object, "category") == "trailer") != (collection == "trailers")
		}), true
	case devices, drivers, users, groups, permissions, positions, commands:
		return tx.Items(collection), true
	}
	return nil, false
}

// deviceClass is model/Device with the columns of tc_devices. No calendars are served: a calendarId breaks its key.
func deviceClass() class {
	// Of a device that never reported it is "offline" (model/Device.getStatus), not "unknown".
	status := absent("offline", trimmed(text("status", 0)))
	return class{
		name: "Device", collection: devices, unique: "uniqueId", link: "deviceId",
		search: []string{"name", "uniqueId", "phone", "model", "contact"},
		members: []member{
			whole("id"), reference("groupId", groups), reference("calendarId", calendars), attributes(),
			required(text("name", 128)), required(trimmed(text("uniqueId", 128))), trimmed(text("phone", 128)),
			text("model", 128), text("contact", 512), text("category", 128), flag("disabled"), date("expirationTime"),
			kept(status), kept(date("lastUpdate")), kept(whole("positionId")),
		},
		ignored: []string{
			"motionStreak", "motionState", "motionPositionId", "motionTime", "motionDistance", "motionLatitude",
			"motionLongitude", "overspeedState", "overspeedTime", "overspeedGeofenceId",
		},
	}
}

func driverClass() class {
	return class{
		name: "Driver", collection: drivers, unique: "uniqueId", link: "driverId", search: []string{"name", "uniqueId"},
		members: []member{
			whole("id"), attributes(), required(text("name", 128)), required(trimmed(text("uniqueId", 128))),
		},
	}
}

// groupClass is only read.
func groupClass() class {
	return class{name: "Group", collection: groups, link: "groupId", search: []string{"name"}}
}

// userClass is model/User. A password may be sent and is always null in answers.
func userClass() class {
	return class{
		name: "User", collection: users, unique: "email", link: "managedUserId", search: []string{"name", "email"},
		members: []member{
			whole("id"), attributes(), required(text("name", 128)), text("login", 128),
			required(trimmed(text("email", 128))), trimmed(text("phone", 128)), flag("readonly"), flag("administrator"),
			text("map", 128), decimal("latitude"), decimal("longitude"), whole("zoom"), text("coordinateFormat", 128),
			flag("disabled"), date("expirationTime"), whole("deviceLimit"), whole("userLimit"), flag("deviceReadonly"),
			flag("limitCommands"), flag("disableReports"), flag("fixedEmail"), text("poiLayer", 512),
			text("totpKey", 64), flag("temporary"), text("password", 0),
		},
		ignored: []string{"manager", "hashedPassword", "salt"},
	}
}

// commandClass is model/Command, which ignores members that it does not know.
func commandClass() class {
	return class{
		name: "Command", collection: commands, lenient: true,
		members: []member{
			whole("id"), attributes(), whole("deviceId"), required(text("type", 128)), flag("textChannel"),
			text("description", 0),
		},
	}
}

func accumulatorsClass() class {
	return class{name: "DeviceAccumulators", members: []member{
		whole("deviceId"), absent(nil, decimal("totalDistance")), absent(nil, whole("hours")),
	}}
}
