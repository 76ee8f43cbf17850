package motive_test

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// list reads the one page that a Motive gives which answers everything alike.
func list(t *testing.T, kind resource.Kind, answer string) []tsp.Record {
	t.Helper()
	page, err := desk(t, 0, says(answer)).List(t.Context(), tsp.List{Kind: kind, Pace: tsptest.Free{}})
	if err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	return page.Records
}

// listed are the fields of the one record that is listed.
func listed(t *testing.T, kind resource.Kind, answer string) map[string]any {
	t.Helper()
	records := list(t, kind, answer)
	if len(records) != 1 {
		t.Fatalf("%s: %d records", answer, len(records))
	}
	var fields map[string]any
	if err := json.Unmarshal(records[0].Fields, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func TestWhatMotiveShowsOfAVehicleIsRead(t *testing.T) {
	t.Parallel()
	for shown, want := range map[string]map[string]any{
		`"license_plate_country_code":"US"`: {"license_plate_country": "USA"},
		`"license_plate_country_code":"DE"`: {"license_plate_country": "DE"},
		`"availability_details":{"availability_status":"out_of_service","out_of_service_reason":"in repair"}`:  {"status": "IN_REPAIR"},
		`"availability_details":{"availability_status":"out_of_service","out_of_service_reason":"in storage"}`: {"status": "IN_STORAGE"},
		`"availability_details":{"availability_status":"out_of_service","out_of_service_reason":"flat tire"}`:  {"status": "OUT_OF_SERVICE"},
		`"availability_details":{"availability_status":"in_service","out_of_service_reason":"in repair"}`:      {"status": "IN_SERVICE"},
		`"eld_device":{"id":7,"identifier":"AABL36","model":"lbb-3"}`:                                          {"eld_id": "7", "eld_serial_number": "AABL36", "eld_device_type": "lbb-3"},
		`"eld_device":null`:      {},
		`"fuel_type":"propane"`:  {"engine_type": "PROPANE"},
		`"fuel_type":"other"`:    {},
		`"status":"deactivated"`: {"is_active": false},
		`"external_ids":[{"external_id":"a","integration_name":"tms"},{"external_id":"b","integration_name":"waybill"},{"external_id":"c","integration_name":"x"}]`: {"external_id": "b"},
		`"external_ids":[{"external_id":"o","integration_name":"waybill-operation"},{"external_id":"a","integration_name":"tms"}]`:                                  {"external_id": "a"},
	} {
		all := map[string]any{"is_active": true}
		maps.Copy(all, want)
		if diff := cmp.Diff(all, listed(t, resource.KindVehicle, `{"groups":[],"vehicles":[{"vehicle":{"id":1,`+shown+`}}]}`)); diff != "" {
			t.Errorf("%s: %s", shown, diff)
		}
	}
}

func TestWhatMotiveShowsOfAUserIsRead(t *testing.T) {
	t.Parallel()
	for shown, want := range map[string]map[string]any{
		`"phone_country_code":"+52"`:               {"country_code": "MEX"},
		`"phone_country_code":"+1"`:                {},
		`"dot_id":"98231"`:                         {"carrier_number": "98231"},
		`"status":"deactivated"`:                   {"is_active": false, "status": "INACTIVE"},
		`"status":"pending"`:                       {"status": "PENDING"},
		`"time_zone":"Eastern Time (US & Canada)"`: {"default_time_zone": "America/New_York"},
		`"mobile_last_sign_in_at":"2026-01-02T00:00:00Z","web_current_sign_in_at":"2026-02-01T00:00:00Z","web_last_sign_in_at":null`: {"last_tsp_login": "2026-02-01T00:00:00Z"},
	} {
		all := map[string]any{"is_active": true, "is_driver": false, "status": "ACTIVE"}
		maps.Copy(all, want)
		if diff := cmp.Diff(all, listed(t, resource.KindUser, `{"groups":[],"users":[{"user":{"id":1,`+shown+`}}]}`)); diff != "" {
			t.Errorf("%s: %s", shown, diff)
		}
	}
}

func TestGroupsAreShownWithTheirNames(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for kind, member := range map[resource.Kind]string{resource.KindVehicle: "vehicle_groups", resource.KindTrailer: "trailer_groups",
		resource.KindUser: "company_groups"} {
		want := map[string]any{"41001": "West"}
		if kind == resource.KindTrailer {
			want = map[string]any{"41002": "East"}
		}
		first := s.records(kind)[0].SourceID
		if diff := cmp.Diff(want, s.members(kind)[first][member]); diff != "" {
			t.Errorf("%s: %s", member, diff)
		}
	}
}

func TestGroupsStayNamelessWhereTheirNamesMayNotBeRead(t *testing.T) {
	t.Parallel()
	s := desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/groups" {
			w.WriteHeader(http.StatusForbidden)
		}
		says(`{"vehicles":[{"vehicle":{"id":1,"group_ids":[17]}}]}`)(w, r)
	})
	page, err := s.List(t.Context(), tsp.List{Kind: resource.KindVehicle, Pace: tsptest.Free{}})
	if err != nil || !strings.Contains(string(page.Records[0].Fields), `"vehicle_groups":{"17":null}`) {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestTheRecordOfAWriteNeedsNoCallOnceTheGroupsAreKnown(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := s.write(resource.KindVehicle, resource.Update, `{"status":"IN_REPAIR"}`)
	out, err := s.session.Write(t.Context(), w)
	if err != nil || out.Record == nil {
		t.Fatalf("after a list: %+v, %v", out, err)
	}
	read, err := s.session.(tsp.Reader).Read(t.Context(), tsp.Single{Kind: resource.KindVehicle, Collection: "vehicles", SourceID: out.SourceID, Pace: tsptest.Free{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []tsp.Record{*out.Record, read} {
		if fields := string(r.Fields); !strings.Contains(fields, `"status":"IN_REPAIR"`) || !strings.Contains(fields, `{"41001":"West"}`) {
			t.Errorf("fields: %s", fields)
		}
	}
}

func TestFuelPurchasesAreReadInOurUnits(t *testing.T) {
	t.Parallel()
	records := list(t, resource.KindFuelTransaction, `{"fuel_purchases":[{"fuel_purchase":{"id":5,"purchased_at":"2026-11-20T10:00:00Z","fuel_type":"diesel",
		"fuel":"100.5","fuel_unit":"gal","total_cost":48.20,"currency":"MXN","vendor":"Pilot","odometer":100,"odometer_unit":"mi",
		"vehicle":{"id":7},"driver":{"id":8}}}]}`)
	r := records[0]
	var fields map[string]any
	if err := json.Unmarshal(r.Fields, &fields); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"fuel_type": "DIESEL", "fuel_volume": 380.433884292, "fuel_vendor": "Pilot", "total_cost": "48.2", "currency": "MXN", "odometer": 160934.4}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]tsp.Named{"driver_id": {{Collection: "users", SourceID: "8"}}, "vehicle_id": {{Collection: "vehicles", SourceID: "7"}}}, r.Names); diff != "" {
		t.Error(diff)
	}
	if !r.OccurredAt.Equal(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)) || r.SourceID != "5" || r.Collection != "fuel_purchases" {
		t.Errorf("%+v", r)
	}
}

func TestLogsAreAskedForFromADayBefore(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 11, 20, 23, 0, 0, 0, time.FixedZone("", -5*3600))
	for _, kind := range []resource.Kind{resource.KindFuelTransaction, resource.KindDvirLog} {
		asked := ""
		s := desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Query().Get("start_date")
			says(`{"fuel_purchases":[],"inspection_reports":[]}`)(w, r)
		})
		if _, err := s.List(context.Background(), tsp.List{Kind: kind, Since: since, Pace: tsptest.Free{}}); err != nil || asked != "2026-11-20" {
			t.Errorf("%s: asked since %q, %v", kind, asked, err)
		}
	}
}
