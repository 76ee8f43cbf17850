package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, simtest.In(dir))
	first.must("PUT", "/v1/vehicles/"+vehicle, `{"eld_device_id":9007199254740993,"vin":null}`)
	made := first.must("POST", "/v1/vehicles", with(newVehicle, `"external_ids_attributes":[{"external_id":"9","integration_name":"tms"}]`))
	first.must("POST", "/v1/assets", newAsset)
	first.must("POST", "/v1/users", newDriver)
	first.must("POST", "/v2/messages", `{"sender_id":520008,"receiver_ids":[520001],"body":"a"}`)
	first.must("POST", "/v1/fuel_purchases", newFuel)
	first.must("PUT", "/v2/inspection_reports/"+report, `{"defect_statuses":{"status":"repaired","resolved_defects":[4311]}}`)

	second := start(t, simtest.In(dir)) // the first was not closed, as after kill -9
	simtest.Same(t, first.Sim, second.Sim, "vehicles", "assets", "users", "groups", "companies", "messages",
		"fuel_purchases", "inspection_reports", "external_ids", "changes")
	for _, path := range []string{"/v1/vehicles", "/v1/assets", "/v1/users", "/v1/fuel_purchases", "/v2/inspection_reports"} {
		if diff := cmp.Diff(first.Do("GET", path, "").Text, second.Do("GET", path, "").Text); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	found := second.must("GET", "/v1/vehicles/lookup_by_external_id?external_id=9&integration_name=tms", "")
	if simtest.ID(found) != simtest.ID(made) {
		t.Errorf("found %s, made %s", simtest.ID(found), simtest.ID(made))
	}
	if got := second.Do("POST", "/v1/users", newDriver); got.Status != 400 {
		t.Errorf("the username was given away after the restart: %d", got.Status)
	}
	next := simtest.ID(second.must("POST", "/v1/vehicles", newVehicle))
	for _, o := range first.Objects("vehicles") {
		if simtest.ID(o) == next {
			t.Errorf("the id %s was given twice", next)
		}
	}
}

func TestTheSeedIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	one, two := start(t), start(t)
	for collection, want := range map[string][]string{
		"vehicles": {"1800001", "1800002", "1800003", "1800004", "1800005", "1800006"},
		"assets":   {"520001", "520002", "520003", "520004"}, "groups": {"41001", "41002"}, "companies": {"7001"},
		"users":          {"520001", "520002", "520003", "520004", "520005", "520006", "520007", "520008"},
		"fuel_purchases": {"660001", "660002"}, "inspection_reports": {"770001", "770002"}, "external_ids": {"310001", "310002"},
	} {
		if diff := cmp.Diff(want, simtest.IDs(one.Objects(collection))); diff != "" {
			t.Errorf("%s: %s", collection, diff)
		}
		simtest.Same(t, one.Sim, two.Sim, collection, "messages")
	}
	if got := one.must("GET", "/v1/users/"+deactivated, ""); got["status"] != "deactivated" || got["role"] != "driver" {
		t.Errorf("the deactivated driver = %v", got)
	}
}
