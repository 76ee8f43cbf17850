package sim_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAKeyOfOneGroupReachesWhatIsInIt(t *testing.T) {
	t.Parallel()
	all := start(t)
	west := all.as(westOnly)
	for path, want := range map[string]int{
		"/v1/vehicles": 6, "/v1/assets": 0, "/v1/users": 3, "/v1/groups": 1, "/v1/companies": 1, "/v1/fuel_purchases": 2,
		"/v2/inspection_reports": 2,
	} {
		if got, told := west.list(path); len(got) != want || told.Total != want {
			t.Errorf("GET %s lists %d of %d, want %d", path, len(got), told.Total, want)
		}
	}
	west.must("GET", "/v1/users/"+driver, "")
	west.must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`)
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/v1/users/520002", ""}, {"PUT", "/v1/users/520002", `{"first_name":"B"}`}, {"GET", "/v1/assets/" + asset, ""},
		{"PUT", "/v1/assets/" + asset, `{"notes":"n"}`}, {"GET", "/v1/users/lookup?username=beatrice.novak", ""},
	} {
		refused(t, west.Do(c.method, c.path, c.body), http.StatusNotFound)
	}
	if got := all.must("GET", "/v1/users/520002", ""); got["first_name"] != "Beatrice" {
		t.Errorf("the user of another group = %v", got)
	}
}

func TestAKeyOfOneGroupMakesRecordsInItAlone(t *testing.T) {
	t.Parallel()
	west := start(t).as(westOnly)
	for _, c := range []struct{ path, body string }{
		{"/v1/vehicles", newVehicle}, {"/v1/assets", newAsset}, {"/v1/users", newDriver},
	} {
		refused(t, west.Do("POST", c.path, c.body), http.StatusBadRequest)
		refused(t, west.Do("POST", c.path, with(c.body, `"group_ids":[41002]`)), http.StatusBadRequest)
		west.must("POST", c.path, with(c.body, `"group_ids":[41001]`))
	}
	west.must("POST", "/v1/fuel_purchases", newFuel)
	refused(t, west.Do("POST", "/v1/fuel_purchases", strings.Replace(newFuel, "520001", "520002", 1)), http.StatusBadRequest)
	refused(t, west.Do("POST", "/v2/messages", `{"sender_id":520001,"receiver_ids":[520003,520002],"body":"a"}`), http.StatusBadRequest)
}

func TestACycleIsOneOfThePageWithItsExceptions(t *testing.T) {
	t.Parallel()
	s := start(t)
	for body, status := range map[string]int{
		`{"cycle":"60_7_o","exception_24_hour_restart":true,"exception_wait_time":true}`: 200,
		`{"cycle":"80_8_p","exception_ca_farm_school_bus":true}`:                         200,
		`{"cycle":"120_14_north"}`:                            200,
		`{"cycle":"70_9"}`:                                    400,
		`{"cycle":"70_8_p","exception_24_hour_restart":true}`: 400,
		`{"exception_wait_time":true}`:                        400,
		`{"status":"pending"}`:                                200,
	} {
		s.Admin("POST", "reset", "")
		if got := s.Do("PUT", "/v1/users/"+driver, body); got.Status != status {
			t.Errorf("%s answers %d, want %d: %s", body, got.Status, status, got.Text)
		}
	}
}

func TestInspectionsOfVersionOneHaveDefectsInEnvelopes(t *testing.T) {
	t.Parallel()
	list, _ := start(t).list("/v1/inspection_reports?vehicle_ids=" + vehicle)
	if len(list) != 1 || list[0]["vehicle_number"] != "101" || list[0]["inspected_parts"] != nil {
		t.Fatalf("reports = %v", list)
	}
	var types []string
	lines, _ := list[0]["defects"].([]any)
	for _, v := range lines {
		envelope, _ := v.(map[string]any)
		line, _ := envelope["defect"].(map[string]any)
		word, _ := line["type"].(string)
		types = append(types, word)
	}
	if got := strings.Join(types, " "); got != "major minor none" {
		t.Errorf("the lines are of types %q", got)
	}
}
