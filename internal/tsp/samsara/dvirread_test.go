package samsara_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// listedDVIR is the one inspection of a list that holds this.
func listedDVIR(t *testing.T, source string) tsp.Record {
	t.Helper()
	s, _ := session(t, answer(http.StatusOK, jsonType, `{"data":[`+source+`],"pagination":{"endCursor":"","hasNextPage":false}}`))
	page, err := s.List(t.Context(), tsp.List{Kind: resource.KindDvirLog, Since: noon.Add(-time.Hour), Pace: &pacer{}})
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	return page.Records[0]
}

func TestInspectionsBecomeUnified(t *testing.T) {
	t.Parallel()
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 24, hour, minute, 0, 0, time.UTC) }
	named := func(collection, id string) []tsp.Named {
		return []tsp.Named{{Collection: collection, SourceID: resource.SourceID(id)}}
	}
	const driver = `"authorSignature":{"type":"driver","signedAtTime":"2026-11-24T07:10:00Z","signatoryUser":{"id":"5","name":"Ann Lee"}}`
	const mechanic = `"authorSignature":{"type":"mechanic","signatoryUser":{"id":"5","name":"Meg"}}`
	for name, c := range map[string]struct {
		source, fields string
		at             time.Time
		names          map[string][]tsp.Named
	}{
		"a driver's, with defects": {
			`{"id":"9","type":"preTrip","safetyStatus":"unsafe","startTime":"2026-11-24T07:00:00Z","endTime":"2026-11-24T07:10:00Z","odometerMeters":12345,"vehicle":{"id":"1","name":"T"},` + driver +
				`,"vehicleDefects":[{"id":"1","defectType":"Air Compressor","isResolved":false,"comment":"leaks"},{"id":"2","defectType":"Belts and Hoses","isResolved":true}],"trailerDefects":[{"id":"3","defectType":"Cup holder","isResolved":false,"comment":"gone"},{"id":"4","defectType":"Door","isResolved":false}]}`,
			`{"log_type":"pre_trip","inspected_by":"Ann Lee","driver_comment":"Air Compressor: leaks\nCup holder: gone","defect_count":4,"defects":["air_compressor","belts_hoses","other"],"is_safety_critical":true,"odometer":12345,"odometer_km":12.345}`,
			at(7, 10), map[string][]tsp.Named{"vehicle_id": named("vehicles", "1"), "driver_id": named("drivers", "5")}},
		"a driver's, safe with a defect": {`{"id":"9","type":"postTrip","safetyStatus":"safe","endTime":"2026-11-24T07:10:00Z",` + driver + `,"vehicleDefects":[{"id":"1","defectType":"Horn","isResolved":false}]}`,
			`{"log_type":"post_trip","inspected_by":"Ann Lee","defect_count":1,"defects":["horn"],"is_safety_critical":false}`,
			at(7, 10), map[string][]tsp.Named{"driver_id": named("drivers", "5")}},
		"a mechanic's": {`{"id":"9","type":"mechanic","safetyStatus":"resolved","startTime":"2026-11-24T07:00:00Z","mechanicNotes":"New belt.","trailer":{"id":"2"},` + mechanic + `}`,
			`{"log_type":"mechanic","inspected_by":"Meg","certify_comment":"New belt.","defect_count":0,"is_safety_critical":true}`,
			at(7, 0), map[string][]tsp.Named{"trailer_id": named("trailers", "2")}},
		"ours": {`{"id":"9","type":"mechanic","safetyStatus":"unsafe","endTime":"2026-11-24T07:10:00Z",` + mechanic +
			`,"mechanicNotes":"pulls left\nWaybill knows\nDefects: brakes, lights rear\nInspected by: Jo\nInspected at: 2026-11-24T06:00:00.5Z\nKind of inspection: unknown\nWaybill 01890a5dac96774bbcceb302099a8058"}`,
			`{"log_type":"unknown","inspected_by":"Jo","driver_comment":"pulls left\nWaybill knows","defect_count":2,"defects":["brakes","lights_rear"],"is_safety_critical":true}`,
			at(6, 0).Add(time.Second / 2), map[string][]tsp.Named{}},
		"ours, that somebody has added to": {`{"id":"9","type":"mechanic","endTime":"2026-11-24T07:10:00Z","mechanicNotes":"Defects: brakes\nWaybill 01890a5dac96774bbcceb302099a8058\nfixed"}`,
			`{"log_type":"mechanic","certify_comment":"Defects: brakes\nWaybill 01890a5dac96774bbcceb302099a8058\nfixed","defect_count":0}`,
			at(7, 10), map[string][]tsp.Named{}},
	} {
		r := listedDVIR(t, c.source)
		want := tsp.Record{Collection: "dvirs", SourceID: "9", Source: r.Source, Fields: []byte(c.fields), OccurredAt: c.at, Names: c.names}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("%s: the record differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnInspectionThatWasWrittenReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, comment := range []string{"pulls left", "no\nDefect: none\n", "\n  \nx", "Waybill 01890a5dac96774bbcceb302099a8058"} {
		text, _ := json.Marshal(comment)
		s := simulatedWith(t, dvirSettings)
		w := write(t, createDVIR, `{"driver_id":`+ourDriver+`,"vehicle_id":`+ourVehicle+`,"log_type":"unknown","defects":["brakes","lights_rear"],
			"defect_count":3,"inspected_by":"Jo","certify_comment":"ok, go","driver_comment":`+string(text)+`,"odometer":12000,
			"odometer_unit":"meters","occurred_at":"2026-11-23T08:00:00.25+01:00"}`)
		w.Refs["vehicle_id"] = []resource.SourceID{s.first(resource.KindVehicle).SourceID}
		out, err := s.Write(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.List(t.Context(), tsp.List{Kind: resource.KindDvirLog, Since: time.Now().Add(-time.Minute), Pace: &pacer{}})
		if err != nil || len(page.Records) != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		listed := page.Records[0]
		if diff := cmp.Diff(listed, *out.Record); diff != "" {
			t.Errorf("the answer's record differs from the listed one:\n%s", diff)
		}
		var fields map[string]any
		if err := json.Unmarshal(listed.Fields, &fields); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"log_type": "unknown", "inspected_by": "Jo", "certify_comment": "ok, go", "driver_comment": comment, "defect_count": 3.0,
			"defects": []any{"brakes", "lights_rear"}, "is_safety_critical": true, "odometer": 12000.0, "odometer_km": 12.0}
		if diff := cmp.Diff(want, fields); diff != "" {
			t.Errorf("%q reads back otherwise (-want +got):\n%s", comment, diff)
		}
		if want := time.Date(2026, 11, 23, 7, 0, 0, 25e7, time.UTC); !listed.OccurredAt.Equal(want) || listed.SourceID != out.SourceID {
			t.Errorf("it was at %v, want %v; %s, want %s", listed.OccurredAt, want, listed.SourceID, out.SourceID)
		}
	}
}

func TestInspectionsAreListedFromATimeOnOverAllPages(t *testing.T) {
	t.Parallel()
	var asked []string
	s, r := session(t, func(w http.ResponseWriter, r *http.Request) {
		next := `"endCursor":"Mj","hasNextPage":true`
		if r.URL.Query().Get("after") != "" {
			next = `"endCursor":"","hasNextPage":false`
		}
		answer(http.StatusOK, jsonType, `{"data":[{"id":"1`+r.URL.Query().Get("after")+`"}],"pagination":{`+next+`}}`)(w, r)
	})
	for cursor := ""; ; {
		page, err := s.List(t.Context(), tsp.List{Kind: resource.KindDvirLog, Cursor: cursor, Since: noon.Add(-48 * time.Hour), Pace: &pacer{}})
		if err != nil {
			t.Fatal(err)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	for _, one := range r.requests {
		asked = append(asked, one.URI)
	}
	const span = "endTime=2026-11-24T12%3A10%3A00.000Z&limit=100&startTime=2026-11-22T12%3A00%3A00.000Z"
	want := []string{"/fleet/dvirs/history?" + span, "/fleet/dvirs/history?after=Mj&" + span}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("the questions differ (-want +got):\n%s", diff)
	}
	_, err := s.List(t.Context(), tsp.List{Kind: resource.KindDvirLog, Cursor: "x:Mj", Pace: &pacer{}})
	if e := wantClass(t, err, tsp.Rejected); !strings.Contains(e.Message, "cursor") {
		t.Error(e.Message)
	}
}
