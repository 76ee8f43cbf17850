package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := newWatch()
	opts := simkit.Options{Dir: dir, Now: clock.time}
	first := start(t, opts)
	first.must("PUT", "/v1/vehicles/"+vehicle, `{"eld_device_id":9007199254740993,"vin":null}`)
	made := first.must("POST", "/v1/vehicles", with(newVehicle, `"external_ids_attributes":[{"external_id":"9","integration_name":"tms"}]`))
	first.must("POST", "/v1/assets", newAsset)
	first.must("POST", "/v1/users", newDriver)
	first.must("POST", "/v2/messages", `{"sender_id":520008,"receiver_ids":[520001],"body":"a"}`)
	first.must("POST", "/v1/fuel_purchases", newFuel)
	first.must("PUT", "/v2/inspection_reports/"+report, `{"defect_statuses":{"status":"repaired","resolved_defects":[4311]}}`)

	second := start(t, opts) // the first was not closed, as after kill -9
	for _, path := range []string{
		"/_sim/objects/vehicles", "/_sim/objects/assets", "/_sim/objects/users", "/_sim/objects/groups", "/_sim/objects/companies",
		"/_sim/objects/messages", "/_sim/objects/fuel_purchases", "/_sim/objects/inspection_reports", "/_sim/objects/external_ids",
		"/_sim/objects/changes", "/v1/vehicles", "/v1/assets", "/v1/users", "/v1/fuel_purchases", "/v2/inspection_reports",
	} {
		if diff := cmp.Diff(first.do("GET", path, "").text, second.do("GET", path, "").text); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	if found := second.must("GET", "/v1/vehicles/lookup_by_external_id?external_id=9&integration_name=tms", ""); id(found) != id(made) {
		t.Errorf("found %s, made %s", id(found), id(made))
	}
	if got := second.do("POST", "/v1/users", newDriver); got.status != 400 {
		t.Errorf("the username was given away after the restart: %d", got.status)
	}
	next := id(second.must("POST", "/v1/vehicles", newVehicle))
	for _, o := range first.objects("vehicles") {
		if id(o) == next {
			t.Errorf("the id %s was given twice", next)
		}
	}
}

func TestTheSeedIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	one, two := start(t, simkit.Options{Now: clock.time}), start(t, simkit.Options{Now: clock.time})
	for collection, want := range map[string][]string{
		"vehicles": {"1800001", "1800002", "1800003", "1800004", "1800005", "1800006"},
		"assets":   {"520001", "520002", "520003", "520004"}, "groups": {"41001", "41002"}, "companies": {"7001"},
		"users":          {"520001", "520002", "520003", "520004", "520005", "520006", "520007", "520008"},
		"fuel_purchases": {"660001", "660002"}, "inspection_reports": {"770001"}, "external_ids": {"310001", "310002"},
	} {
		path := "/_sim/objects/" + collection
		if diff := cmp.Diff(one.do("GET", path, "").text, two.do("GET", path, "").text); diff != "" {
			t.Errorf("%s: %s", collection, diff)
		}
		if diff := cmp.Diff(want, ids(one.objects(collection))); diff != "" {
			t.Errorf("%s: %s", collection, diff)
		}
	}
	if one.do("GET", "/_sim/objects/messages", "").text != two.do("GET", "/_sim/objects/messages", "").text {
		t.Error("the messages differ")
	}
	if got := one.must("GET", "/v1/users/"+deactivated, ""); got["status"] != "deactivated" || got["role"] != "driver" {
		t.Errorf("the deactivated driver = %v", got)
	}
}
