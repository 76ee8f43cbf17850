package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

const (
	newDevice = `{"name":"Truck 900","uniqueId":"900900"}`
	newDriver = `{"name":"Gail Moss","uniqueId":"D-900"}`
	newUser   = `{"name":"Hugo Lane","email":"hugo@waybill.example","password":"hunter22"}`
)

func TestADeviceIsCreatedReplacedAndDeleted(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.Must("POST", "/api/devices", `{"id":5,"name":"Truck 900","uniqueId":" 900900 ","phone":"1",
		"category":"truck","groupId":1,"attributes":{"vin":"V"},"expirationTime":"2027-01-31T05:00:00+05:00","status":"online",
		"motionStreak":true}`)
	want := map[string]any{
		"id": 8.0, "name": "Truck 900", "uniqueId": "900900", "phone": "1", "category": "truck", "groupId": 1.0,
		"attributes": map[string]any{"vin": "V"}, "expirationTime": "2027-01-31T00:00:00.000+00:00", "status": "online",
		"calendarId": 0.0, "model": nil, "contact": nil, "disabled": false, "lastUpdate": nil, "positionId": 0.0,
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
	want["status"] = "offline" // nobody can write it
	if diff := cmp.Diff(want, s.Must("GET", "/api/devices/8", "")); diff != "" {
		t.Error(diff)
	}
	s.Must("PUT", "/api/devices/8", `{"id":8,"name":"Truck 901","uniqueId":"900900","attributes":null}`)
	got := s.Must("GET", "/api/devices/8", "")
	for _, name := range []string{"phone", "category", "expirationTime"} {
		if got[name] != nil {
			t.Errorf("%s was not emptied: %v", name, got[name])
		}
	}
	if got["name"] != "Truck 901" || got["groupId"] != 0.0 || len(got["attributes"].(map[string]any)) != 0 {
		t.Errorf("replaced = %v", got)
	}
	for range 2 {
		s.done("DELETE /api/devices/8")
	}
	if gone := s.Do("GET", "/api/devices/8", ""); gone.Status != http.StatusNotFound || gone.Text != "" {
		t.Errorf("GET = %d %s", gone.Status, gone.Text)
	}
	if again := s.Must("POST", "/api/devices", newDevice); simtest.ID(again) != "9" {
		t.Errorf("the id %s was given again", simtest.ID(again))
	}
}

func TestPutGoesByTheIdInTheBody(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Must("PUT", "/api/drivers/1", `{"id":2,"name":"Two","uniqueId":"D-2"}`)
	one, two := s.Must("GET", "/api/drivers/1", ""), s.Must("GET", "/api/drivers/2", "")
	if one["name"] != "Amir Haddad" || two["name"] != "Two" {
		t.Errorf("%v, %v", one, two)
	}
	before := s.Admin("GET", "objects/drivers", "").Text
	for _, body := range []string{newDriver, `{"id":99,"name":"N","uniqueId":"D-1"}`} {
		s.Must("PUT", "/api/drivers/1", body)
	}
	if after := s.Admin("GET", "objects/drivers", "").Text; after != before {
		t.Error("an update of nothing changed something")
	}
	s.refused("PUT /api/users/99 "+newUser, 400, "java.lang.NullPointerException")
}

func TestBodiesThatDoNotFitTheClassAnswerBareText(t *testing.T) {
	t.Parallel()
	s := start(t)
	for body, want := range map[string]string{
		`{"name":"a","uniqueId":"b","vin":"V"}`:                   `Unrecognized field "vin" (class org.traccar.model.Device)`,
		`{"name":"a","uniqueId":null}`:                            `Cannot invoke "String.trim()" because "uniqueId" is null`,
		`{"name":{},"uniqueId":"b"}`:                              "Cannot deserialize value of name",
		`{"name":"a","uniqueId":"b","groupId":"one"}`:             "Cannot deserialize value of groupId",
		`{"name":"a","uniqueId":"b","attributes":[]}`:             "Cannot deserialize value of attributes",
		`{"name":"a","uniqueId":"b","disabled":"yes"}`:            "Cannot deserialize value of disabled",
		`{"name":"a","uniqueId":"b","expirationTime":"tomorrow"}`: "Cannot deserialize value of expirationTime",
		`{"name":`: "Unexpected input",
	} {
		got := s.Do("POST", "/api/devices", body)
		if got.Status != 400 || !strings.HasPrefix(got.Text, want) || got.Header.Get("Content-Type") != "text/plain" {
			t.Errorf("%s: %d %s %s", body, got.Status, got.Header.Get("Content-Type"), got.Text)
		}
	}
	s.refused("POST /api/devices", 400, "jakarta.ws.rs.BadRequestException")
}

func TestTheDatabaseRefusesWhatItsTablesDo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 129)
	for dialect, words := range map[string][4]string{
		"h2":         {"Unique index or primary key violation", "NULL not allowed", "Value too long for", "Referential integrity"},
		"mysql":      {"Duplicate entry", "cannot be null", "Data too long for column", "Cannot add or update a child row"},
		"postgresql": {"violates unique constraint", "violates not-null constraint", "value too long for type", "violates foreign key"},
	} {
		s := start(t)
		if dialect != "h2" {
			s.Turn(dialect)
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
			got := s.refused(call, 400, "org.traccar.storage.StorageException: ")
			if !strings.Contains(got.Text, word) || got.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %.80s: %s %.200s", dialect, call, got.Header.Get("Content-Type"), got.Text)
			}
		}
	}
}

func TestListsAreFilteredSortedAndCut(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Must("POST", "/api/drivers", `{"name":"Aaron","uniqueId":"D-0"}`)
	s.lists(map[string]string{
		"/api/devices": "6 7 1 2 3 5 4", "/api/devices?limit=2&offset=1": "7 1", "/api/devices?offset=3": "6 7 1 2 3 5 4",
		"/api/devices?limit=5&offset=9": "", "/api/devices?keyword=TRAILER": "6 7", "/api/devices?keyword=123404": "4",
		"/api/devices?id=4&id=2&uniqueId=864217035123401": "1 4 2", "/api/devices?id=99": "", "/api/devices?userId=3": "1",
		"/api/devices?all=true": "6 7 1 2 3 5 4", "/api/drivers": "7 1 2 3 4 5 6", "/api/drivers?deviceId=3": "3",
		"/api/drivers?deviceId=6": "", "/api/groups": "2 1", "/api/users": "2 1 3", "/api/users?userId=1": "",
		"/api/users?keyword=ortega": "3",
	})
	bare := s.list("/api/devices?id=1&excludeAttributes=true")
	if len(bare) != 1 || len(bare[0]["attributes"].(map[string]any)) != 0 {
		t.Errorf("attributes are shown: %v", bare)
	}
}

func TestAnAdministratorListsOnlyWhatIsLinkedUnlessItAsksForAll(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.done(`DELETE /api/permissions {"userId":1,"deviceId":3}`)
	// It still is, through its group.
	s.lists(map[string]string{"/api/devices?id=3": "3", "/api/devices?uniqueId=864217035123403": "3"})
	s.done(`DELETE /api/permissions {"userId":1,"groupId":1}`)
	s.lists(map[string]string{"/api/devices?id=3": "", "/api/devices?all=true&keyword=103": "3"})
	s.Must("GET", "/api/devices/3", "")
}

func TestOthersHaveOnlyWhatIsTheirs(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.as(viewer).lists(map[string]string{"/api/devices?all=true": "1"})
	for _, c := range []struct{ token, call, want string }{
		{viewer, "GET /api/devices/2", "Device access denied"},
		{viewer, "GET /api/devices/99", "Device access denied"},
		{viewer, `PUT /api/devices/1 {"id":1,"name":"a","uniqueId":"b"}`, "Write access denied"},
		{viewer, "POST /api/devices " + newDevice, "Write access denied"},
		{viewer, "DELETE /api/devices/1", "Write access denied"},
		{viewer, "GET /api/users/1", "User access denied"},
		{viewer, "POST /api/users " + newUser, "Registration disabled"},
		{"", "POST /api/users " + newUser, "Registration disabled"},
		{viewer, `POST /api/permissions {"userId":3,"deviceId":1}`, "Operation restricted"},
		{viewer, "GET /api/permissions?deviceId=1&driverId=0", "Administrator access required"},
		{dispatcher, `POST /api/permissions {"userId":2,"driverId":1}`, "Driver access denied"},
		{dispatcher, `POST /api/users {"name":"a","email":"b","administrator":true}`, "Administrator access required"},
		{
			dispatcher, `PUT /api/users/2 {"id":2,"name":"a","email":"b","deviceLimit":-1,"userLimit":2,"readonly":true}`,
			"Administrator access required",
		},
	} {
		s.as(c.token).denied(c.call, c.want)
	}
}

func TestAManagerMakesUsersUpToItsLimit(t *testing.T) {
	t.Parallel()
	s := start(t).as(dispatcher)
	for n, email := range []string{"a", "b"} {
		made := s.Must("POST", "/api/users", `{"name":"N","email":"`+email+`"}`)
		if s.Must("GET", "/api/users/"+simtest.ID(made), ""); len(s.list("/api/users")) != n+1 {
			t.Errorf("the manager lists %s", s.ids("/api/users"))
		}
	}
	s.denied("POST /api/users "+newUser, "Manager user limit reached")
}

func TestAPasswordIsShownNowhereAndKeptByAnUpdate(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.Do("POST", "/api/users", newUser)
	s.Must("PUT", "/api/users/4", `{"id":4,"name":"Hugo","email":"hugo@waybill.example"}`)
	shown, asked := s.Admin("GET", "objects/users", ""), s.Admin("GET", "requests", "")
	for _, text := range []string{made.Text, shown.Text, asked.Text} {
		if strings.Contains(text, "hunter22") {
			t.Errorf("a password is shown: %s", text)
		}
	}
	if !strings.Contains(made.Text, `"password":null`) {
		t.Errorf("made = %s", made.Text)
	}
	hugo := s.As("Authorization", basic("hugo@waybill.example:hunter22"))
	if got := hugo.Do("GET", "/api/devices", ""); got.Text != "[]" {
		t.Errorf("%d %s", got.Status, got.Text)
	}
}

func TestAccumulatorsNeedAPosition(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.done(`PUT /api/devices/1/accumulators {"deviceId":1,"totalDistance":5000.5}`)
	position, last := s.Objects("positions")[0], s.Must("GET", "/api/devices/1", "")["positionId"]
	if position["totalDistance"] != 5000.5 || position["hours"] != 7200000.0 || position["id"] != last {
		t.Errorf("position = %v", position)
	}
	s.refused(`PUT /api/devices/6/accumulators {"deviceId":6,"totalDistance":1}`, 400, "java.lang.IllegalArgumentException\n")
	s.refused(`PUT /api/devices/1/accumulators {"totalDistance":1}`, 400, "java.lang.IllegalArgumentException\n")
	got := s.call(`PUT /api/devices/1/accumulators {"deviceId":1,"odometer":1}`)
	if !strings.HasPrefix(got.Text, `Unrecognized field "odometer"`) {
		t.Errorf("%s", got.Text)
	}
}
