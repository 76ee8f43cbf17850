package motive_test

import (
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestNoInspectionWithADefectIsReadAsAClean(t *testing.T) {
	t.Parallel()
	for parts, want := range map[string]map[string]any{
		``: {"defect_count": 0.0, "defects": []any{}, "is_safety_critical": false},
		`{"category":"Mirrors","type":"none","status":"good"}`:                                       {"defect_count": 0.0, "defects": []any{}, "is_safety_critical": false},
		`{"category":"Mirrors","status":"good"}`:                                                     {"defect_count": 0.0, "defects": []any{}, "is_safety_critical": false},
		`{"category":"Mirrors","type":"none","status":"open"}`:                                       {"defect_count": 1.0, "defects": []any{"mirrors"}},
		`{"category":"Tires","type":"minor","notes":"worn"}`:                                         {"defect_count": 1.0, "defects": []any{"tires"}, "is_safety_critical": false, "driver_comment": "Tires: worn"},
		`{"category":"Air Lines","type":"major"}`:                                                    {"defect_count": 1.0, "defects": []any{"air_lines"}, "is_safety_critical": true},
		`{"category":"Brakes","status":"repaired"}`:                                                  {"defect_count": 1.0, "defects": []any{"brakes"}},
		`{"category":"Frame and Assembly"}`:                                                          {"defect_count": 1.0, "defects": []any{"frame_assembly"}},
		`{"category":"Wheels & Rims","type":"good","defects":[{"title":"bent","severity":"major"}]}`: {"defect_count": 1.0, "defects": []any{"wheels_rims"}, "is_safety_critical": true},
		`{"category":"Lights","type":"minor"},{"category":"Coffee maker","type":"minor"},{"category":"Other","type":"minor"}`: {"defect_count": 3.0,
			"defects": []any{"lights_general", "other"}, "is_safety_critical": false},
	} {
		r := list(t, resource.KindDvirLog, `{"inspection_reports":[{"inspection_report":{"id":9,"time":"2026-11-24T10:00:00Z","inspection_type":"pre_trip",
			"odometer":210002,"inspected_parts":[`+parts+`],"vehicle":{"id":4,"number":"101"},"asset":null,"driver":{"id":11,"first_name":"Ada","last_name":"Byron"}}}]}`)[0]
		want["log_type"], want["inspected_by"] = "pre_trip", "Ada Byron"
		var fields map[string]any
		if err := json.Unmarshal(r.Fields, &fields); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, fields); diff != "" {
			t.Errorf("%s: %s", parts, diff)
		}
		if diff := cmp.Diff(map[string][]tsp.Named{"driver_id": {{Collection: "users", SourceID: "11"}}, "vehicle_id": {{Collection: "vehicles", SourceID: "4"}}}, r.Names); diff != "" {
			t.Error(diff)
		}
	}
}

func TestInspectionsOfTrailersNameThem(t *testing.T) {
	t.Parallel()
	all := start(t, nil).records(resource.KindDvirLog)
	if len(all) != 2 || len(all[1].Names["trailer_id"]) != 1 || all[1].Names["trailer_id"][0] != (tsp.Named{Collection: "assets", SourceID: "520001"}) {
		t.Errorf("%+v", all)
	}
}
