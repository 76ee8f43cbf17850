package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

const associations = "/v2/telematics/driver-vehicle-associations"

// showing is how a TSP shows who drives a vehicle: by what is in a collection of its simulator while the driver has the
// vehicle, and afterwards.
type showing struct {
	collection     string
	assigned, over func(objects string, s seat) bool
}

// showings are those of the TSPs.
func showings() map[string]showing {
	return map[string]showing{
		"samsara": {"driver-vehicle-assignments",
			func(objects string, s seat) bool {
				return strings.Contains(objects, `"startTime":"2026-01-15T06:00:00.000Z"`) && !strings.Contains(objects, "endTime") &&
					strings.Contains(objects, s.sourceDriver) && strings.Contains(objects, s.sourceVehicle)
			},
			func(objects string, _ seat) bool {
				return strings.Count(objects, `"startTime"`) == 1 && strings.Contains(objects, `"endTime":"2026-01-15T14:30:00.000Z"`)
			}},
		"motive": {"permanent_drivers",
			func(objects string, s seat) bool {
				return strings.Contains(objects, `"permanent_driver_id":`+s.sourceDriver) && strings.Contains(objects, s.sourceVehicle)
			},
			func(objects string, s seat) bool {
				return !strings.Contains(objects, `"permanent_driver_id":`+s.sourceDriver)
			}},
		"geotab": {"driver-changes",
			func(objects string, s seat) bool {
				return strings.Count(objects, `"2026-01-15T06:00:00.000Z"`) == 1 && strings.Contains(objects, `"`+s.sourceVehicle+`"`)
			},
			func(objects string, _ seat) bool {
				return strings.Count(objects, `"2026-01-15T06:00:00.000Z"`) == 1 && strings.Count(objects, `"2026-01-15T14:30:00.000Z"`) == 1 &&
					strings.Contains(objects, "UnknownDriverId")
			}},
		"traccar": {"permissions",
			func(objects string, s seat) bool { return strings.Count(objects, s.linked()) == 1 },
			func(objects string, s seat) bool { return !strings.Contains(objects, s.linked()) }},
	}
}

// seat is a vehicle and a driver of one connection.
type seat struct{ connection, vehicle, driver, sourceVehicle, sourceDriver string }

// linked is how Traccar's simulator shows the link of the two.
func (s seat) linked() string {
	return `"deviceId":` + s.sourceVehicle + `,"driverId":` + s.sourceDriver
}

// seatAt finds the last vehicle and the last driver of a TSP, whom nobody has put together yet.
func (h *house) seatAt(name string) seat {
	h.t.Helper()
	s := seat{connection: demo.ID("connection:" + name).String()}
	last := func(path string, fits func(map[string]any) bool) (id, source string) {
		h.until(path+" of "+name, func() bool {
			for _, one := range slices.Backward(h.list(path, "connection_id", s.connection, "size", "100").Items) {
				if fits(one) {
					id, source = one["id"].(string), one["source_id"].(string)
					return true
				}
			}
			return false
		})
		return id, source
	}
	s.vehicle, s.sourceVehicle = last(vehicles, func(map[string]any) bool { return true })
	s.driver, s.sourceDriver = last(users, func(one map[string]any) bool { return one["is_driver"] == true && one["is_active"] != false })
	return s
}

func (s seat) body(members string) string {
	return fmt.Sprintf(`{"connection_id":%q,"vehicle_id":%q,"driver_id":%q,"started_at":"2026-01-15T06:00:00Z"%s}`,
		s.connection, s.vehicle, s.driver, members)
}

// written sends an association that has to succeed and returns its operation.
func (h *house) written(s seat, members string, headers ...string) answer {
	h.t.Helper()
	a := h.do("POST", associations, s.body(members), append(headers, "Prefer", "wait=30")...)
	if a.status != http.StatusOK || a.field("status") != "success" {
		h.t.Fatalf("%s: %d %s", s.body(members), a.status, a.text)
	}
	return a
}

func TestADriverGetsAVehicleAndGivesItBackAtEachTSP(t *testing.T) {
	t.Parallel()
	h := openAll(t, config.Default(), func(_ string, sim http.Handler) http.Handler { return sim })
	for name, shows := range showings() {
		objects := func() string {
			return h.simulatedAt(h.config.BaseURLs[name]+"/_sim/objects/"+shows.collection, "GET", "")
		}
		s := h.seatAt(name)
		begun := h.written(s, "", "Idempotency-Key", "begin "+name)
		if again := h.written(s, "", "Idempotency-Key", "begin "+name); again.field("id") != begun.field("id") {
			t.Errorf("%s: the same key makes another operation: %s", name, again.text)
		}
		if again := h.written(s, ""); again.field("resource_id") != begun.field("resource_id") {
			t.Errorf("%s: the same again is another record: %s", name, again.text)
		}
		if got := objects(); !shows.assigned(got, s) {
			t.Errorf("%s: the driver %s does not have the vehicle %s: %s", name, s.sourceDriver, s.sourceVehicle, got)
		}
		const end = `,"ended_at":"2026-01-15T16:30:00+02:00"`
		for range 2 {
			if ended := h.written(s, end); ended.field("resource_id") != begun.field("resource_id") {
				t.Errorf("%s: the end is of another record than the beginning: %s, %s", name, ended.text, begun.text)
			}
			if got := objects(); !shows.over(got, s) {
				t.Errorf("%s: the driver %s still has the vehicle %s: %s", name, s.sourceDriver, s.sourceVehicle, got)
			}
		}
		if read := h.remembered(name, s); read["id"] != begun.field("resource_id") || read["ended_at"] == nil ||
			read["source_vehicle_id"] != s.sourceVehicle {
			t.Errorf("%s: the record is %v", name, read)
		}
	}
}

// remembered is the one association of a seat that is known. Where the TSP keeps no times it is listed by when it was written.
func (h *house) remembered(name string, s seat) map[string]any {
	h.t.Helper()
	read := h.list(associations, "vehicle_ids", s.vehicle, "driver_ids", s.driver)
	if name == "samsara" || name == "geotab" {
		read = h.list(associations, "vehicle_ids", s.vehicle, "driver_ids", s.driver,
			"from_datetime", "2026-01-15T00:00:00Z", "to_datetime", "2026-01-16T00:00:00Z")
	}
	if len(read.Items) != 1 {
		h.t.Fatalf("%s: the list is %v", name, read.Items)
	}
	return read.Items[0]
}

func TestWritesOfOneVehicleAreMadeInTheirOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	s := h.seatAt("samsara")
	h.simulated("POST", "/_sim/faults",
		`{"match":{"method":"POST","path_prefix":"/fleet/driver-vehicle-assignments"},"fault":"status","status":503,"times":2}`)
	var last string
	for _, members := range []string{"", `,"ended_at":"2026-01-15T08:00:00Z"`, `,"ended_at":"2026-01-15T09:00:00Z"`} {
		a := h.do("POST", associations, s.body(members))
		if a.status != http.StatusAccepted {
			t.Fatalf("%d %s", a.status, a.text)
		}
		last = a.field("id")
	}
	if end := h.ended(last); end.field("status") != "success" {
		t.Fatalf("%s", end.text)
	}
	sent := h.simulated("GET", "/_sim/requests?method=POST", "")
	first, second := strings.LastIndex(sent, "08:00:00.000Z"), strings.Index(sent, "09:00:00.000Z")
	if first < 0 || second < 0 {
		t.Fatalf("not all was sent: %s", sent)
	}
	if got := h.simulated("GET", "/_sim/objects/driver-vehicle-assignments", ""); !strings.Contains(got, `"endTime":"2026-01-15T09:00:00.000Z"`) {
		t.Errorf("the last end is not what is left: %s", got)
	}
}

func TestAnAssociationThatCannotBeIsRefusedWithItsPath(t *testing.T) {
	t.Parallel()
	h := open(t)
	s := h.seatAt("samsara")
	swapped := s
	swapped.vehicle, swapped.driver = s.driver, s.vehicle
	for body, want := range map[string]string{
		s.body(`,"ended_at":"2026-01-15T06:00:00.0004Z"`):     `"path":"ended_at"`,
		s.body(`,"ended_at":"soon"`):                          `"path":"ended_at"`,
		strings.Replace(s.body(""), "started_at", "start", 1): `"path":"started_at"`,
		swapped.body(""): `must be the id of a vehicle, and this is a user`,
		strings.Replace(s.body(""), s.vehicle, demo.ID("nobody").String(), 1): `"path":"vehicle_id"`,
	} {
		if a := h.do("POST", associations, body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, want) {
			t.Errorf("%s: %d %s", body, a.status, a.text)
		}
	}
	if got := h.simulated("GET", "/_sim/objects/driver-vehicle-assignments", ""); strings.Contains(got, "startTime") {
		t.Errorf("what was refused was written: %s", got)
	}
}

func TestTheCommandsOfThePageOnAssignmentsDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	says(t, h.commandsOf("assignments.md", 3),
		[]string{`"status":"success"`, `"resource":"driver_vehicle_association"`},
		[]string{`"status":"success"`, `"ended_at":"2026-01-15T14:30:00Z"`},
		[]string{`"started_at":"2026-01-15T06:00:00Z"`, `"ended_at":"2026-01-15T14:30:00Z"`, h.ids.Vehicle.String()})
}
