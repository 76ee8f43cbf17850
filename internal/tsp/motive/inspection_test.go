package motive_test

import (
	"net/http"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
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
		want["log_type"], want["inspected_by"], want["odometer"], want["odometer_km"] = "pre_trip", "Ada Byron", 210002000.0, 210002.0
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

func TestAnOdometerIsReadInTheUnitThatWasAskedFor(t *testing.T) {
	t.Parallel()
	for shown, want := range map[string]any{`210002`: 210002.5, `"210002"`: 210002.5, `0`: 0.0, `null`: nil, `""`: nil} {
		s := desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
			value := shown
			if r.Header.Get("X-Metric-Units") == "true" {
				value = strings.Replace(shown, "210002", "210002.5", 1)
			}
			says(`{"inspection_reports":[{"inspection_report":{"id":9,"odometer":`+value+`}}]}`)(w, r)
		})
		page, err := s.List(t.Context(), tsp.List{Kind: resource.KindDvirLog, Pace: tsptest.Free{}})
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(page.Records[0].Fields, &fields); err != nil {
			t.Fatal(err)
		}
		if fields["odometer_km"] != want {
			t.Errorf("%s reads as %v, want %v", shown, fields, want)
		}
	}
	if got := start(t, nil).members(resource.KindDvirLog)["770001"]["odometer_km"]; got != 337965.0 {
		t.Errorf("the simulator's 210002 miles read as %v", got)
	}
}
