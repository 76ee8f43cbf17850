package sim

import "net/http"

// table is every operation that the simulator serves.
func (s *service) table() map[string]methods {
	paging := []string{"excludeAttributes", "limit", "offset", "keyword"}
	with := func(names ...string) []string { return append(names, paging...) }
	all := map[string]methods{
		"/api/server":        {http.MethodGet: {do: getServer, open: true}},
		"/api/session":       sessionMethods(),
		"/api/session/token": {http.MethodPost: {do: postToken, consumes: formType, write: true}},
		"/api/groups":        {http.MethodGet: {do: groupClass().list, query: with("all", "userId")}},
		"/api/groups/{id}":   {http.MethodGet: {do: groupClass().get}},
		"/api/permissions": {
			http.MethodGet:    {do: s.listLinks, query: []string{"userId", "managedUserId", "groupId", "deviceId", "driverId"}},
			http.MethodPost:   {do: link, consumes: jsonType, write: true},
			http.MethodDelete: {do: unlink, consumes: jsonType, write: true},
		},
		"/api/positions": {http.MethodGet: {do: listPositions, query: []string{"deviceId", "id"}}},
		"/api/commands/send": {
			http.MethodGet:  {do: listSaved, query: []string{"deviceId"}},
			http.MethodPost: {do: s.send, query: []string{"groupId"}, consumes: jsonType, write: true},
		},
		"/api/commands/types": {http.MethodGet: {do: listTypes, query: []string{"deviceId", "textChannel"}}},
		"/api/devices/{id}/accumulators": {
			http.MethodPut: {do: putAccumulators, consumes: jsonType, write: true},
		},
	}
	for _, name := range []string{"commands", "geofences", "maintenance", "calendars"} {
		filters := with("all", "userId", "deviceId", "groupId", "refresh")
		if name == "calendars" {
			filters = with("all", "userId")
		}
		all["/api/"+name] = methods{http.MethodGet: {do: listNone, query: filters}}
	}
	crud(all, deviceClass(), route{do: listDevices, query: with("all", "userId", "id", "uniqueId")})
	crud(all, driverClass(), route{do: driverClass().list, query: with("all", "userId", "deviceId", "groupId", "refresh")})
	crud(all, userClass(), route{do: listUsers, query: with("userId")})
	return all
}

// crud adds the five operations of a class.
func crud(all map[string]methods, cl class, list route) {
	post := route{do: cl.add, consumes: jsonType, write: true}
	if cl.collection == users {
		post.do, post.open = addUser, true
	}
	all["/api/"+cl.collection] = methods{http.MethodGet: list, http.MethodPost: post}
	all["/api/"+cl.collection+"/{id}"] = methods{
		http.MethodGet:    {do: cl.get},
		http.MethodPut:    {do: cl.update, consumes: jsonType, write: true},
		http.MethodDelete: {do: cl.remove, write: true},
	}
}

func sessionMethods() methods {
	return methods{
		http.MethodGet:    {do: getSession, query: []string{"token"}, open: true, consumes: formType, write: true},
		http.MethodPost:   {do: postSession, open: true, consumes: formType, write: true},
		http.MethodDelete: {do: deleteSession, consumes: formType, write: true},
	}
}
