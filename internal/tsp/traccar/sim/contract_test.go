package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// departures are the exchanges in which the server departs from its own document.
func departures() []simtest.Departure {
	succeeds := func(path string) func(simtest.Exchange) bool {
		return func(x simtest.Exchange) bool {
			return strings.HasPrefix(x.Path, path) && x.Reply.Status == http.StatusOK
		}
	}
	return []simtest.Departure{
		{
			Name:   "users have a null password",
			Covers: func(x simtest.Exchange) bool { return strings.Contains(x.Reply.Text, `"password":null`) },
			Reason: "the document says that it is a string; model/User.getPassword is always null",
		},
		{
			Name:   "the settings of the server are null until somebody sets them",
			Covers: succeeds("/api/server"),
			Reason: "the document says that they are strings",
		},
		{
			Name:   "a token is typed as JSON",
			Covers: succeeds("/api/session/token"),
			Reason: "the document says text/plain; the class of the resource produces application/json",
		},
		{
			Name: "a command sent without a description repeats it as null",
			Covers: func(x simtest.Exchange) bool {
				return x.Path == "/api/commands/send" && x.Reply.Status == http.StatusOK
			},
			Reason: "the document says that it is a string",
		},
		{
			Name:   "a position without address, network and geofences has null for them",
			Covers: succeeds("/api/positions"),
			Reason: "the document says string, object and array; model/Position starts with null, which the server writes",
		},
	}
}

// exchange is a call to a freshly seeded simulator and the status that it gets.
type exchange struct {
	call   string
	status int
	token  string
}

func exchanges() []exchange {
	all := []exchange{
		{"POST /api/session email=viewer%40waybill.example&password=traccar-viewer-password", 200, ""},
		{"POST /api/session email=viewer%40waybill.example&password=wrong", 401, ""},
		{"GET /api/session", 404, service}, {"GET /api/session?token=" + viewer, 200, ""},
		{"POST /api/session/token expiration=2030-01-01T00%3A00%3A00Z", 200, service},
		{"GET /api/server", 200, ""}, {"GET /api/groups?all=true&limit=1&offset=1", 200, service},
		{"GET /api/groups/1", 200, service}, {"GET /api/groups/9", 404, service},
		{"GET /api/permissions?groupId=0&driverId=0", 400, service},
		{"GET /api/permissions?userId=1&deviceId=0", 200, service},
		{`POST /api/permissions {"deviceId":6,"driverId":6}`, 204, service},
		{`POST /api/permissions {"deviceId":6,"driverId":66}`, 400, service},
		{`DELETE /api/permissions {"deviceId":1,"driverId":1}`, 204, service},
		{"POST /api/commands/send " + toWatch, 200, service}, {"POST /api/commands/send " + to("3"), 202, service},
		{"POST /api/commands/send " + to("5"), 400, service}, {"POST /api/commands/send?groupId=2 " + toWatch, 202, service},
		{"GET /api/commands/types?deviceId=1", 200, service}, {"GET /api/commands/types?deviceId=2", 400, viewer},
		{`PUT /api/devices/1/accumulators {"deviceId":1,"totalDistance":12.5,"hours":3600000}`, 204, service},
		{`PUT /api/devices/6/accumulators {"deviceId":6,"hours":1}`, 400, service},
		{"GET /api/devices?id=1&id=2&uniqueId=864217035123403", 200, service},
		{"GET /api/devices?all=true&userId=1&limit=2&offset=1&keyword=t&excludeAttributes=true", 200, service},
		{"DELETE /api/session", 204, service}, {"GET /api/positions", 200, viewer},
		{"GET /api/positions?deviceId=1", 200, viewer}, {"GET /api/commands/send?deviceId=1", 200, service},
		{"GET /api/commands/send?deviceId=2", 400, viewer}, {"GET /api/commands", 200, service},
		{"GET /api/geofences", 200, service}, {"GET /api/maintenance", 200, service},
		{"GET /api/calendars?all=true", 200, service},
		{"GET /api/drivers?deviceId=1&all=true", 200, service}, {"GET /api/users?keyword=ortega", 200, service},
	}
	for _, c := range []struct{ path, fresh, whole string }{
		{"/api/devices", newDevice, `{"id":1,"name":"Truck 1","uniqueId":"1","groupId":1,"phone":null,"model":"m",` +
			`"contact":null,"category":"truck","disabled":true,"attributes":{"vin":"V","year":2020}}`},
		{"/api/drivers", newDriver, `{"id":1,"name":"A","uniqueId":"1","attributes":{"license":"L"}}`},
		{"/api/users", newUser, `{"id":1,"name":"A","email":"a","administrator":true,"deviceLimit":-1,` +
			`"expirationTime":null,"attributes":{}}`},
	} {
		all = append(all, []exchange{
			{"GET " + c.path, 200, service}, {"POST " + c.path + " " + c.fresh, 200, service},
			{"POST " + c.path + ` {"name":"a"}`, 400, service}, {"GET " + c.path + "/1", 200, service},
			{"GET " + c.path + "/99", 404, service}, {"GET " + c.path + "/2", 400, viewer},
			{"PUT " + c.path + "/1 " + c.whole, 200, service}, {"PUT " + c.path + `/1 {"id":1,"name":"a"}`, 400, service},
			{"DELETE " + c.path + "/3", 204, service}, {"DELETE " + c.path + "/2", 400, viewer},
		}...)
	}
	for _, c := range all {
		if c.token == service && !strings.Contains(c.call, "/api/session") && !strings.HasPrefix(c.call, "POST /api/users") {
			all = append(all, exchange{c.call, 401, ""})
		}
	}
	return all
}

func TestRequestsAndRepliesAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	document := simtest.OpenDocument(t, "traccar.openapi.yaml", "https://demo.traccar.org", departures())
	document.Tolerates = func(x simtest.Exchange, wrong string) bool {
		// The document leaves out, at many operations, that every one answers 400 and 401.
		return (x.Reply.Status == 400 || x.Reply.Status == 401) && strings.Contains(wrong, "does not exist")
	}
	s := start(t)
	for _, c := range exchanges() {
		s.Admin("POST", "reset", "")
		got := s.as(c.token).call(c.call)
		if got.Status != c.status {
			t.Errorf("%s: status %d, want %d: %.300s", c.call, got.Status, c.status, got.Text)
			continue
		}
		method, path, body, headers := split(c.call)
		headers = append(headers, "Authorization", "Bearer "+service)
		document.Hold(t, simtest.Exchange{Method: method, Path: path, Body: body, Headers: headers, Reply: got})
	}
	document.End(t)
}
