package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// operations is everything that the simulator serves.
func (s *service) operations() map[string]simkit.Operation {
	links := on(nil, "userId", "managedUserId", "groupId", "deviceId", "driverId")
	links.Do = handler(s.listLinks).run // converts its parameters by itself
	group := groupClass()
	all := map[string]simkit.Operation{
		"GET /api/server":         open(on(s.getServer)),
		"GET /api/session":        form(open(on(getSession, "token"))),
		"POST /api/session":       form(open(on(postSession))),
		"DELETE /api/session":     form(on(deleteSession)),
		"POST /api/session/token": form(on(postToken)),

		"GET /api/groups":      on(group.list, paged("all", "userId")...),
		"GET /api/groups/{id}": on(group.get),

		"GET /api/permissions":    links,
		"POST /api/permissions":   on(link),
		"DELETE /api/permissions": on(unlink),

		"GET /api/positions":                 on(listPositions, "deviceId", "id"),
		"PUT /api/devices/{id}/accumulators": on(accumulatorsClass().takes(putAccumulators)),

		"GET /api/commands/send":  on(listSaved, "deviceId"),
		"POST /api/commands/send": on(commandClass().takes(s.send), "groupId"),
		"GET /api/commands/types": on(listTypes, "deviceId", "textChannel"),

		// Clients ask for these by themselves, as the web app does after signing in (github.com/traccar/traccar-web
		// src/CachingController.js at aa5817b, read 2026-11-25). The server has none, and none can be made here.
		"GET /api/commands":    on(class{}.list, extended()...),
		"GET /api/geofences":   on(class{}.list, extended()...),
		"GET /api/maintenance": on(class{}.list, extended()...),
		"GET /api/calendars":   on(class{}.list, paged("all", "userId")...),
	}
	for _, cl := range []class{deviceClass(), driverClass(), userClass()} {
		path := "/api/" + cl.collection
		all["GET "+path] = on(cl.list, extended()...)
		all["POST "+path] = on(cl.takes(cl.add))
		all["GET "+path+"/{id}"] = on(cl.get)
		all["PUT "+path+"/{id}"] = on(cl.takes(cl.update))
		all["DELETE "+path+"/{id}"] = on(cl.remove)
	}
	all["GET /api/devices"] = on(listDevices, paged("all", "userId", "id", "uniqueId")...)
	all["GET /api/users"] = on(listUsers, paged("userId")...)
	all["POST /api/users"] = open(on(userClass().takes(addUser)))
	return all
}

// on is an operation with the parameters that it serves. Any other is ignored, as the switch says.
func on(do handler, query ...string) simkit.Operation {
	return simkit.Operation{Do: do.convert, Query: query}
}

func open(op simkit.Operation) simkit.Operation {
	op.Scope = everybody
	return op
}

// form is an operation of sessions, where even a GET opens one.
func form(op simkit.Operation) simkit.Operation {
	op.Form, op.Writes = true, true
	return op
}

// paged are the parameters of lists with those of one (api/SimpleObjectResource).
func paged(names ...string) []string {
	return append(names, "excludeAttributes", "limit", "offset", "keyword")
}

// extended are the parameters of lists of what is linked to devices and groups (api/ExtendedObjectResource).
func extended() []string { return paged("all", "userId", "deviceId", "groupId", "refresh") }
