package sim_test

import (
	"strings"
	"testing"
)

const (
	assignments   = "/fleet/driver-vehicle-assignments"
	newAssignment = `{"driverId":"` + driver + `","vehicleId":"` + vehicle + `","startTime":"2026-11-24T06:00:00Z"}`
)

func assignmentCalls() []call {
	post := func(name, body string, status int) call { return call{name, "POST", assignments, body, status} }
	return []call{
		post("an ongoing assignment", newAssignment, 201),
		post("one that has ended", with(newAssignment, `"endTime":"2026-11-24T14:00:00-07:00","isPassenger":false,"metadata":{"sourceName":"TMS"}`), 201),
		post("one that begins now", `{"driverId":"`+driver+`","vehicleId":"`+vehicle+`"}`, 201),
		post("a vehicle by its VIN", `{"driverId":"`+driver+`","vehicleId":"samsara.vin:`+firstVIN+`"}`, 201),
		post("an end before the start", with(newAssignment, `"endTime":"2026-11-24T06:00:00Z"`), 400),
		post("an end of null", with(newAssignment, `"endTime":null`), 400),
		post("an unknown driver", strings.Replace(newAssignment, driver, "5", 1), 400),
		post("a trailer", strings.Replace(newAssignment, vehicle, trailer, 1), 400),
		post("no driver", `{"vehicleId":"`+vehicle+`"}`, 400),
		post("a start that is no time", `{"driverId":"`+driver+`","vehicleId":"`+vehicle+`","startTime":"now"}`, 400),
		{"a change of none", "PATCH", assignments, newAssignment, 404},
		{"a change without a start", "PATCH", assignments, `{"driverId":"` + driver + `","vehicleId":"` + vehicle + `"}`, 400},
		{"those of now", "GET", assignments + "?filterBy=vehicles", "", 200},
		{"those of a vehicle", "GET", assignments + "?filterBy=vehicles&vehicleIds=" + vehicle + "&startTime=2026-11-24T00:00:00Z&endTime=2026-11-25T00:00:00Z", "", 200},
		{"those of nobody", "GET", assignments, "", 400},
	}
}

func TestAnAssignmentIsNamedByVehicleDriverAndStart(t *testing.T) {
	t.Parallel()
	s := start(t)
	listed := func() string {
		got := s.Do("GET", assignments+"?filterBy=drivers&driverIds="+driver+"&startTime=2026-11-24T00:00:00Z&endTime=2026-11-25T00:00:00Z", "")
		return got.Text
	}
	for n, step := range []struct {
		method, body string
		status       int
		shows        string
	}{
		{"POST", newAssignment, 201, `"startTime":"2026-11-24T06:00:00.000Z"`},
		{"POST", strings.Replace(with(newAssignment, `"endTime":"2026-11-24T14:00:00Z"`), "06:00:00Z", "08:00:00+02:00", 1), 201, `"endTime":"2026-11-24T14:00:00Z"`},
		{"PATCH", with(newAssignment, `"endTime":"2026-11-24T15:00:00Z"`), 202, `"endTime":"2026-11-24T15:00:00Z"`},
		{"PATCH", with(newAssignment, `"isPassenger":true`), 202, `"endTime":"2026-11-24T15:00:00Z"`},
	} {
		if got := s.Do(step.method, assignments, step.body); got.Status != step.status {
			t.Fatalf("step %d: %d %s", n, got.Status, got.Text)
		}
		if text := listed(); strings.Count(text, `"startTime"`) != 1 || !strings.Contains(text, step.shows) {
			t.Errorf("step %d: the list is %s, want one with %s", n, text, step.shows)
		}
	}
	if s.Do("PATCH", assignments, with(newAssignment, `"endTime":null`)); strings.Contains(listed(), "endTime") {
		t.Errorf("an end that was taken away is there: %s", listed())
	}
}
