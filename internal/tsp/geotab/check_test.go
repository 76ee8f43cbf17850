package geotab_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// account answers as a database with the group b2781, the defect list b278A of defectList and the custom property Make.
func account(a asked) string {
	switch {
	case a.name == "Get Group" && strings.Contains(a.body, `"b278A"`):
		return defectList
	case a.name == "Get Group" && !strings.Contains(a.body, `"b2781"`) && !strings.Contains(a.body, `"id":"Group`):
		return `{"result":[],"jsonrpc":"2.0"}`
	case a.name == "Get Property":
		return `{"result":[{"id":"p7","name":"Make","propertyType":"String","propertySet":{"id":"s1"}}],"jsonrpc":"2.0"}`
	}
	return ""
}

func TestSettingsThatNameWhatGeotabLacksAreRefused(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		set         tsp.Settings
		key, reason string
	}{
		{tsp.Settings{}, "", ""},
		{tsp.Settings{"default_group_ids": []string{"b2781"}}, "", ""},
		{tsp.Settings{"default_group_ids": []string{"b2781", "b9"}}, "default_group_ids", `no group "b9"`},
		{tsp.Settings{"driver_group_ids": []string{"b9"}}, "driver_group_ids", `no group "b9"`},
		{tsp.Settings{"driver_security_group_id": "b9"}, "driver_security_group_id", `no group "b9"`},
		{tsp.Settings{"user_security_group_id": "b9"}, "user_security_group_id", `no group "b9"`},
		{tsp.Settings{"user_security_group_id": "GroupViewOnlySecurityId"}, "", ""},
		{tsp.Settings{"defect_list_id": "b278A"}, "", ""},
		{tsp.Settings{"defect_list_id": "b9"}, "defect_list_id", `no group "b9"`},
		{tsp.Settings{"defect_list_id": "b2781"}, "defect_list_id", "no defect list"},
		{tsp.Settings{"trailer_defect_list_id": "b9"}, "trailer_defect_list_id", `no group "b9"`},
		{tsp.Settings{"defect_list_id": "b278A", "defect_ids": []string{"brakes=d1", " tires = p1"}}, "", ""},
		{tsp.Settings{"defect_list_id": "b278A", "defect_ids": []string{"brakes=d9"}}, "defect_ids", `have no "d9"`},
		{tsp.Settings{"defect_list_id": "b278A", "defect_ids": []string{"break=d1"}}, "defect_ids", `"break" is none`},
		{tsp.Settings{"defect_list_id": "b278A", "defect_ids": []string{"d1"}}, "defect_ids", "no pair"},
		{tsp.Settings{"time_zone": "America/Chicago"}, "", ""},
		{tsp.Settings{"time_zone": "Chicago"}, "time_zone", "IANA"},
		{tsp.Settings{"oem_property": "Make"}, "", ""},
		{tsp.Settings{"model_type_property": "p7"}, "", ""},
		{tsp.Settings{"trailer_type_property": "Kind"}, "trailer_type_property", `no custom property "Kind"`},
	} {
		session := (&stub{answer: account}).session(t, "", one.set)
		checker, ok := session.(tsp.SettingsChecker)
		if !ok {
			t.Fatal("the session checks no settings")
		}
		err := checker.CheckSettings(t.Context(), tsptest.Free{})
		if one.key == "" {
			if err != nil {
				t.Errorf("%v: %v", one.set, err)
			}
			continue
		}
		if e := ended(t, err); e.Class != tsp.Rejected || e.Setting != one.key || !strings.Contains(e.Message, one.reason) {
			t.Errorf("%v: %v of the setting %q, want one of %s with %q", one.set, e, e.Setting, one.key, one.reason)
		}
	}
}

func TestOnlyWhatIsSetIsAskedFor(t *testing.T) {
	t.Parallel()
	geotab := &stub{}
	checker := geotab.session(t, "", nil).(tsp.SettingsChecker)
	if err := checker.CheckSettings(t.Context(), tsptest.Free{}); err != nil || len(geotab.calls) > 0 {
		t.Errorf("%v after %s", err, geotab.names())
	}
}

func TestWhatGeotabWouldRefuseIsRefusedBeforeItIsAccepted(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 1025)
	for _, one := range []struct {
		verb              resource.Verb
		kind              resource.Kind
		body, path, fewer string
	}{
		{resource.Create, resource.KindVehicle, `{"vehicle_name":"T","notes":"` + long + `"}`, "notes", `{"vehicle_name":"T","notes":"` + long[1:] + `"}`},
		{resource.Update, resource.KindVehicle, `{"notes":"` + long + `"}`, "notes", `{"notes":null}`},
		{resource.Create, resource.KindTrailer, `{"trailer_name":"T","notes":"` + long + `"}`, "notes", `{"trailer_name":"T","notes":""}`},
		{resource.Update, resource.KindUser, `{"notes":"` + long + `"}`, "notes", `{"notes":"` + long[1:] + `"}`},
		{resource.Create, resource.KindFuelTransaction, aFuel + `,"total_cost":-0.01,"currency":"USD"}`, "total_cost", aFuel + `,"total_cost":0.01,"currency":"USD"}`},
		{resource.Update, resource.KindUser, `{"country_code":"XXX"}`, "country_code", `{"country_code":"POL"}`},
		{resource.Update, resource.KindUser, `{"country_code":"12a"}`, "country_code", `{"country_code":"pol"}`},
	} {
		problems, _ := policy(t, one.verb, one.kind, one.body)
		if len(problems) != 1 || !strings.HasPrefix(problems[0], one.path+": ") {
			t.Errorf("%s %s is refused for %v", one.verb, one.kind, problems)
		}
		if problems, _ = policy(t, one.verb, one.kind, one.fewer); len(problems) > 0 {
			t.Errorf("%s is refused for %v", one.fewer, problems)
		}
	}
}

func TestACountryIsToldInCapitals(t *testing.T) {
	t.Parallel()
	server := &stub{}
	if _, err := server.writes(t, resource.Update, resource.KindUser, `{"country_code":"pol"}`); err != nil || !strings.Contains(server.last(), `"countryCode":"PL"`) {
		t.Errorf("%v after %s", err, server.last())
	}
}

// A device without a serial number has no hardware, and so no tank.
func TestATankOfAVehicleWithoutHardwareIsRefusedAndNotAskedFor(t *testing.T) {
	t.Parallel()
	const tank = `{"fuel_capacity":"400","fuel_unit":"liters"}`
	for device, refused := range map[string]bool{
		`{"id":"b1","serialNumber":""}`: true, `{"id":"b1","serialNumber":"000-000-0000"}`: true, `{"id":"b1"}`: true,
		`{"id":"b1","serialNumber":"G9A"}`: false,
	} {
		server := &stub{answer: func(a asked) string {
			if a.name == "Get Device" {
				return `{"result":[` + device + `],"jsonrpc":"2.0"}`
			}
			return ""
		}}
		_, err := server.writes(t, resource.Update, resource.KindVehicle, tank)
		if !refused {
			if err != nil || !strings.Contains(server.last(), `"fuelTankCapacity":400`) {
				t.Errorf("%s: %v after %s", device, err, server.last())
			}
			continue
		}
		if e := ended(t, err); e.Class != tsp.Rejected || !strings.Contains(e.Message, "fuel_capacity") || strings.Contains(server.names(), "Set") {
			t.Errorf("%s: %v after %s", device, e, server.names())
		}
	}
	_, warnings := policy(t, resource.Update, resource.KindVehicle, tank)
	if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "fuel_capacity: ") {
		t.Errorf("the warnings are %v", warnings)
	}
}

func TestAnotherUserOfADatabaseIsKnownByItsNameHoweverItIsSpelt(t *testing.T) {
	t.Parallel()
	session := (&stub{answer: account}).session(t, "", tsp.Settings{})
	for name, want := range map[string]bool{"Demo-Service@waybill.example": true, "demo-service@waybill.example ": true,
		"dispatcher@waybill.example": false, "": false} {
		other := tsp.Credentials{Kind: "geotab", Fields: map[string]string{"username": name, "database": "demo"}}
		if same, err := session.(tsp.Recognizer).Recognizes(t.Context(), other, tsptest.Free{}); err != nil || same != want {
			t.Errorf("%q: %v, %v", name, same, err)
		}
	}
}
