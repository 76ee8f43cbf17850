package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const toWatch = `{"deviceId":1,"type":"message","attributes":{"message":"hello"}}`

func to(device string) string { return strings.Replace(toWatch, "1", device, 1) }

func TestACommandIsSentQueuedOrRefusedAsTheDeviceIs(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct {
		body   string
		status int
		text   string
	}{
		{toWatch, 200, `"id":0,`}, {to("2"), 200, `"id":0,`}, {to("3"), 202, `"id":3,`}, {to("4"), 202, `"id":4,`},
		{to("6"), 202, `"id":5,`},
		{to("5"), 400, "java.lang.RuntimeException: Command message is not supported in protocol teltonika"},
		{to("99"), 400, "java.lang.NullPointerException"},
		{`{"deviceId":1,"attributes":{}}`, 400, "java.lang.NullPointerException"},
		{`{"deviceId":1,"type":"custom"}`, 400, "java.lang.NullPointerException"},
		{`{"deviceId":3}`, 400, "org.traccar.storage.StorageException"},
		{`{"deviceId":3,"type":"no such type"}`, 202, `"no such type"`},
		{`{"deviceId":3,"type":"message","attributes":{"noQueue":true}}`, 400, "java.lang.RuntimeException: Failed to send"},
		{`{"deviceId":1,"type":"message","textChannel":true}`, 400, "java.lang.RuntimeException: SMS not configured"},
		{`{"deviceId":1,"type":"message","unknown":1}`, 200, `"message"`},
		{`{"id":7,"deviceId":1}`, 400, "java.lang.NullPointerException"},
	} {
		got := s.Do("POST", "/api/commands/send", c.body)
		if got.Status != c.status || !strings.Contains(got.Text, c.text) {
			t.Errorf("%s: %d %.200s", c.body, got.Status, got.Text)
		}
	}
	sent := s.Objects("commands")
	if len(sent) != 7 || sent[0]["queued"] != false || sent[2]["queued"] != true {
		t.Errorf("%d commands are kept: %v", len(sent), sent)
	}
	s.Turn("devices_offline")
	if got := s.Do("POST", "/api/commands/send", toWatch); got.Status != http.StatusAccepted {
		t.Errorf("%d %s", got.Status, got.Text)
	}
}

func TestAGroupIsSentToDeviceByDevice(t *testing.T) {
	t.Parallel()
	s := start(t)
	body := `{"type":"message","attributes":{"message":"snow"}}`
	got := s.Do("POST", "/api/commands/send?groupId=2", body)
	if got.Status != http.StatusAccepted || strings.Count(got.Text, `"deviceId"`) != 2 {
		t.Errorf("%d %s", got.Status, got.Text)
	}
	s.Holds("behind the group of three", map[string]int{"commands": 3})
	s.refused("POST /api/commands/send?groupId=1 "+body, 400, "java.lang.RuntimeException: Command message is not supported")
	s.Holds("behind four devices and the one that failed", map[string]int{"commands": 7})
	s.as(viewer).denied("POST /api/commands/send?groupId=1 "+body, "Group access denied")
}

func TestTheTypesOfADeviceAreThoseOfItsProtocol(t *testing.T) {
	t.Parallel()
	s := start(t)
	for query, want := range map[string]int{
		"": 46, "?deviceId=1": 16, "?deviceId=5": 3, "?deviceId=4": 1, "?deviceId=6": 1, "?deviceId=1&textChannel=true": 1,
	} {
		if got := s.list("/api/commands/types" + query); len(got) != want {
			t.Errorf("%s: %v", query, got)
		}
	}
	s.as(viewer).denied("GET /api/commands/types?deviceId=2", "Device access denied")
}

func TestADriverIsLinkedToADevice(t *testing.T) {
	t.Parallel()
	s := start(t)
	for range 2 {
		s.done(`POST /api/permissions {"deviceId":6,"driverId":6}`)
	}
	s.lists(map[string]string{"/api/drivers?deviceId=6": "6"})
	s.refused("GET /api/permissions?deviceId=0&driverId=6", 400, `org.traccar.storage.StorageException: org.h2.jdbc.JdbcSQLSyntaxErrorException: `+
		`Table "TC_DRIVER_DEVICE" not found`)
	s.Turn("unreleased")
	pair := map[string]any{"DEVICEID": 6.0, "DRIVERID": 6.0}
	if diff := cmp.Diff([]map[string]any{pair, pair}, s.list("/api/permissions?deviceId=0&driverId=6")); diff != "" {
		t.Error(diff)
	}
	s.Turn("postgresql")
	lower := []map[string]any{{"deviceid": 2.0, "driverid": 2.0}}
	if diff := cmp.Diff(lower, s.list("/api/permissions?deviceId=2&driverId=0")); diff != "" {
		t.Error(diff)
	}
	for range 2 {
		s.done(`DELETE /api/permissions {"deviceId":6,"driverId":6}`)
	}
	s.lists(map[string]string{"/api/drivers?deviceId=6": ""})
	for body, want := range map[string]string{
		`{"driverId":6,"deviceId":6}`: "org.traccar.storage.StorageException",
		`{"deviceId":6}`:              "java.lang.IllegalArgumentException: Invalid permission",
		`{"truckId":6,"driverId":6}`:  "java.lang.NullPointerException",
	} {
		s.refused("POST /api/permissions "+body, 400, want)
	}
	s.refused("GET /api/permissions", 400, "java.lang.ArrayIndexOutOfBoundsException")
}

func TestDeletingADeviceTakesItsLinksAlong(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.done("DELETE /api/drivers/1")
	s.Holds("behind a driver, not the device with its id", map[string]int{"positions": 5})
	s.done("DELETE /api/devices/2")
	for _, l := range s.Objects("permissions") {
		if l["deviceId"] == 2.0 || l["driverId"] == 1.0 {
			t.Errorf("still linked: %v", l)
		}
	}
}
