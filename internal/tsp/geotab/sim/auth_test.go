package sim_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestSigningInGivesASessionAndThePathOfTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	got := s.authenticate(service)
	result, _ := got.body.Result.(map[string]any)
	credentials, _ := result["credentials"].(map[string]any)
	if result["path"] != "ThisServer" || credentials["database"] != "demo" || credentials["userName"] != "demo-service@waybill.example" ||
		credentials["sessionId"] == "" || len(credentials) != 3 {
		t.Errorf("Authenticate answered %s", got.text)
	}
	s.as(service).get("Device", `{}`)
}

func TestOnlyGoodUsersSignIn(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for name, c := range map[string]struct{ params, kind string }{
		"the service account":      {`{"database":"demo","userName":"demo-service@waybill.example","password":"geotab-demo-password"}`, ""},
		"without the database":     {`{"userName":"demo-service@waybill.example","password":"geotab-demo-password"}`, ""},
		"with null for it":         {`{"database":null,"userName":"demo-service@waybill.example","password":"geotab-demo-password"}`, ""},
		"as old Python clients do": {`{"database":"demo","userName":"demo-service@waybill.example","password":"geotab-demo-password","global":true}`, ""},
		"as old Node clients do":   {`{"database":"demo","userName":"demo-service@waybill.example","password":"geotab-demo-password","server":"my.geotab.com"}`, ""},
		"a wrong password":         {`{"database":"demo","userName":"demo-service@waybill.example","password":"x"}`, "InvalidUserException"},
		"an unknown user":          {`{"database":"demo","userName":"x","password":"x"}`, "InvalidUserException"},
		"no user":                  {`{}`, "InvalidUserException"},
		"another database":         {`{"database":"other","userName":"demo-service@waybill.example","password":"geotab-demo-password"}`, "DbUnavailableException"},
		"a password to be changed": {`{"database":"demo","userName":"newcomer@waybill.example","password":"geotab-newcomer-password"}`, "ExpiredPasswordException"},
		"a historical user":        {`{"database":"demo","userName":"ivan.petrov@demofreight.example","password":"wheels-and-roads-5"}`, "InactiveUserException"},
		"a typo":                   {`{"username":"demo-service@waybill.example","password":"geotab-demo-password"}`, "MissingMemberException"},
	} {
		got := s.rpc("Authenticate", c.params)
		if c.kind != "" {
			got.refused(t, c.kind)
		} else if got.kind() != "" {
			t.Errorf("%s: %s", name, got.text)
		}
	}
}

func TestCallsNeedALiveSession(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	s := start(t, simkit.Options{Now: clock.time}).as(service)
	for _, credentials := range []string{
		"", `{"database":"demo","userName":"demo-service@waybill.example","sessionId":"x"}`, `{}`,
		strings.Replace(s.credentials, "demo-service", "readonly", 1),
	} {
		other := *s
		other.credentials = credentials
		other.rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
	}
	named := *s
	named.credentials = strings.TrimSuffix(s.credentials, "}") + `,"serverName":"my.geotab.com"}`
	named.get("Device", `{}`)
	clock.advance(14*24*time.Hour - time.Second)
	s.get("Device", `{}`)
	clock.advance(time.Second)
	s.rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
}

func TestASessionCanBeExtended(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	s := start(t, simkit.Options{Now: clock.time}).as(service)
	bare := *s
	bare.credentials = ""
	clock.advance(14*24*time.Hour - time.Second)
	if got := bare.rpc("ExtendSession", s.credentials); got.kind() != "" || got.body.Result != nil {
		t.Fatalf("ExtendSession answered %s", got.text)
	}
	clock.advance(14*24*time.Hour - time.Second)
	s.get("Device", `{}`)
	clock.advance(time.Second)
	bare.rpc("ExtendSession", s.credentials).refused(t, "InvalidUserException")
	for _, params := range []string{`{}`, strings.Replace(s.as(service).credentials, "demo-service", "readonly", 1)} {
		bare.rpc("ExtendSession", params).refused(t, "InvalidUserException")
	}
}

func TestAuthenticateTakesNoSessionInPlaceOfAPassword(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{}).as(service)
	s.rpc("Authenticate", `{}`).refused(t, "ArgumentException")
}

func TestAUserHasAHundredSessionsAtMost(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
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
	s := signedIn(t, simkit.Options{})
	boss := s.as(supervisor)
	s.set("User", `{"id":"b8","changePassword":true}`)
	boss.rpc("Get", `{"typeName":"Device"}`).refused(t, "ExpiredPasswordException")
}

func TestANewUserSignsInWithItsPassword(t *testing.T) {
	t.Parallel()
	s := signedIn(t, simkit.Options{})
	s.add("User", newUser)
	s.as("jo.doe@example.com correct-horse-7").get("Device", `{}`)
}

func TestWritesNeedClearance(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for user, may := range map[string]string{service: "device dvir", supervisor: "device dvir", driver: "dvir", readOnly: ""} {
		as := s.as(user)
		as.get("Device", `{}`)
		for name, c := range map[string]string{
			"device": `{"typeName":"Device","entity":` + newVehicle + `}`, "dvir": `{"typeName":"DVIRLog","entity":` + newDVIR + `}`,
		} {
			got := as.rpc("Add", c)
			if strings.Contains(may, name) != (got.kind() == "") {
				t.Errorf("%s adds a %s: %s", user, name, got.text)
			}
			if got.kind() != "" {
				got.refused(t, "InvalidPermissionsException")
			}
		}
	}
}

func TestADatabaseOnAnotherServerIsReachedThereOnly(t *testing.T) {
	t.Parallel()
	s, err := sim.New(simkit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	one, two := httptest.NewServer(s), httptest.NewServer(s)
	t.Cleanup(one.Close)
	t.Cleanup(two.Close)
	here := (&running{t: t, url: one.URL, http: one.Client(), sim: s}).as(service)
	there := *here
	there.url = two.URL
	other, _ := url.Parse(two.URL)
	if got := here.do("POST", "/_sim/server", `{"name":"`+other.Host+`"}`); got.status != 200 {
		t.Fatal(got.text)
	}
	here.turn("other_server", "true")
	if message := here.rpc("Get", `{"typeName":"Device"}`).refused(t, "DbUnavailableException"); !strings.Contains(message, "UnknownDatabase") {
		t.Errorf("message = %q", message)
	}
	for _, at := range []struct {
		r    running
		path string
	}{{*here, other.Host}, {there, "ThisServer"}} {
		at.r.credentials = ""
		result, _ := at.r.authenticate(service).body.Result.(map[string]any)
		if result["path"] != at.path {
			t.Errorf("at %s the path is %v, want %s", at.r.url, result["path"], at.path)
		}
	}
	there.get("Device", `{}`)
	here.do("POST", "/_sim/reset", "")
	here.as(service).get("Device", `{}`)
	here.turn("other_server", "true")
	if result, _ := here.authenticate(service).body.Result.(map[string]any); result["path"] == other.Host {
		t.Error("the reset has not forgotten the other server")
	}
}

func TestWithoutANameTheOtherServerIsLocalhost(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	port := s.url[strings.LastIndexByte(s.url, ':'):]
	s.turn("other_server", "true")
	signIn := `{"method":"Authenticate","params":{"userName":"demo-service@waybill.example","password":"geotab-demo-password"}}`
	for host, path := range map[string]string{"127.0.0.1" + port: "localhost" + port, "localhost" + port: "ThisServer"} {
		result, _ := s.do("POST", "/apiv1", signIn, "Host", host).body.Result.(map[string]any)
		if result["path"] != path {
			t.Errorf("at %s the path is %v, want %s", host, result["path"], path)
		}
	}
	for body, status := range map[string]int{`{"name":"http://x"}`: 400, `{"nome":"x"}`: 400, `{"name":""}`: 200} {
		if got := s.do("POST", "/_sim/server", body); got.status != status {
			t.Errorf("%s = %d %s", body, got.status, got.text)
		}
	}
	named := start(t, simkit.Options{}, sim.Server("my30.example"))
	named.turn("other_server", "true")
	if result, _ := named.authenticate(service).body.Result.(map[string]any); result["path"] != "my30.example" {
		t.Errorf("the path is %v", result["path"])
	}
}
