package geotab_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/geotab"
)

// policy is what the adapter says of a payload before it is written, as "path: message".
func policy(t *testing.T, verb resource.Verb, kind resource.Kind, body string) (problems, warnings []string) {
	t.Helper()
	spec, w := geotab.New().Spec(), aWrite(t, verb, kind, body)
	set := spec.Effective(tsp.Settings{"initial_password": "first-Pass-7"})
	out := spec.Actions[w.Capability].Under(set).Apply(spec.DisplayName, w.Schema, w.Payload, set)
	for _, p := range out.Problems {
		problems = append(problems, p.Path+": "+p.Message)
	}
	for _, one := range out.Warnings {
		warnings = append(warnings, one.Path+": "+one.Message)
	}
	return problems, warnings
}

func TestAUserIsNamedByTheUsernameElseByTheAddress(t *testing.T) {
	t.Parallel()
	const names, lost = `"first_name":"Ada","last_name":"Byron"`, "user_email: not sent to Geotab"
	const renames = "user_email: becomes the name"
	for _, one := range []struct {
		verb                resource.Verb
		given, name, warned string
	}{
		{resource.Create, `"username":"ada"`, "ada", ""},
		{resource.Create, `"user_email":"ada@x.example"`, "ada@x.example", ""},
		{resource.Create, `"user_email":"ada@x.example","username":"ada@x.example"`, "ada@x.example", ""},
		{resource.Create, `"user_email":"ada@x.example","username":"ada"`, "ada", lost},
		{resource.Create, `"user_email":"ada@x.example","username":null`, "ada@x.example", ""},
		{resource.Update, `"username":"ada"`, "ada", ""},
		{resource.Update, `"user_email":"ada@x.example"`, "ada@x.example", renames},
		{resource.Update, `"user_email":"ada@x.example","username":"ada"`, "ada", lost},
	} {
		body := "{" + names + "," + one.given + "}"
		server := &stub{}
		if _, err := server.writes(t, one.verb, resource.KindUser, body); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(server.last(), `"name":"`+one.name+`"`) {
			t.Errorf("%s %s is written as %s", one.verb, one.given, server.last())
		}
		problems, warnings := policy(t, one.verb, resource.KindUser, body)
		if len(problems) > 0 || !strings.HasPrefix(strings.Join(warnings, "; "), one.warned) || one.warned == "" && len(warnings) > 0 {
			t.Errorf("%s %s: refused for %v, warned of %v", one.verb, one.given, problems, warnings)
		}
	}
}

func TestOnlyWhatChangesIsSentWhereTheConnectionSaysSo(t *testing.T) {
	t.Parallel()
	server := &stub{}
	session := server.session(t, "", tsp.Settings{"partial_set": true})
	if _, err := session.Write(t.Context(), aWrite(t, resource.Update, resource.KindVehicle, `{"vehicle_name":"T-901","notes":null}`)); err != nil {
		t.Fatal(err)
	}
	if got := server.names(); got != "Authenticate, Set Device" || !strings.Contains(server.last(), `"entity":{"comment":"","id":"b1","name":"T-901"}`) {
		t.Errorf("%s: %s", got, server.last())
	}
}

func TestHardwareIsNotWrittenBack(t *testing.T) {
	t.Parallel()
	server := &stub{answer: func(a asked) string {
		if a.name == "Get Device" {
			return `{"result":[{"id":"b1","name":"T-900","deviceType":"GO9","productId":105,"hardwareId":77,"serialNumber":"G9",` +
				`"engineVehicleIdentificationNumber":"V","odometerOffset":1.0,"groups":[{"id":"b2781"}]}],"jsonrpc":"2.0"}`
		}
		return ""
	}}
	if _, err := server.writes(t, resource.Update, resource.KindVehicle, `{"vehicle_name":"T-901"}`); err != nil {
		t.Fatal(err)
	}
	const want = `"entity":{"groups":[{"id":"b2781"}],"id":"b1","name":"T-901","odometerOffset":1.0,"serialNumber":"G9"}`
	if !strings.Contains(server.last(), want) {
		t.Errorf("%s lacks %s", server.last(), want)
	}
}
