package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const (
	newDevice = `{"name":"Truck 900","uniqueId":"900900"}`
	newDriver = `{"name":"Gail Moss","uniqueId":"D-900"}`
	newUser   = `{"name":"Hugo Lane","email":"hugo@waybill.example","password":"hunter22"}`
)

func TestADeviceIsCreatedReplacedAndDeleted(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	made := s.must("POST", "/api/devices", `{"id":5,"name":"Truck 900","uniqueId":" 900900 ","phone":"1","category":"truck","groupId":1,"attributes":{"vin":"V"},"expirationTime":"2027-01-31T05:00:00+05:00","status":"online","motionStreak":true}`)
	want := map[string]any{
		"id": 8.0, "name": "Truck 900", "uniqueId": "900900", "phone": "1", "category": "truck", "groupId": 1.0, "calendarId": 0.0,
		"attributes": map[string]any{"vin": "V"}, "expirationTime": "2027-01-31T00:00:00.000+00:00", "status": "online",
		"model": nil, "contact": nil, "disabled": false, "lastUpdate": nil, "positionId": 0.0,
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
	want["status"] = "offline" // nobody can write it
	if diff := cmp.Diff(want, s.must("GET", "/api/devices/8", "")); diff != "" {
		t.Error(diff)
	}
	s.must("PUT", "/api/devices/8", `{"id":8,"name":"Truck 901","uniqueId":"900900","attributes":null}`)
	got := s.must("GET", "/api/devices/8", "")
	for _, name := range []string{"phone", "category", "expirationTime"} {
		if got[name] != nil {
			t.Errorf("%s was not emptied: %v", name, got[name])
		}
	}
	if got["name"] != "Truck 901" || got["groupId"] != 0.0 || len(got["attributes"].(map[string]any)) != 0 {
		t.Errorf("replaced = %v", got)
	}
	for range 2 {
		if gone := s.do("DELETE", "/api/devices/8", ""); gone.status != http.StatusNoContent || gone.text != "" {
			t.Errorf("DELETE = %d %s", gone.status, gone.text)
		}
	}
	if gone := s.do("GET", "/api/devices/8", ""); gone.status != http.StatusNotFound || gone.text != "" {
		t.Errorf("GET = %d %s", gone.status, gone.text)
	}
	if again := s.must("POST", "/api/devices", newDevice); id(again) != "9" {
		t.Errorf("the id %s was given again", id(again))
	}
}

func TestPutGoesByTheIdInTheBody(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.must("PUT", "/api/drivers/1", `{"id":2,"name":"Two","uniqueId":"D-2"}`)
	if one, two := s.must("GET", "/api/drivers/1", ""), s.must("GET", "/api/drivers/2", ""); one["name"] != "Amir Haddad" || two["name"] != "Two" {
		t.Errorf("%v, %v", one, two)
	}
	before := s.do("GET", "/_sim/objects/drivers", "").text
	for _, body := range []string{newDriver, `{"id":99,"name":"N","uniqueId":"D-1"}`} {
		s.must("PUT", "/api/drivers/1", body)
	}
	if after := s.do("GET", "/_sim/objects/drivers", "").text; after != before {
		t.Error("an update of nothing changed something")
	}
	s.do("PUT", "/api/users/99", newUser).refused(t, 400, "java.lang.NullPointerException")
}

func TestBodiesThatDoNotFitTheClassAnswerBareText(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for body, want := range map[string]string{
		`{"name":"a","uniqueId":"b","vin":"V"}`:                   `Unrecognized field "vin" (class org.traccar.model.Device)`,
		`{"name":"a","uniqueId":null}`:                            `Cannot invoke "String.trim()" because "uniqueId" is null`,
		`{"name":5,"uniqueId":"b"}`:                               "Cannot deserialize value: must be a string",
		`{"name":"a","uniqueId":"b","groupId":"1"}`:               "Cannot deserialize value: must be an integer",
		`{"name":"a","uniqueId":"b","attributes":[]}`:             "Cannot deserialize value: must be an object",
		`{"name":"a","uniqueId":"b","disabled":"yes"}`:            "Cannot deserialize value: must be a boolean",
		`{"name":"a","uniqueId":"b","expirationTime":"tomorrow"}`: "Cannot deserialize value: must be a date",
		`{"name":`: "Unexpected input",
	} {
		got := s.do("POST", "/api/devices", body)
		if got.status != 400 || !strings.HasPrefix(got.text, want) || got.header.Get("Content-Type") != "text/plain" {
			t.Errorf("%s: %d %s %s", body, got.status, got.header.Get("Content-Type"), got.text)
		}
	}
	s.do("POST", "/api/devices", "").refused(t, 400, "jakarta.ws.rs.BadRequestException")
}

func TestTheDatabaseRefusesWhatItsTablesDo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 129)
	for dialect, words := range map[string][4]string{
		"h2":         {"Unique index or primary key violation", "NULL not allowed for column", "Value too long for column", "Referential integrity constraint violation"},
		"mysql":      {"Duplicate entry", "cannot be null", "Data too long for column", "Cannot add or update a child row"},
		"postgresql": {"duplicate key value violates unique constraint", "violates not-null constraint", "value too long for type", "violates foreign key constraint"},
	} {
		s := start(t, simkit.Options{})
		if dialect != "h2" {
			s.turn(dialect)
		}
		for call, word := range map[string]string{
			`POST /api/devices {"name":"a","uniqueId":"864217035123401"}`:                                          words[0],
			`PUT /api/devices/2 {"id":2,"name":"a","uniqueId":"864217035123401"}`:                                  words[0],
			`POST /api/drivers {"name":"a","uniqueId":"D-1"}`:                                                      words[0],
			`POST /api/users {"name":"a","email":"viewer@waybill.example"}`:                                        words[0],
			`POST /api/devices {"uniqueId":"b"}`:                                                                   words[1],
			`POST /api/devices {"name":"a"}`:                                                                       words[1],
			`POST /api/drivers {"name":null,"uniqueId":"b"}`:                                                       words[1],
			`POST /api/users {"name":"a"}`:                                                                         words[1],
			`POST /api/devices {"name":"` + long + `","uniqueId":"b"}`:                                             words[2],
			`POST /api/drivers {"name":"a","uniqueId":"b","attributes":{"a":"` + strings.Repeat("n", 4000) + `"}}`: words[2],
			`POST /api/devices {"name":"a","uniqueId":"b","groupId":9}`:                                            words[3],
			`POST /api/permissions {"deviceId":1,"driverId":99}`:                                                   words[3],
		} {
			method, rest, _ := strings.Cut(call, " ")
			path, body, _ := strings.Cut(rest, " ")
			got := s.do(method, path, body)
			got.refused(t, 400, "org.traccar.storage.StorageException: ")
			if !strings.Contains(got.text, word) || got.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %.80s: %s %.200s", dialect, call, got.header.Get("Content-Type"), got.text)
			}
		}
	}
}

func TestListsAreFilteredSortedAndCut(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.must("POST", "/api/drivers", `{"name":"Aaron","uniqueId":"D-0"}`)
	for path, want := range map[string]string{
		"/api/devices": "6 7 1 2 3 5 4", "/api/devices?limit=2&offset=1": "7 1", "/api/devices?offset=3": "6 7 1 2 3 5 4",
		"/api/devices?limit=5&offset=9": "", "/api/devices?keyword=TRAILER": "6 7", "/api/devices?keyword=864217035123404": "4",
		"/api/devices?id=4&id=2&uniqueId=864217035123401": "1 4 2", "/api/devices?id=99": "", "/api/devices?userId=3": "1",
		"/api/devices?all=true": "6 7 1 2 3 5 4", "/api/drivers": "7 1 2 3 4 5 6", "/api/drivers?deviceId=3": "3",
		"/api/drivers?deviceId=6": "", "/api/groups": "2 1", "/api/users": "2 1 3", "/api/users?userId=1": "",
		"/api/users?keyword=ortega": "3",
	} {
		if got := s.ids(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	bare := s.list("/api/devices?id=1&excludeAttributes=true")
	if len(bare) != 1 || len(bare[0]["attributes"].(map[string]any)) != 0 {
		t.Errorf("attributes are shown: %v", bare)
	}
}

func TestAnAdministratorListsOnlyWhatIsLinkedUnlessItAsksForAll(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	if got := s.do("DELETE", "/api/permissions", `{"userId":1,"deviceId":3}`); got.status != 204 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	for path, want := range map[string]string{
		"/api/devices?id=3": "3", "/api/devices?uniqueId=864217035123403": "3",
	} {
		if got := s.ids(path); got != want {
			t.Errorf("%s through its group: %q", path, got)
		}
	}
	s.do("DELETE", "/api/permissions", `{"userId":1,"groupId":1}`)
	if got := s.ids("/api/devices?id=3"); got != "" {
		t.Errorf("still listed: %s", got)
	}
	if got := s.ids("/api/devices?all=true&keyword=103"); got != "3" {
		t.Errorf("not among all: %s", got)
	}
	s.must("GET", "/api/devices/3", "")
}

func TestOthersHaveOnlyWhatIsTheirs(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	if got := s.as(viewer).ids("/api/devices?all=true"); got != "1" {
		t.Errorf("the viewer lists %s", got)
	}
	for _, c := range []struct{ token, call, want string }{
		{viewer, "GET /api/devices/2 ", "Device access denied"},
		{viewer, "GET /api/devices/99 ", "Device access denied"},
		{viewer, `PUT /api/devices/1 {"id":1,"name":"a","uniqueId":"b"}`, "Write access denied"},
		{viewer, "POST /api/devices " + newDevice, "Write access denied"},
		{viewer, "DELETE /api/devices/1 ", "Write access denied"},
		{viewer, "GET /api/users/1 ", "User access denied"},
		{viewer, "POST /api/users " + newUser, "Registration disabled"},
		{"", "POST /api/users " + newUser, "Registration disabled"},
		{viewer, `POST /api/permissions {"userId":3,"deviceId":1}`, "Operation restricted"},
		{viewer, "GET /api/permissions?deviceId=1&driverId=0 ", "Administrator access required"},
		{dispatcher, `POST /api/permissions {"userId":2,"driverId":1}`, "Driver access denied"},
		{dispatcher, `POST /api/users {"name":"a","email":"b","administrator":true}`, "Administrator access required"},
		{dispatcher, `PUT /api/users/2 {"id":2,"name":"a","email":"b","deviceLimit":-1,"userLimit":2,"readonly":true}`, "Administrator access required"},
	} {
		method, rest, _ := strings.Cut(c.call, " ")
		path, body, _ := strings.Cut(rest, " ")
		s.as(c.token).do(method, path, body).refused(t, 400, "java.lang.SecurityException: "+c.want)
	}
}

func TestAManagerMakesUsersUpToItsLimit(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as(dispatcher)
	for n, email := range []string{"a", "b"} {
		made := s.must("POST", "/api/users", `{"name":"N","email":"`+email+`"}`)
		if s.must("GET", "/api/users/"+id(made), ""); len(s.list("/api/users")) != n+1 {
			t.Errorf("the manager lists %s", s.ids("/api/users"))
		}
	}
	s.do("POST", "/api/users", newUser).refused(t, 400, "java.lang.SecurityException: Manager user limit reached")
}

func TestAPasswordIsShownNowhereAndKeptByAnUpdate(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	made := s.do("POST", "/api/users", newUser)
	s.must("PUT", "/api/users/4", `{"id":4,"name":"Hugo","email":"hugo@waybill.example"}`)
	for _, text := range []string{made.text, s.do("GET", "/_sim/objects/users", "").text, s.do("GET", "/_sim/requests", "").text} {
		if strings.Contains(text, "hunter22") {
			t.Errorf("a password is shown: %s", text)
		}
	}
	if !strings.Contains(made.text, `"password":null`) {
		t.Errorf("made = %s", made.text)
	}
	if got := s.as("").do("GET", "/api/devices", "", "Authorization", basic("hugo@waybill.example:hunter22")); got.text != "[]" {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestAccumulatorsNeedAPosition(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	if got := s.do("PUT", "/api/devices/1/accumulators", `{"deviceId":1,"totalDistance":5000.5}`); got.status != 204 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	position := s.objects("positions")[0]
	if position["totalDistance"] != 5000.5 || position["hours"] != 7200000.0 || s.must("GET", "/api/devices/1", "")["positionId"] != position["id"] {
		t.Errorf("position = %v", position)
	}
	s.do("PUT", "/api/devices/6/accumulators", `{"deviceId":6,"totalDistance":1}`).refused(t, 400, "java.lang.IllegalArgumentException\n")
	s.do("PUT", "/api/devices/1/accumulators", `{"totalDistance":1}`).refused(t, 400, "java.lang.IllegalArgumentException\n")
	if got := s.do("PUT", "/api/devices/1/accumulators", `{"deviceId":1,"odometer":1}`); !strings.HasPrefix(got.text, `Unrecognized field "odometer"`) {
		t.Errorf("%s", got.text)
	}
}
