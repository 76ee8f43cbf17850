package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const toWatch = `{"deviceId":1,"type":"message","attributes":{"message":"hello"}}`

func to(device string) string { return strings.Replace(toWatch, "1", device, 1) }

func TestACommandIsSentQueuedOrRefusedAsTheDeviceIs(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for _, c := range []struct {
		body   string
		status int
		text   string
	}{
		{toWatch, 200, `"id":0,`}, {to("2"), 200, `"id":0,`}, {to("3"), 202, `"id":3,`}, {to("4"), 202, `"id":4,`}, {to("6"), 202, `"id":5,`},
		{to("5"), 400, "java.lang.RuntimeException: Command message is not supported in protocol teltonika"},
		{to("99"), 400, "java.lang.NullPointerException"},
		{`{"deviceId":1,"attributes":{}}`, 400, "java.lang.NullPointerException"},
		{`{"deviceId":1,"type":"custom"}`, 400, "java.lang.NullPointerException"},
		{`{"deviceId":3}`, 400, "org.traccar.storage.StorageException"},
		{`{"deviceId":3,"type":"no such type"}`, 202, `"no such type"`},
		{`{"deviceId":3,"type":"message","attributes":{"noQueue":true}}`, 400, "java.lang.RuntimeException: Failed to send command"},
		{`{"deviceId":1,"type":"message","textChannel":true}`, 400, "java.lang.RuntimeException: SMS not configured"},
		{`{"deviceId":1,"type":"message","unknown":1}`, 200, `"message"`},
		{`{"id":7,"deviceId":1}`, 400, "java.lang.NullPointerException"},
	} {
		got := s.do("POST", "/api/commands/send", c.body)
		if got.status != c.status || !strings.Contains(got.text, c.text) {
			t.Errorf("%s: %d %.200s", c.body, got.status, got.text)
		}
	}
	sent := s.objects("commands")
	if len(sent) != 7 || sent[0]["queued"] != false || sent[2]["queued"] != true {
		t.Errorf("%d commands are kept: %v", len(sent), sent)
	}
	s.turn("devices_offline")
	if got := s.do("POST", "/api/commands/send", toWatch); got.status != http.StatusAccepted {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestAGroupIsSentToDeviceByDevice(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	body := `{"type":"message","attributes":{"message":"snow"}}`
	if got := s.do("POST", "/api/commands/send?groupId=2", body); got.status != http.StatusAccepted || strings.Count(got.text, `"deviceId"`) != 2 {
		t.Errorf("%d %s", got.status, got.text)
	}
	if sent := s.objects("commands"); len(sent) != 3 {
		t.Errorf("%d commands to the group of three", len(sent))
	}
	s.do("POST", "/api/commands/send?groupId=1", body).refused(t, 400, "java.lang.RuntimeException: Command message is not supported")
	if sent := s.objects("commands"); len(sent) != 7 {
		t.Errorf("%d commands: the four devices before the one that failed keep theirs", len(sent))
	}
	s.as(viewer).do("POST", "/api/commands/send?groupId=1", body).refused(t, 400, "java.lang.SecurityException: Group access denied")
}

func TestTheTypesOfADeviceAreThoseOfItsProtocol(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for query, want := range map[string]int{"": 46, "?deviceId=1": 16, "?deviceId=5": 3, "?deviceId=4": 1, "?deviceId=6": 1, "?deviceId=1&textChannel=true": 1} {
		if got := s.list("/api/commands/types" + query); len(got) != want {
			t.Errorf("%s: %v", query, got)
		}
	}
	s.as(viewer).do("GET", "/api/commands/types?deviceId=2", "").refused(t, 400, "java.lang.SecurityException: Device access denied")
}

func TestADriverIsLinkedToADevice(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	for range 2 {
		if got := s.do("POST", "/api/permissions", `{"deviceId":6,"driverId":6}`); got.status != http.StatusNoContent || got.text != "" {
			t.Fatalf("%d %s", got.status, got.text)
		}
	}
	if got := s.ids("/api/drivers?deviceId=6"); got != "6" {
		t.Errorf("drivers of device 6: %s", got)
	}
	pair := map[string]any{"DEVICEID": 6.0, "DRIVERID": 6.0}
	if diff := cmp.Diff([]map[string]any{pair, pair}, s.list("/api/permissions?deviceId=0&driverId=6")); diff != "" {
		t.Error(diff)
	}
	s.turn("postgresql")
	if diff := cmp.Diff([]map[string]any{{"deviceid": 2.0, "driverid": 2.0}}, s.list("/api/permissions?deviceId=2&driverId=0")); diff != "" {
		t.Error(diff)
	}
	for range 2 {
		if got := s.do("DELETE", "/api/permissions", `{"deviceId":6,"driverId":6}`); got.status != http.StatusNoContent {
			t.Errorf("%d %s", got.status, got.text)
		}
	}
	if got := s.ids("/api/drivers?deviceId=6"); got != "" {
		t.Errorf("drivers of device 6: %s", got)
	}
	for body, want := range map[string]string{
		`{"driverId":6,"deviceId":6}`: "org.traccar.storage.StorageException", `{"deviceId":6}`: "java.lang.IllegalArgumentException: Invalid permission",
		`{"truckId":6,"driverId":6}`: "java.lang.NullPointerException",
	} {
		s.do("POST", "/api/permissions", body).refused(t, 400, want)
	}
	s.do("GET", "/api/permissions?deviceId=0&driverId=0", "").refused(t, 400, "java.lang.IllegalArgumentException")
	s.do("GET", "/api/permissions", "").refused(t, 400, "java.lang.ArrayIndexOutOfBoundsException")
}

func TestDeletingADeviceTakesItsLinksAlong(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	if got := s.do("DELETE", "/api/drivers/1", ""); got.status != 204 || len(s.objects("positions")) != 5 {
		t.Errorf("%d: the positions of the device with the same id are gone", got.status)
	}
	s.do("DELETE", "/api/devices/2", "")
	for _, l := range s.objects("permissions") {
		if l["deviceId"] == 2.0 || l["driverId"] == 1.0 {
			t.Errorf("still linked: %v", l)
		}
	}
}
