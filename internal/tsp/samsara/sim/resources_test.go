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

func TestAVehicleKeepsWhatAPatchDoesNotName(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.must("PATCH", "/fleet/vehicles/"+vehicle, `{"notes":"n","externalIds":{"a":"1"}}`)
	got := s.must("PATCH", "/fleet/vehicles/samsara.vin:"+firstVIN, `{"licensePlate":"","staticAssignedDriverId":"`+driver+`","externalIds":{"b":"2"}}`)
	want := map[string]any{
		"id": vehicle, "name": "Truck 101", "vin": firstVIN, "make": "Freightliner", "model": "Cascadia", "year": "2012", "notes": "n",
		"vehicleRegulationMode": "regulated", "tags": []any{map[string]any{"id": west, "name": "West"}},
		"externalIds":          map[string]any{"a": "1", "b": "2", "samsara.vin": firstVIN},
		"staticAssignedDriver": map[string]any{"id": driver, "name": "Amir Haddad"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got, s.must("GET", "/fleet/vehicles/b:2", "")); diff != "" {
		t.Errorf("read back: %s", diff)
	}
	got = s.must("PATCH", "/fleet/vehicles/"+vehicle, `{"staticAssignedDriverId":"0","externalIds":{"a":""}}`)
	if got["staticAssignedDriver"] != nil || fmt.Sprint(got["externalIds"]) != "map[b:2 samsara.vin:"+firstVIN+"]" {
		t.Errorf("after clearing: %v", got)
	}
}

func TestAnAssetOfTypeVehicleIsTheVehicle(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.must("POST", "/assets", `{"type":"vehicle","name":"New","year":2024,"regulationMode":"mixed"}`)
	id, _ := made["id"].(string)
	if made["year"] != 2024.0 || made["createdAtTime"] == nil || made["updatedAtTime"] == nil || id <= vehicle {
		t.Errorf("asset = %v", made)
	}
	s.must("PATCH", "/assets?id="+id, `{"year":2025}`)
	got := s.must("GET", "/fleet/vehicles/"+id, "")
	if got["year"] != "2025" || got["vehicleRegulationMode"] != "mixed" {
		t.Errorf("vehicle = %v", got)
	}
	if n := len(s.Objects("vehicles")); n != 7 {
		t.Errorf("%d vehicles", n)
	}
}

func TestATrailerHoldsItsSerialNumberUnderBothNames(t *testing.T) {
	t.Parallel()
	s := start(t)
	id, _ := s.must("POST", "/fleet/trailers", `{"name":"T","trailerSerialNumber":"8V8"}`)["id"].(string)
	assets, _, _ := s.list("/assets?ids=" + id)
	if len(assets) != 1 || assets[0]["serialNumber"] != "8V8" || assets[0]["type"] != "trailer" {
		t.Errorf("asset = %v", assets)
	}
	if got := s.must("PATCH", "/fleet/trailers/"+id, `{"trailerSerialNumber":"9V9"}`); got["trailerSerialNumber"] != "9V9" {
		t.Errorf("trailer = %v", got)
	}
}

func TestAssetRepliesCanComeWithoutTheirWrapper(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Turn("unwrapped_assets")
	if got := s.Do("POST", "/assets", `{"name":"a"}`).JSON(t); got["id"] == nil || got["data"] != nil {
		t.Errorf("reply = %v", got)
	}
}

func TestAnExternalIDBelongsToOneObjectOfAnyClass(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.must("PATCH", "/fleet/vehicles/"+vehicle, `{"externalIds":{"key":"1"}}`)
	for _, c := range []struct{ method, path, body string }{
		{"PATCH", "/fleet/trailers/" + trailer, `{"externalIds":{"key":"1"}}`},
		{"PATCH", "/fleet/drivers/" + driver, `{"externalIds":{"key":"1"}}`},
		{"POST", "/assets", `{"externalIds":{"key":"1"}}`},
	} {
		if message := s.Do(c.method, c.path, c.body).Refused(t, http.StatusBadRequest, "message"); !strings.Contains(message, "key:1") {
			t.Errorf("%s %s: %q", c.method, c.path, message)
		}
	}
	s.must("PATCH", "/fleet/vehicles/"+vehicle, `{"externalIds":{"key":"2"}}`)
	s.must("PATCH", "/fleet/drivers/"+driver, `{"externalIds":{"key":"1"}}`)
}

func TestADriverIsCreatedActiveAndWithoutItsPassword(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.must("POST", "/fleet/drivers", newDriver)
	if got["driverActivationStatus"] != "active" || got["timezone"] != "America/Los_Angeles" || got["eldExempt"] != false || got["notes"] != nil {
		t.Errorf("driver = %v", got)
	}
	id, _ := got["id"].(string)
	s.must("PATCH", "/fleet/drivers/"+id, `{"password":"another"}`)
	for _, collection := range []string{"drivers", "changes"} {
		if text := fmt.Sprint(s.Objects(collection)); strings.Contains(text, "secret") || strings.Contains(text, "another") {
			t.Errorf("%s hold a password", collection)
		}
	}
	if text := s.Do("GET", "/_sim/requests", "").Text; strings.Contains(text, "secret") || strings.Contains(text, "another") {
		t.Error("the recorded requests hold a password")
	}
}

func TestADriverMovesBetweenTheListsOfActiveAndDeactivated(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.must("PATCH", "/fleet/drivers/"+driver, `{"driverActivationStatus":"deactivated","deactivatedAtTime":"2026-06-01T00:00:00Z"}`)
	if gone, _, _ := s.list("/fleet/drivers?driverActivationStatus=deactivated"); len(gone) != 2 {
		t.Errorf("deactivated: %v", simtest.IDs(gone))
	}
	s.must("PATCH", "/fleet/drivers/"+driver, `{"driverActivationStatus":"active"}`)
	if active, _, _ := s.list("/fleet/drivers"); len(active) != 8 {
		t.Errorf("active: %v", simtest.IDs(active))
	}
}

func TestARulesetOverrideGoesAwayWithNull(t *testing.T) {
	t.Parallel()
	s := start(t)
	override := `{"cycle":"Texas (7/70)","restart":"None","restbreak":"None","usStateToOverride":"TX"}`
	if got := s.must("PATCH", "/fleet/drivers/"+driver, `{"usDriverRulesetOverride":`+override+`}`); got["usDriverRulesetOverride"] == nil {
		t.Error("the override was not kept")
	}
	if got := s.must("PATCH", "/fleet/drivers/"+driver, `{"usDriverRulesetOverride":null}`); got["usDriverRulesetOverride"] != nil {
		t.Error("the override is still there")
	}
}

func TestAMessageGoesToEachDriverAndIsListedNewestFirstWithoutID(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Clock.Advance(25 * time.Hour) // past what the drivers of the seed wrote
	sentAt := s.Clock.Now().UnixMilli()
	got := s.Do("POST", "/v1/fleet/messages", `{"driverIds":[48400010,48400011],"text":"hello"}`)
	if got.Text != `{"data":[{"driverId":48400010,"text":"hello"},{"driverId":48400011,"text":"hello"}]}` {
		t.Errorf("reply = %s", got.Text)
	}
	s.Clock.Advance(time.Minute)
	s.Do("POST", "/v1/fleet/messages", `{"driverIds":[48400012],"text":"later"}`)
	one := `{"driverId":%d,"isRead":false,"sender":{"name":"Dispatch","type":"dispatch"},"sentAtMs":%d,"text":"%s"}`
	early := fmt.Sprintf(one, 48400011, sentAt, "hello") + "," + fmt.Sprintf(one, 48400010, sentAt, "hello")
	late := fmt.Sprintf(one, 48400012, sentAt+60_000, "later")
	for query, want := range map[string]string{
		"": late + "," + early, "?durationMs=59999": late, "?durationMs=60000": late + "," + early,
		fmt.Sprintf("?endMs=%d", sentAt): early, fmt.Sprintf("?endMs=%d", sentAt-1): "",
	} {
		if got := s.Do("GET", "/v1/fleet/messages"+query, ""); got.Text != `{"data":[`+want+`]}` {
			t.Errorf("%s: %s", query, got.Text)
		}
	}
	s.Clock.Advance(25 * time.Hour)
	if got := s.Do("GET", "/v1/fleet/messages", ""); got.Text != `{"data":[]}` {
		t.Errorf("a day later: %s", got.Text)
	}
}

func TestTheAdminSideShowsMessagesAndChangesInOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	for n := range 3 {
		s.must("PATCH", "/fleet/vehicles/"+vehicle, fmt.Sprintf(`{"notes":"%d","vehicleRegulationMode":"mixed"}`, n))
	}
	s.Do("POST", "/v1/fleet/messages", `{"driverIds":[48400010],"text":"hello"}`)
	var notes []any
	last := 0.0
	for _, c := range s.Objects("changes") {
		seq, _ := c["seq"].(float64)
		if seq <= last || c["collection"] != "vehicles" || c["id"] != vehicle || c["at"] != "2026-11-24T12:00:00.000Z" {
			t.Errorf("change = %v", c)
		}
		patch, _ := c["patch"].(map[string]any)
		last, notes = seq, append(notes, patch["notes"])
	}
	if diff := cmp.Diff([]any{"0", "1", "2"}, notes); diff != "" {
		t.Error(diff)
	}
	got := s.Objects("messages")[2]
	delete(got, "seq")
	want := map[string]any{
		"driverId": 48400010.0, "text": "hello", "sentAtMs": float64(s.Clock.Now().UnixMilli()), "at": "2026-11-24T12:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADVIRIsSignedByItsAuthorNow(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.must("POST", "/fleet/dvirs", newDVIR)
	id, _ := got["id"].(string)
	delete(got, "id")
	now := "2026-11-24T12:00:00.000Z"
	want := map[string]any{
		"type": "mechanic", "safetyStatus": "unsafe", "mechanicNotes": "n", "startTime": now, "endTime": now,
		"vehicle": map[string]any{"id": vehicle, "name": "Truck 101"},
		"authorSignature": map[string]any{
			"type": "mechanic", "signedAtTime": now, "signatoryUser": map[string]any{"id": user, "name": "Dana Whitfield"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || id == "" {
		t.Errorf("id %q: %s", id, diff)
	}
}

func TestARepeatedFuelPurchaseIsASecondOne(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, second := s.must("POST", "/fuel-purchase", fuelPurchase)["uuid"], s.must("POST", "/fuel-purchase", fuelPurchase)["uuid"]
	if first == second || len(fmt.Sprint(first)) != 36 || len(s.Objects("fuel-purchases")) != 2 {
		t.Errorf("%v and %v", first, second)
	}
}
