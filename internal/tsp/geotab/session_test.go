package geotab_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestOnlyADeadSessionIsSignedInAgain(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"InvalidUserException":        "Authenticate, Add Device, Authenticate, Add Device",
		"ExpiredPasswordException":    "Authenticate, Add Device",
		"InvalidMyAdminUserException": "Authenticate, Add Device",
		"InactiveUserException":       "Authenticate, Add Device",
		"CaptchaException":            "Authenticate, Add Device",
		"InvalidPermissionsException": "Authenticate, Add Device",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			n := 0
			geotab := &stub{answer: func(a asked) string {
				if a.name == "Authenticate" {
					n++
					return strings.ReplaceAll(usual(a.name), "session-one", fmt.Sprint("session-", n))
				}
				return thrown(kind, "no")
			}}
			_, _ = geotab.writes(t, resource.Create, resource.KindVehicle, aDevice)
			if got := geotab.names(); got != want {
				t.Errorf("the calls are %s, want %s", got, want)
			}
		})
	}
}

func TestADatabaseThatMovedIsLookedForAtTheRoot(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"UnknownDatabase", "Initializing"} {
		server := "my1.geotab.com"
		geotab := &stub{}
		geotab.answer = func(a asked) string {
			switch {
			case a.name == "Authenticate":
				said := strings.ReplaceAll(usual(a.name), "ThisServer", server)
				server = "my2.geotab.com"
				return strings.ReplaceAll(said, "session-one", "session at "+server)
			case a.host == "my1.geotab.com":
				return thrown("DbUnavailableException", message)
			}
			return ""
		}
		if _, err := geotab.writes(t, resource.Create, resource.KindVehicle, aDevice); err != nil {
			t.Fatal(err)
		}
		var hosts []string
		for _, one := range geotab.calls {
			hosts = append(hosts, one.host)
		}
		if got, want := strings.Join(hosts, ", "), "my.geotab.com, my1.geotab.com, my.geotab.com, my2.geotab.com"; got != want {
			t.Errorf("%s: the hosts are %s, want %s", message, got, want)
		}
	}
}

func TestAServerThatIsNoHostOrLeadsOutOfATestIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ base, path, want string }{
		{"", "my30.geotab.com", "my30.geotab.com"},
		{"", "evil.example/x?", "my.geotab.com"},
		{"", "u@evil.example", "my.geotab.com"},
		{"http://127.0.0.1:9203", "my30.geotab.com", "127.0.0.1:9203"},
		{"http://127.0.0.1:9203", "localhost:9203", "localhost:9203"},
	} {
		geotab := &stub{answer: func(a asked) string {
			if a.name == "Authenticate" {
				return strings.ReplaceAll(usual(a.name), "ThisServer", one.path)
			}
			return ""
		}}
		if _, err := geotab.session(t, one.base, nil).Write(t.Context(), aWrite(t, resource.Create, resource.KindVehicle, aDevice)); err != nil {
			t.Fatal(err)
		}
		if got := geotab.calls[1].host; got != one.want {
			t.Errorf("a session of %q that is sent to %q calls %s, want %s", one.base, one.path, got, one.want)
		}
	}
}

// Whoever stands between us and Geotab may answer with any status, and Geotab with 200 to everything.
func TestOnlyGeotabsOwnWordsRefuseASignIn(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]tsp.Class{
		thrown("InvalidUserException", "Incorrect login credentials"): tsp.Unauthorized,
		thrown("ExpiredPasswordException", "expired"):                 tsp.Unauthorized,
		thrown("DbUnavailableException", "DbLoading"):                 tsp.Unavailable,
		thrown("ArgumentException", "database"):                       tsp.Unavailable,
		thrown("InvalidPermissionsException", "no"):                   tsp.Unavailable,
		thrown("OverLimitException", "Maximum admitted 10 per 1m."):   tsp.Throttled,
		"401 <html>log in</html>":                                     tsp.Unavailable,
		"403 <html>blocked</html>":                                    tsp.Unavailable,
		"404 <html>not found</html>":                                  tsp.Unavailable,
	} {
		geotab := &stub{answer: func(asked) string { return answer }}
		_, err := geotab.writes(t, resource.Create, resource.KindVehicle, aDevice)
		if e := ended(t, err); e.Class != want || geotab.names() != "Authenticate" {
			t.Errorf("%s in answer to Authenticate is %v, want class %s; the calls are %s", answer, e, want, geotab.names())
		}
	}
}

func TestSigningInThatIsAnsweredByNonsenseChangesNothing(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"<html>hotel</html>", `{"result":{"path":"Thi`, `{"status":"ok"}`} {
		geotab := &stub{answer: func(asked) string { return answer }}
		_, err := geotab.writes(t, resource.Create, resource.KindVehicle, aDevice)
		if e := ended(t, err); e.Class != tsp.Unavailable {
			t.Errorf("%s in answer to Authenticate is %v, want class %s", answer, e, tsp.Unavailable)
		}
	}
}

func TestACheckAsksForOneGroupWhateverTheSettingsAre(t *testing.T) {
	t.Parallel()
	geotab := &stub{}
	session := geotab.session(t, "", tsp.Settings{"default_group_ids": []string{"b9"}, "oem_property": "Make"})
	account, err := session.Check(t.Context(), tsptest.Free{})
	if err != nil || account.Key != "geotab.com/demo" || geotab.names() != "Authenticate, Get Group" || !strings.Contains(geotab.last(), `"resultsLimit":1,`) {
		t.Errorf("%+v, %v after %s", account, err, geotab.names())
	}
}

func TestAnAccountStaysTheSameWhereverItsDatabaseIs(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ base, want string }{
		{"", "geotab.com/demo"}, {"http://127.0.0.1:9203", "127.0.0.1:9203/demo"},
	} {
		for _, path := range []string{"ThisServer", "my30.geotab.com", "localhost:9203", "fleet.example"} {
			server := &stub{answer: func(a asked) string {
				if a.name == "Authenticate" {
					return strings.ReplaceAll(usual(a.name), "ThisServer", path)
				}
				return ""
			}}
			if account, err := server.session(t, one.base, nil).Check(t.Context(), tsptest.Free{}); err != nil || account.Key != one.want {
				t.Errorf("at %s the account is %+v, %v, want %s", path, account, err, one.want)
			}
		}
	}
}

func TestADatabaseThatNoServerKnowsIsTheCredentialThatIsWrong(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{"UnknownDatabase": "database", "Initializing": "", "ConnectionFailure": ""} {
		geotab := &stub{answer: func(asked) string { return thrown("DbUnavailableException", message) }}
		_, err := geotab.session(t, "", nil).Check(t.Context(), tsptest.Free{})
		if e := ended(t, err); e.Credential != want || e.Class != tsp.Unavailable {
			t.Errorf("%s: %+v", message, e)
		}
	}
}
