package sim_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestSigningInGivesASessionAndThePathOfTheServer(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.authenticate(service)
	credentials, _ := got.session()["credentials"].(map[string]any)
	if got.session()["path"] != "ThisServer" || credentials["database"] != "demo" || credentials["userName"] != "demo-service@waybill.example" ||
		credentials["sessionId"] == "" || len(credentials) != 3 {
		t.Errorf("Authenticate answered %s", got.Text)
	}
	s.as(service).get("Device", `{}`)
}

func TestOnlyGoodUsersSignIn(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct{ params, kind string }{
		"the service account":      {login(service), ""},
		"without the database":     {without(login(service), "database"), ""},
		"with null for it":         {change(login(service), "database", "null"), ""},
		"as old Python clients do": {with(login(service), `"global":true`), ""},
		"as old Node clients do":   {with(login(service), `"server":"my.geotab.com"`), ""},
		"a wrong password":         {login("demo-service@waybill.example x"), "InvalidUserException"},
		"an unknown user":          {login("x x"), "InvalidUserException"},
		"no user":                  {`{}`, "InvalidUserException"},
		"another database":         {change(login(service), "database", `"other"`), "DbUnavailableException"},
		"a password to be changed": {login(newcomer), "ExpiredPasswordException"},
		"a historical user":        {login(historical), "InactiveUserException"},
		"a typo":                   {with(without(login(service), "userName"), `"username":"x"`), "MissingMemberException"},
	} {
		got := s.rpc("Authenticate", c.params)
		if c.kind != "" {
			got.refused(t, c.kind)
		} else if got.kind() != "" {
			t.Errorf("%s: %s", name, got.Text)
		}
	}
}

func TestCallsNeedALiveSession(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	for _, credentials := range []string{
		"", `{"database":"demo","userName":"demo-service@waybill.example","sessionId":"x"}`, `{}`,
		strings.Replace(s.credentials, "demo-service", "readonly", 1),
	} {
		s.bearing(credentials).rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
	}
	s.bearing(with(s.credentials, `"serverName":"my.geotab.com"`)).get("Device", `{}`)
	s.Clock.Advance(14*24*time.Hour - time.Second)
	s.get("Device", `{}`)
	s.Clock.Advance(time.Second)
	s.rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
}

func TestASessionCanBeExtended(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	bare := s.bearing("")
	s.Clock.Advance(14*24*time.Hour - time.Second)
	if got := bare.rpc("ExtendSession", s.credentials); got.kind() != "" || got.body.Result != nil {
		t.Fatalf("ExtendSession answered %s", got.Text)
	}
	s.Clock.Advance(14*24*time.Hour - time.Second)
	s.get("Device", `{}`)
	s.Clock.Advance(time.Second)
	bare.rpc("ExtendSession", s.credentials).refused(t, "InvalidUserException")
	for _, params := range []string{`{}`, strings.Replace(s.as(service).credentials, "demo-service", "readonly", 1)} {
		bare.rpc("ExtendSession", params).refused(t, "InvalidUserException")
	}
}

func TestAuthenticateTakesNoSessionInPlaceOfAPassword(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	s.rpc("Authenticate", `{}`).refused(t, "ArgumentException")
}

func TestAUserHasAHundredSessionsAtMost(t *testing.T) {
	t.Parallel()
	s := start(t)
	other := s.as(supervisor)
	first, second := s.as(service), s.as(service)
	for range 98 {
		s.authenticate(service)
	}
	first.get("Group", `{}`)
	s.authenticate(service)
	first.rpc("Get", `{"typeName":"Group"}`).refused(t, "InvalidUserException")
	second.get("Group", `{}`)
	other.get("Group", `{}`)
}

func TestAPasswordThatMustBeChangedEndsTheUseOfSessions(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	boss := s.as(supervisor)
	s.set("User", `{"id":"b8","changePassword":true}`)
	boss.rpc("Get", `{"typeName":"Device"}`).refused(t, "ExpiredPasswordException")
}

func TestANewUserSignsInWithItsPassword(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.add("User", newUser)
	s.as("jo.doe@example.com correct-horse-7").get("Device", `{}`)
}

func TestWritesNeedClearance(t *testing.T) {
	t.Parallel()
	s := start(t)
	for user, may := range map[string]string{service: "device dvir", supervisor: "device dvir", driver: "dvir", readOnly: ""} {
		as := s.as(user)
		as.get("Device", `{}`)
		for name, c := range map[string]string{
			"device": entity("Device", newVehicle), "dvir": entity("DVIRLog", newDVIR),
		} {
			got := as.rpc("Add", c)
			if strings.Contains(may, name) != (got.kind() == "") {
				t.Errorf("%s adds a %s: %s", user, name, got.Text)
			}
			if got.kind() != "" {
				got.refused(t, "InvalidPermissionsException")
			}
		}
	}
}

func TestADatabaseOnAnotherServerIsReachedThereOnly(t *testing.T) {
	t.Parallel()
	here := signedIn(t)
	two := httptest.NewServer(here.Simulator)
	t.Cleanup(two.Close)
	other := *here.Sim
	other.URL = two.URL
	there := running{&other, here.credentials}
	name := strings.TrimPrefix(two.URL, "http://")
	here.Admin("POST", "server", `{"name":"`+name+`"}`)
	here.Turn("other_server")
	if message := here.rpc("Get", `{"typeName":"Device"}`).refused(t, "DbUnavailableException"); !strings.Contains(message, "UnknownDatabase") {
		t.Errorf("message = %q", message)
	}
	for at, path := range map[running]string{here: name, there: "ThisServer"} {
		if is := at.bearing("").authenticate(service).session()["path"]; is != path {
			t.Errorf("at %s the path is %v, want %s", at.URL, is, path)
		}
	}
	there.get("Device", `{}`)
	here.Admin("POST", "reset", "")
	here.as(service).get("Device", `{}`)
	here.Turn("other_server")
	if here.authenticate(service).session()["path"] == name {
		t.Error("the reset has not forgotten the other server")
	}
}

func TestWithoutANameTheOtherServerIsLocalhost(t *testing.T) {
	t.Parallel()
	s := start(t)
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	s.Turn("other_server")
	signIn := `{"method":"Authenticate","params":` + login(service) + `}`
	for host, path := range map[string]string{"127.0.0.1" + port: "localhost" + port, "localhost" + port: "ThisServer"} {
		if is := s.post("/apiv1", signIn, "Host", host).session()["path"]; is != path {
			t.Errorf("at %s the path is %v, want %s", host, is, path)
		}
	}
	for body, status := range map[string]int{`{"name":"http://x"}`: 400, `{"nome":"x"}`: 400, `{"name":""}`: 200} {
		if got := s.Do("POST", "/_sim/server", body); got.Status != status {
			t.Errorf("%s = %d %s", body, got.Status, got.Text)
		}
	}
	named := running{Sim: simtest.Start(t, func(opts simkit.Options) (simkit.Simulator, error) {
		return sim.New(opts, sim.Server("my30.example"))
	})}
	named.Turn("other_server")
	if path := named.authenticate(service).session()["path"]; path != "my30.example" {
		t.Errorf("the path is %v", path)
	}
}
