package sim_test

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	oaserrors "github.com/pb33f/libopenapi-validator/errors"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// departures are the exchanges in which the server departs from its own document. Every one of them must occur below.
var departures = []struct {
	name   string
	covers func(c exchange, got reply) bool
	reason string
}{
	{
		"users have a null password",
		func(c exchange, got reply) bool { return strings.Contains(got.text, `"password":null`) },
		"the document says that it is a string; model/User.getPassword is always null",
	},
	{
		"the settings of the server are null until somebody sets them",
		func(c exchange, got reply) bool { return c.path == "/api/server" && got.status == 200 },
		"the document says that they are strings",
	},
	{
		"a token is typed as JSON",
		func(c exchange, got reply) bool { return c.path == "/api/session/token" && got.status == 200 },
		"the document says text/plain; the class of the resource produces application/json",
	},
	{
		"a command sent without a description repeats it as null",
		func(c exchange, got reply) bool { return c.path == "/api/commands/send" && got.status == 200 },
		"the document says that it is a string",
	},
	{
		"a position without address, network and geofences has null for them",
		func(c exchange, got reply) bool {
			return strings.HasPrefix(c.path, "/api/positions") && got.status == 200
		},
		"the document says string, object and array; model/Position starts with null, and the server writes null members",
	},
}

func document(t *testing.T) validator.Validator {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", "shared", "tsp-specs", "traccar.openapi.yaml"))
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true":
		t.Skip("THE SIMULATOR IS NOT HELD AGAINST THE OPENAPI DOCUMENT OF TRACCAR: ../shared/tsp-specs is not there")
	case err != nil:
		t.Fatal(err)
	}
	parsed, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	check, errs := validator.NewValidator(parsed)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return check
}

// exchange is one request to a freshly seeded simulator and the status that it gets.
type exchange struct {
	method, path, body string
	status             int
	token              string
}

func exchanges() []exchange {
	all := []exchange{
		{"POST", "/api/session", "email=viewer%40waybill.example&password=traccar-viewer-password", 200, ""},
		{"POST", "/api/session", "email=viewer%40waybill.example&password=wrong", 401, ""},
		{"GET", "/api/session", "", 404, service}, {"GET", "/api/session?token=" + viewer, "", 200, ""},
		{"POST", "/api/session/token", "expiration=2030-01-01T00%3A00%3A00Z", 200, service},
		{"GET", "/api/server", "", 200, ""}, {"GET", "/api/groups?all=true&limit=1&offset=1", "", 200, service},
		{"GET", "/api/groups/1", "", 200, service}, {"GET", "/api/groups/9", "", 404, service},
		{"GET", "/api/permissions?deviceId=1&driverId=0", "", 200, service},
		{"POST", "/api/permissions", `{"deviceId":6,"driverId":6}`, 204, service},
		{"POST", "/api/permissions", `{"deviceId":6,"driverId":66}`, 400, service},
		{"DELETE", "/api/permissions", `{"deviceId":1,"driverId":1}`, 204, service},
		{"POST", "/api/commands/send", toWatch, 200, service}, {"POST", "/api/commands/send", to("3"), 202, service},
		{"POST", "/api/commands/send", to("5"), 400, service}, {"POST", "/api/commands/send?groupId=2", toWatch, 202, service},
		{"GET", "/api/commands/types?deviceId=1", "", 200, service}, {"GET", "/api/commands/types?deviceId=2", "", 400, viewer},
		{"PUT", "/api/devices/1/accumulators", `{"deviceId":1,"totalDistance":12.5,"hours":3600000}`, 204, service},
		{"PUT", "/api/devices/6/accumulators", `{"deviceId":6,"hours":1}`, 400, service},
		{"GET", "/api/devices?id=1&id=2&uniqueId=864217035123403", "", 200, service},
		{"GET", "/api/devices?all=true&userId=1&limit=2&offset=1&keyword=t&excludeAttributes=true", "", 200, service},
		{"DELETE", "/api/session", "", 204, service}, {"GET", "/api/positions", "", 200, viewer},
		{"GET", "/api/positions?deviceId=1", "", 200, viewer}, {"GET", "/api/commands/send?deviceId=1", "", 200, service},
		{"GET", "/api/commands/send?deviceId=2", "", 400, viewer}, {"GET", "/api/commands", "", 200, service},
		{"GET", "/api/geofences", "", 200, service}, {"GET", "/api/maintenance", "", 200, service},
		{"GET", "/api/calendars?all=true", "", 200, service},
		{"GET", "/api/drivers?deviceId=1&all=true", "", 200, service}, {"GET", "/api/users?keyword=ortega", "", 200, service},
	}
	for _, c := range []struct{ path, fresh, whole string }{
		{"/api/devices", newDevice, `{"id":1,"name":"Truck 1","uniqueId":"1","groupId":1,"phone":null,"model":"m","contact":null,"category":"truck","disabled":true,"attributes":{"vin":"V","year":2020}}`},
		{"/api/drivers", newDriver, `{"id":1,"name":"A","uniqueId":"1","attributes":{"license":"L"}}`},
		{"/api/users", newUser, `{"id":1,"name":"A","email":"a","administrator":true,"deviceLimit":-1,"expirationTime":null,"attributes":{}}`},
	} {
		all = append(all,
			exchange{"GET", c.path, "", 200, service}, exchange{"POST", c.path, c.fresh, 200, service},
			exchange{"POST", c.path, `{"name":"a"}`, 400, service}, exchange{"GET", c.path + "/1", "", 200, service},
			exchange{"GET", c.path + "/99", "", 404, service}, exchange{"GET", c.path + "/2", "", 400, viewer},
			exchange{"PUT", c.path + "/1", c.whole, 200, service}, exchange{"PUT", c.path + "/1", `{"id":1,"name":"a"}`, 400, service},
			exchange{"DELETE", c.path + "/3", "", 204, service}, exchange{"DELETE", c.path + "/2", "", 400, viewer},
		)
	}
	signedOut := all
	for _, c := range signedOut {
		if c.token == service && c.path != "/api/session" && !(c.path == "/api/users" && c.method == "POST") {
			all = append(all, exchange{c.method, c.path, c.body, 401, ""})
		}
	}
	return all
}

func TestRequestsAndRepliesAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	check := document(t)
	s := start(t, simkit.Options{})
	met := map[string]bool{}
	for _, c := range exchanges() {
		s.do("POST", "/_sim/reset", "")
		got := s.as(c.token).do(c.method, c.path, c.body, "Content-Type", c.contentType())
		if got.status != c.status {
			t.Errorf("%s %s %s: status %d, want %d: %.300s", c.method, c.path, c.body, got.status, c.status, got.text)
			continue
		}
		hold(t, check, met, c, got)
	}
	for _, d := range departures {
		if !met[d.name] {
			t.Errorf("no exchange departs any more: %s (%s)", d.name, d.reason)
		}
	}
}

// hold checks one exchange: an accepted request must be valid, and so must every reply outside departures.
func hold(t *testing.T, check validator.Validator, met map[string]bool, c exchange, got reply) {
	t.Helper()
	ok, wrong := true, []*oaserrors.ValidationError(nil)
	if got.status < 300 {
		if ok, wrong = check.ValidateHttpRequest(c.request(t)); !ok {
			t.Errorf("%s %s: the request is against the document: %s", c.method, c.path, told(wrong))
		}
	}
	answer := &http.Response{StatusCode: got.status, Header: got.header, Body: io.NopCloser(strings.NewReader(got.text))}
	ok, wrong = check.ValidateHttpResponse(c.request(t), answer)
	departs := ""
	for _, d := range departures {
		if d.covers(c, got) {
			departs, met[d.name] = d.name, true
		}
	}
	if (got.status == 400 || got.status == 401) && strings.Contains(told(wrong), "does not exist") {
		return // the document leaves out, at many operations, that every one answers 400 and 401
	}
	if !ok && departs == "" {
		t.Errorf("%s %s answers %d against the document: %s\n%.300s", c.method, c.path, got.status, told(wrong), got.text)
	}
	if ok && departs != "" {
		t.Errorf("%s %s answers %d and agrees with the document although it is listed as: %s", c.method, c.path, got.status, departs)
	}
}

func (c exchange) contentType() string {
	if strings.HasPrefix(c.path, "/api/session") {
		return form
	}
	return "application/json"
}

func (c exchange) request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), c.method, "https://demo.traccar.org"+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+service)
	if c.body != "" {
		r.Header.Set("Content-Type", c.contentType())
	}
	return r
}

func told(wrong []*oaserrors.ValidationError) string {
	var lines []string
	for _, w := range wrong {
		line := w.Message + ": " + w.Reason
		for _, s := range w.SchemaValidationErrors {
			line += "; " + s.Reason
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
