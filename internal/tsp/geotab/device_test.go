package geotab_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// aDiesel is a device as Geotab has it.
const aDiesel = `{"id":"b1","name":"T-900","groups":[{"id":"b2781"},{"id":"GroupVehicleId"},{"id":"GroupDieselId"},{"id":"GroupInternalCombustionEngineId"}],` +
	`"customProperties":[{"property":{"id":"p1","propertySet":{"id":"s1"}},"value":"Volvo"},{"property":{"id":"p9"},"value":true}]}`

// updates writes an update of a vehicle that Geotab has as aDiesel, and returns the entity that Set is given.
func updates(t *testing.T, set tsp.Settings, body string) (entity, calls string) {
	t.Helper()
	server := &stub{answer: database("Device", aDiesel)}
	if _, err := server.session(t, "", set).Write(t.Context(), aWrite(t, resource.Update, resource.KindVehicle, body)); err != nil {
		t.Fatal(err)
	}
	_, entity, _ = strings.Cut(server.last(), `"entity":`)
	return entity, server.names()
}

func TestAnUpdateReplacesThePowertrainAndNoOtherGroup(t *testing.T) {
	t.Parallel()
	const want = `"groups":[{"id":"b2781"},{"id":"GroupVehicleId"},{"id":"GroupBatteryElectricVehicleId"},{"id":"GroupManuallyClassifiedPowertrainId"}]`
	for _, partial := range []bool{false, true} {
		got, calls := updates(t, tsp.Settings{"powertrain_groups": true, "partial_set": partial}, `{"engine_type":"ELECTRICITY"}`)
		if !strings.Contains(got, want) || strings.Contains(got, `"name"`) == partial || calls != "Authenticate, Get Device, Set Device" {
			t.Errorf("partial_set %v: %s after %s", partial, got, calls)
		}
	}
	if got, _ := updates(t, nil, `{"engine_type":"ELECTRICITY","notes":"n"}`); !strings.Contains(got, `{"id":"GroupDieselId"}`) {
		t.Errorf("without the setting %s is written", got)
	}
}

func TestAnEngineWithoutAPowertrainGroupIsRefused(t *testing.T) {
	t.Parallel()
	spec, w := newSpec(), aWrite(t, resource.Create, resource.KindVehicle, `{"vehicle_name":"T","engine_type":"HYBRID"}`)
	set := spec.Effective(tsp.Settings{"powertrain_groups": true})
	out := spec.Actions[w.Capability].Under(set).Apply(spec.DisplayName, w.Schema, w.Payload, set)
	if len(out.Problems) != 1 || out.Problems[0].Path != "engine_type" {
		t.Errorf("the problems are %v", out.Problems)
	}
}

func TestCustomPropertiesAreWrittenInTheirTypesBesideTheOthers(t *testing.T) {
	t.Parallel()
	set := tsp.Settings{"oem_property": "p1", "model_year_property": "Year"}
	const other = `{"property":{"id":"p9"},"value":true}`
	for body, want := range map[string]string{
		`{"oem":"Mack","model_year":2022}`: `"customProperties":[{"property":{"id":"p1","propertySet":{"id":"s1"}},"value":"Mack"},` + other +
			`,{"property":{"id":"p2","propertySet":{"id":"s1"}},"value":2022}]`,
		`{"oem":null}`:      `"customProperties":[{"property":{"id":"p1","propertySet":{"id":"s1"}},"value":null},` + other + `]`,
		`{"notes":"other"}`: `"customProperties":[{"property":{"id":"p1","propertySet":{"id":"s1"}},"value":"Volvo"},` + other + `]`,
	} {
		if got, calls := updates(t, set, body); !strings.Contains(got, want) {
			t.Errorf("%s: %s after %s, want %s", body, got, calls, want)
		}
	}
	got, calls := updates(t, tsp.Settings{"oem_property": "p1", "partial_set": true}, `{"oem":"Mack"}`)
	if !strings.Contains(got, other) || strings.Contains(got, `"groups"`) {
		t.Errorf("with partial_set: %s after %s", got, calls)
	}
}

func TestAPropertyThatCannotHoldTheValueIsRefused(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		set   tsp.Settings
		body  string
		about string
	}{
		{tsp.Settings{"oem_property": "Year"}, `{"vehicle_name":"T","oem":"Mack"}`, "whole numbers"},
		{tsp.Settings{"oem_property": "Make"}, `{"vehicle_name":"T","oem":"Freightliner"}`, "9 characters"},
		{tsp.Settings{"oem_property": "Colour"}, `{"vehicle_name":"T","oem":"Mack"}`, "no custom property"},
	} {
		server := &stub{answer: database("Device", aDiesel)}
		_, err := server.session(t, "", one.set).Write(t.Context(), aWrite(t, resource.Create, resource.KindVehicle, one.body))
		if e := ended(t, err); e.Class != tsp.Rejected || e.Setting != "oem_property" || !strings.Contains(e.Message, one.about) || strings.Contains(server.names(), "Add") {
			t.Errorf("%v: %v after %s", one.set, e, server.names())
		}
	}
}

func TestADeviceIsToldAsItIsBeforeItIsChanged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set  tsp.Settings
		told bool
	}{{nil, true}, {tsp.Settings{"oem_property": "p1"}, false}} {
		server, told := &stub{answer: database("Device", aDiesel)}, ""
		w := aWrite(t, resource.Update, resource.KindVehicle, `{"vehicle_name":"T-901"}`)
		w.Read = func(r tsp.Record) { told = string(r.Fields) }
		if _, err := server.session(t, "", c.set).Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if c.told != strings.Contains(told, `"vehicle_name":"T-900"`) {
			t.Errorf("with %v it is told as %q", c.set, told)
		}
	}
}
