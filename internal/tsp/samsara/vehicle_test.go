package samsara_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

func TestAVehicleIsUpdatedInPlace(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"wrapped":   `{"data":{"id":"` + vehicleID + `","name":"x"}}`,
		"unwrapped": `{"id":"` + vehicleID + `","name":"x"}`,
	} {
		s, _ := session(t, answer(200, jsonType, body))
		w := write(t, updateVehicle, `{"notes":"x"}`)
		got, err := s.Write(t.Context(), w)
		if err != nil || got.SourceID != vehicleID || got.Collection != "vehicles" || got.Status != 200 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if diff := cmp.Diff([][]string{{"token", "org", "vehicles.write"}}, w.Pace.(*pacer).waits); diff != "" {
			t.Errorf("%s: charged to (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnAnswerAboutAnotherVehicleIsBroken(t *testing.T) {
	t.Parallel()
	s, _ := session(t, answer(200, jsonType, `{"data":{"id":"1"}}`))
	_, err := s.Write(t.Context(), write(t, updateVehicle, `{"notes":"x"}`))
	wantClass(t, err, tsp.Broken)
}

func TestWhatSamsaraWouldRefuseOfAVehicleIsRefusedFirst(t *testing.T) {
	t.Parallel()
	action := samsara.New().Spec().Actions[updateVehicle]
	long := func(n int) string { return strings.Repeat("ü", n) }
	for _, c := range []struct{ field, value, code string }{
		{"vehicle_name", `"Truck 7"`, ""},
		{"vehicle_name", `""`, resource.CodeTooShort},
		{"vehicle_name", `null`, resource.CodeUnsupported},
		{"vin", `"1FUJA6BD31L"`, ""},
		{"vin", `"1FUJA6BD31LJ09646"`, ""},
		{"vin", `"1FUJA6BD31"`, resource.CodeTooShort},
		{"vin", `"1FUJA6BD31LJ096461"`, "string_too_long"},
		{"vin", `null`, resource.CodeUnsupported},
		{"license_plate_number", `"` + long(12) + `"`, ""},
		{"license_plate_number", `"` + long(13) + `"`, "string_too_long"},
		{"license_plate_number", `null`, ""},
		{"notes", `"` + long(255) + `"`, ""},
		{"notes", `"` + long(256) + `"`, "string_too_long"},
		{"notes", `null`, ""},
		{"external_id", `"T-7"`, ""},
		{"external_id", `""`, resource.CodeTooShort},
		{"external_id", `null`, resource.CodeUnsupported},
		{"is_active", `false`, resource.CodeUnsupported},
	} {
		w := write(t, updateVehicle, `{"`+c.field+`":`+c.value+`}`)
		wantCode(t, c.field+" "+c.value, action.Apply("Samsara", w.Schema, w.Payload, nil), c.field, c.code)
	}
}

func TestDroppedFieldsAreTold(t *testing.T) {
	t.Parallel()
	w := write(t, updateVehicle, `{"oem":"Ford","notes":"x","status":"IN_REPAIR"}`)
	policy := samsara.New().Spec().Actions[updateVehicle].Apply("Samsara", w.Schema, w.Payload, nil)
	want := []tsp.Warning{
		{Path: "oem", Message: "not sent to Samsara: only its asset API takes it, which Samsara enables per organization; the connection's setting asset_route says so", Dropped: true},
		{Path: "status", Message: "not sent to Samsara: its assets have no such field; the connection's setting status_attribute names an attribute that holds it", Dropped: true},
	}
	if diff := cmp.Diff(want, policy.Warnings); diff != "" {
		t.Errorf("warnings differ (-want +got):\n%s", diff)
	}
}

func TestAnUpdateOfWhichNothingWouldBeSentIsRefused(t *testing.T) {
	t.Parallel()
	action := samsara.New().Spec().Actions[updateVehicle]
	for body, refused := range map[string]bool{
		`{"status":"IN_REPAIR"}`:                true,
		`{"oem":"Ford","engine_vin":null}`:      true,
		`{"status":null}`:                       true,
		`{"status":"IN_REPAIR","notes":"x"}`:    false,
		`{"status":"IN_REPAIR","notes":null}`:   false,
		`{"is_active":true}`:                    true,
		`{"is_active":true,"oem":"Ford"}`:       true,
		`{"external_id":"T-7","model_year":19}`: false,
	} {
		w := write(t, updateVehicle, body)
		problems := action.Apply("Samsara", w.Schema, w.Payload, nil).Problems
		want := []resource.Problem{{Message: "none of the given fields can be written at Samsara", Code: resource.CodeNothing}}
		if !refused {
			want = nil
		}
		if diff := cmp.Diff(want, problems); diff != "" {
			t.Errorf("%s: problems differ (-want +got):\n%s", body, diff)
		}
	}
}
