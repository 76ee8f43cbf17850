package sim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestAVehicleKeepsWhatAPutDoesNotNameAndShowsNulls(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Clock.Advance(time.Minute)
	s.must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"m"}`)
	s.must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n","availability_details":{"availability_status":"out_of_service","out_of_service_reason":"engine"}}`)
	got := s.must("PUT", "/v1/vehicles/"+vehicle, `{"vin":null,"current_driver":{"id":520002},"permanent_driver_id":520001,"availability_details":{"additional_note":"a"}}`)
	want := map[string]any{
		"id": 1800001.0, "company_id": 7001.0, "number": "101", "status": "active", "ifta": true, "vin": nil,
		"make": "Freightliner", "model": "Cascadia", "year": "2012", "license_plate_state": "CA",
		"license_plate_number": "8DF1101", "license_plate_country_code": "US", "metric_units": false, "fuel_type": "diesel",
		"prevent_auto_odometer_entry": false, "notes": "n", "group_ids": []any{41001.0}, "eld_device": nil, "current_driver": nil,
		"created_at": "2026-11-24T12:00:00Z", "updated_at": "2026-11-24T12:01:00Z",
		"availability_details": map[string]any{
			"availability_status": "out_of_service", "out_of_service_reason": "engine", "additional_note": "a",
			"updated_at": "2026-11-24T12:01:00Z",
		},
		"permanent_driver": map[string]any{
			"id": 520001.0, "first_name": "Amir", "last_name": "Haddad", "username": "amir.haddad", "role": "driver",
			"email": "amir.haddad@demofreight.example", "driver_company_id": "D-1", "status": "active",
		},
		"external_ids": []any{map[string]any{"id": 310001.0, "external_id": "V-101", "integration_name": "demo_tms"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got, s.must("GET", "/v1/vehicles/"+vehicle, "")); diff != "" {
		t.Errorf("read back: %s", diff)
	}
}

func TestIdsGrowAndAreNumbers(t *testing.T) {
	t.Parallel()
	s := start(t)
	for path, body := range map[string]string{
		"/v1/vehicles": newVehicle, "/v1/assets": newAsset, "/v1/fuel_purchases": newFuel,
	} {
		first, _ := s.must("POST", path, body)["id"].(float64)
		second, _ := s.must("POST", path, body)["id"].(float64)
		if first == 0 || second <= first {
			t.Errorf("%s: %v, then %v", path, first, second)
		}
	}
}

func TestAnExternalIDBelongsToOneRecordOfAnyClass(t *testing.T) {
	t.Parallel()
	s := start(t)
	pair := `[{"external_id":"K-1","integration_name":"tms"}]`
	made := s.must("POST", "/v1/vehicles", with(newVehicle, `"external_ids_attributes":`+pair))
	for _, path := range []string{"/v1/vehicles/" + simtest.ID(made), "/v1/assets/" + asset, "/v1/users/" + driver, "/v2/inspection_reports/" + report} {
		if message := refused(t, s.Do("PUT", path, `{"external_ids_attributes":`+pair+`}`), http.StatusBadRequest); !strings.Contains(message, `"K-1"`) {
			t.Errorf("PUT %s: %q", path, message)
		}
	}
	s.must("PUT", "/v1/assets/"+asset, `{"external_ids_attributes":[{"external_id":"K-1","integration_name":"other"}]}`)
	found := s.must("GET", "/v1/assets/lookup_by_external_id?external_id=K-1&integration_name=other", "")
	if list, _ := found["external_ids"].([]any); simtest.ID(found) != asset || len(list) != 1 {
		t.Errorf("found %v", found)
	}
	refused(t, s.Do("GET", "/v1/users/lookup_by_external_id?external_id=K-1&integration_name=tms", ""), http.StatusNotFound)
}

func TestAttributesAddAnExternalIDAndWithAnIDChangeIt(t *testing.T) {
	t.Parallel()
	s := start(t)
	added := s.must("PUT", "/v1/vehicles/"+vehicle, `{"external_ids_attributes":[{"external_id":"9","integration_name":"tms"}]}`)
	list, _ := added["external_ids"].([]any)
	if len(list) != 2 {
		t.Fatalf("external ids = %v", list)
	}
	second, _ := list[1].(map[string]any)
	s.must("PUT", "/v1/vehicles/"+vehicle, `{"external_ids_attributes":[{"id":`+simtest.ID(second)+`,"external_id":"10","integration_name":"tms"}]}`)
	refused(t, s.Do("GET", "/v1/vehicles/lookup_by_external_id?external_id=9&integration_name=tms", ""), http.StatusNotFound)
	s.must("GET", "/v1/vehicles/lookup_by_external_id?external_id=10&integration_name=tms", "")
	s.Do("DELETE", "/v1/external_ids/"+simtest.ID(second), "")
	refused(t, s.Do("GET", "/v1/vehicles/lookup_by_external_id?external_id=10&integration_name=tms", ""), http.StatusNotFound)
	if got := s.must("GET", "/v1/vehicles/"+vehicle, "")["external_ids"]; fmt.Sprint(got) != "[map[external_id:V-101 id:310001 integration_name:demo_tms]]" {
		t.Errorf("external ids = %v", got)
	}
}

func TestAnExternalIDRecordTellsItsHolder(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.must("POST", "/v1/external_ids?external_id=77&integration_name=tms&external_id_holder_id="+driver+"&external_id_holder_type=User", "")
	want := map[string]any{
		"id": made["id"], "external_id": "77", "integration_name": "tms", "external_id_holder_id": 520001.0, "external_id_holder_type": "User",
	}
	if diff := cmp.Diff(want, made); diff != "" || simtest.ID(made) == "" {
		t.Error(diff)
	}
	changed := s.must("PUT", "/v1/external_ids/"+simtest.ID(made)+"?external_id=78", "")
	if changed["external_id"] != "78" || changed["integration_name"] != "tms" {
		t.Errorf("changed = %v", changed)
	}
	if found := s.must("GET", "/v1/users/lookup_by_external_id?external_id=78&integration_name=tms", ""); simtest.ID(found) != driver {
		t.Errorf("found %s", simtest.ID(found))
	}
}

func TestOnlyDriversHaveTheMembersOfDrivers(t *testing.T) {
	t.Parallel()
	s := start(t)
	d, a := s.must("GET", "/v1/users/"+driver, ""), s.must("GET", "/v1/users/"+admin, "")
	for _, name := range []string{"eld_mode", "time_tracking_mode", "cycle", "drivers_license_number", "driver_company_id", "yard_moves_enabled"} {
		if _, has := d[name]; !has {
			t.Errorf("the driver lacks %s", name)
		}
		if _, has := a[name]; has {
			t.Errorf("the admin has %s", name)
		}
	}
	if v, has := d["phone_ext"]; !has || v != nil {
		t.Errorf("phone_ext = %v, %v", v, has)
	}
}

func TestAPasswordIsKeptNowhere(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.must("POST", "/v1/users", strings.Replace(newDriver, "secret", "hunter22", 1))
	s.must("PUT", "/v1/users/"+simtest.ID(made), `{"password":"hunter23"}`)
	for _, path := range []string{"/_sim/objects/users", "/_sim/objects/changes", "/_sim/requests", "/v1/users"} {
		if strings.Contains(s.Do("GET", path, "").Text, "hunter2") {
			t.Errorf("%s holds a password", path)
		}
	}
}

func TestAUserIsFoundByWhatIdentifiesIt(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, query := range []string{
		"email=amir.haddad@demofreight.example", "username=amir.haddad", "driver_company_id=D-1", "phone=4155550100",
		"username=amir.haddad&driver_company_id=D-1",
	} {
		if found := s.must("GET", "/v1/users/lookup?"+query, ""); simtest.ID(found) != driver {
			t.Errorf("%s: %s", query, simtest.ID(found))
		}
	}
	refused(t, s.Do("GET", "/v1/users/lookup?username=amir.haddad&driver_company_id=D-2", ""), http.StatusNotFound)
	refused(t, s.Do("GET", "/v1/users/lookup?phone=", ""), http.StatusNotFound)
}

func TestTheAdminSideShowsChangesInOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	for n := range 3 {
		s.must("PUT", "/v1/vehicles/"+vehicle, fmt.Sprintf(`{"notes":"%d"}`, n))
	}
	var notes []any
	last := 0.0
	for _, c := range s.Objects("changes") {
		seq, _ := c["seq"].(float64)
		if seq <= last || c["collection"] != "vehicles" || c["id"] != 1800001.0 || c["at"] != "2026-11-24T12:00:00.000Z" {
			t.Errorf("change = %v", c)
		}
		patch, _ := c["patch"].(map[string]any)
		last, notes = seq, append(notes, patch["notes"])
	}
	if diff := cmp.Diff([]any{"0", "1", "2"}, notes); diff != "" {
		t.Error(diff)
	}
}
