package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestAMessageToSeveralIsOneWithATextAsID(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Clock.Advance(1500 * time.Millisecond)
	sent := s.must("POST", "/v2/messages", `{"sender_id":520008,"receiver_ids":[520001,520002,520001],"body":"hello"}`)
	key, isText := sent["id"].(string)
	want := map[string]any{
		"id": key, "sent_at": "2026-11-24T12:00:01Z", "sender_id": 520008.0, "recipient_ids": []any{520001.0, 520002.0},
		"body": "hello", "attachment": nil, "location": nil, "status": "sent",
	}
	if diff := cmp.Diff(want, sent); diff != "" || !isText || key == "" {
		t.Error(diff)
	}
	rows, _ := s.list("/v1/messages?min_updated_at=2026-11-24T12:00:01.2Z", "X-User-Id", admin)
	want = map[string]any{
		"id": key, "sent_at": "2026-11-24T12:00:01Z", "updated_at": "2026-11-24T12:00:01Z", "sender_id": 520008.0,
		"recipient_id": 520001.0, "body": "hello", "attachment": nil, "location": nil, "status": "sent",
	}
	other := map[string]any{}
	for name, v := range want {
		other[name] = v
	}
	other["recipient_id"] = 520002.0
	if diff := cmp.Diff([]map[string]any{want, other}, rows); diff != "" {
		t.Error(diff)
	}
}

func TestMessagesAreListedOfOneSenderWithinATime(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Clock.Advance(time.Hour)
	got := s.Do("POST", "/v1/messages", `{"recipient_id":520001,"body":"later"}`, "X-User-Id", admin)
	if got.Text != `{"success":true}` {
		t.Errorf("the answer of version 1 = %s", got.Text)
	}
	for _, c := range []struct {
		query, user, zone string
		rows              int
	}{
		{"", admin, "", 4}, {"", dispatcher, "", 1}, {"", driver, "", 0},
		{"?min_updated_at=2026-11-24T13:00:00Z", admin, "", 1}, {"?min_updated_at=2026-11-24T13:00:01Z", admin, "", 0},
		{"?max_updated_at=2026-11-24T12:00:00", admin, "", 3}, {"?max_updated_at=2026-11-24T11:59:59", admin, "", 0}, {"?min_updated_at=2026-11-24", admin, "", 4},
		{"?min_updated_at=2026-11-25", admin, "", 0}, {"?min_updated_at=2026-11-24T05:00:00", admin, "Pacific Time (US & Canada)", 1},
		{"?min_updated_at=2026-11-24T05:00:01", admin, "Pacific Time (US & Canada)", 0},
	} {
		rows, _ := s.list("/v1/messages"+c.query, "X-User-Id", c.user, "X-Time-Zone", c.zone)
		if len(rows) != c.rows {
			t.Errorf("%+v: %d rows", c, len(rows))
		}
	}
}

func TestAFuelPurchaseIsShownWithItsVehicleAndDriver(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.must("POST", "/v1/fuel_purchases", with(strings.Replace(newFuel, `"fuel":12`, `"fuel":"12.25"`, 1), `"total_cost":"48.2"`))
	v, _ := made["vehicle"].(map[string]any)
	d, _ := made["driver"].(map[string]any)
	if simtest.ID(v) != vehicle || v["number"] != "101" || simtest.ID(d) != driver {
		t.Errorf("vehicle %v, driver %v", v, d)
	}
	delete(made, "vehicle")
	delete(made, "driver")
	want := map[string]any{
		"id": made["id"], "offline_id": nil, "purchased_at": "2026-11-24T00:00:00Z", "jurisdiction": "AL", "fuel_type": "diesel",
		"ref_no": "01930f2e", "vendor": nil, "total_cost": 48.2, "currency": nil, "fuel": 12.25, "fuel_unit": "gal",
		"odometer": nil, "odometer_unit": nil, "receipt_upload_url": nil, "receipt_filename": nil, "uploader": nil,
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
	changed := s.must("PUT", "/v1/fuel_purchases/"+simtest.ID(made), `{"vendor":"Shell"}`)
	if changed["vendor"] != "Shell" || changed["ref_no"] != "01930f2e" {
		t.Errorf("changed = %v", changed)
	}
	s.Do("DELETE", "/v1/fuel_purchases/"+simtest.ID(made), "")
	refused(t, s.Do("GET", "/v1/fuel_purchases/"+simtest.ID(made), ""), http.StatusNotFound)
}

func TestARepeatedFuelPurchaseIsASecondOne(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, second := simtest.ID(s.must("POST", "/v1/fuel_purchases", newFuel)), simtest.ID(s.must("POST", "/v1/fuel_purchases", newFuel))
	if first == second || len(s.Objects("fuel_purchases")) != 4 {
		t.Errorf("%s and %s", first, second)
	}
}

func TestATimeOfPurchaseWithoutZoneIsInTheOneOfTheHeader(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct{ given, zone, want string }{
		{"2026-11-24", "Eastern Time (US & Canada)", "2026-11-24T05:00:00Z"},
		{"2026-11-24T10:15:00", "Arizona", "2026-11-24T17:15:00Z"},
		{"2026-11-24T10:15:00", "", "2026-11-24T10:15:00Z"},
		{"2026-11-24T10:15:00.123+01:00", "Arizona", "2026-11-24T09:15:00Z"},
	} {
		got := s.must("PUT", "/v1/fuel_purchases/"+purchase, `{"purchased_at":"`+c.given+`"}`, "X-Time-Zone", c.zone)
		if got["purchased_at"] != c.want {
			t.Errorf("%s in %q = %v", c.given, c.zone, got["purchased_at"])
		}
	}
}

func TestAnInspectionReportIsCorrectedPartByPart(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.must("PUT", "/v2/inspection_reports/"+report, `{"status":"corrected","defect_statuses":{"status":"repaired","mechanic_note":"n","resolved_defects":[4312]},"external_ids_attributes":[{"external_id":"W-1","integration_name":"shop"}]}`)
	parts, _ := got["inspected_parts"].([]any)
	var states []any
	for _, v := range parts {
		part, _ := v.(map[string]any)
		states = append(states, part["id"], part["status"])
	}
	if diff := cmp.Diff([]any{4311.0, "open", 4312.0, "repaired", 4313.0, "good"}, states); diff != "" || got["status"] != "corrected" {
		t.Errorf("status %v, parts: %s", got["status"], diff)
	}
	if list, _ := got["external_ids"].([]any); len(list) != 1 {
		t.Errorf("external ids = %v", got["external_ids"])
	}
	listed, _ := s.list("/v2/inspection_reports?status=corrected")
	if len(listed) != 1 {
		t.Fatalf("listed = %v", listed)
	}
	if diff := cmp.Diff(got, listed[0]); diff != "" {
		t.Errorf("listed: %s", diff)
	}
}
