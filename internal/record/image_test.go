package record_test

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// imaged is what a payload has changed of a vehicle that was known by some fields.
func imaged(t *testing.T, known record.Record, w record.Write) record.Image {
	t.Helper()
	r := known
	r, err := r.Written(w)
	if err != nil {
		t.Fatal(err)
	}
	image, err := r.Image(known, w)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func TestAnImageHoldsWhatAnUpdateHasChangedAlone(t *testing.T) {
	t.Parallel()
	shown := func(fields string) *tsp.Record {
		return &tsp.Record{Collection: "c", SourceID: "7", Fields: jsontext.Value(fields), Source: jsontext.Value(`{"id":7}`)}
	}
	a := func(before, after string) record.Altered {
		var out record.Altered
		if before != "" {
			out.Before = jsontext.Value(before)
		}
		if after != "" {
			out.After = jsontext.Value(after)
		}
		return out
	}
	for says, c := range map[string]struct {
		fields          string
		imported        bool
		payload         string
		before, shownAs *tsp.Record
		dropped         []string
		want            record.Image
	}{
		"what it wrote anew": {fields: `{"vehicle_name":"a","notes":"n"}`, payload: `{"connection_id":"x","vehicle_name":"b","notes":"n"}`,
			want: record.Image{"vehicle_name": a(`"a"`, `"b"`)}},
		"not what did not reach the TSP": {fields: `{"vehicle_name":"a"}`, payload: `{"vehicle_name":"b"}`, dropped: []string{"vehicle_name"},
			want: record.Image{}},
		"what it cleared": {fields: `{"notes":"n"}`, payload: `{"notes":null}`, want: record.Image{"notes": a(`"n"`, `null`)}},
		"that the TSP showed nothing": {fields: `{}`, imported: true, payload: `{"notes":"n"}`,
			want: record.Image{"notes": a(`null`, `"n"`)}},
		"that it is not known": {fields: `{}`, payload: `{"notes":"n"}`, want: record.Image{"notes": a("", `"n"`)}},
		"that a status may follow from another": {fields: `{"is_active":true}`, imported: true, payload: `{"status":"IN_SERVICE"}`,
			want: record.Image{"status": a("", `"IN_SERVICE"`)}},
		"what the TSP has just shown, and not what it showed once": {fields: `{"notes":"old"}`, imported: true, payload: `{"notes":"n"}`,
			before: shown(`{"notes":"new"}`), want: record.Image{"notes": a(`"new"`, `"n"`)}},
		"that the TSP has just shown nothing": {fields: `{"notes":"old"}`, imported: true, payload: `{"notes":"n"}`,
			before: shown(`{}`), want: record.Image{"notes": a(`null`, `"n"`)}},
		"what the TSP shows after it": {fields: `{"vehicle_name":"a"}`, payload: `{"vehicle_name":"b"}`, shownAs: shown(`{"vehicle_name":"B"}`),
			want: record.Image{"vehicle_name": a(`"a"`, `"B"`)}},
		"that what was sent is shown neither before nor after": {fields: `{"vehicle_name":"a"}`, imported: true, payload: `{"vehicle_name":"b","oem":"o","vin":""}`,
			shownAs: shown(`{"vehicle_name":"b"}`), want: record.Image{"vehicle_name": a(`"a"`, `"b"`), "oem": a("", "")}},
		"numbers by their value": {fields: `{"model_year":2020}`, payload: `{"model_year":2.02e3}`, want: record.Image{}},
	} {
		known := fresh(resource.KindVehicle)
		known.Fields, known.Imported = jsontext.Value(c.fields), c.imported
		got := imaged(t, known, record.Write{Payload: jsontext.Value(c.payload), Record: c.shownAs, Before: c.before, Dropped: c.dropped,
			At: settledAt()})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", says, diff)
		}
	}
}

func TestAnImageIsTakenBackWhereNothingNewerIsThere(t *testing.T) {
	t.Parallel()
	image := record.Image{
		"vehicle_name": {Before: jsontext.Value(`"a"`), After: jsontext.Value(`"b"`)},
		"notes":        {Before: jsontext.Value(`null`), After: jsontext.Value(`"n"`)},
		"vin":          {Before: jsontext.Value(`"v"`), After: jsontext.Value(`null`)},
	}
	now := fresh(resource.KindVehicle)
	now.Fields = jsontext.Value(`{"vehicle_name":"b","notes":"n","oem":"another"}`)
	back, err := image.Back(now)
	if err != nil {
		t.Fatal(err)
	}
	body, err := back.Body(uuid.MustParse(alice))
	want := `{"connection_id":"` + alice + `","notes":null,"vehicle_name":"a","vin":"v"}`
	if err != nil || string(body) != want || len(back.Since)+len(back.Unknown) > 0 {
		t.Errorf("%s, %+v, %v; want %s", body, back, err, want)
	}
	now.Fields = jsontext.Value(`{"vehicle_name":"c","vin":"w","model_year":2020}`)
	image["model_year"] = record.Altered{Before: jsontext.Value(`2020`), After: jsontext.Value(`2021`)}
	image["oem"] = record.Altered{After: jsontext.Value(`"o"`)}
	if back, err = image.Back(now); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record.Back{Fields: map[string]jsontext.Value{}, Unknown: []string{"oem"},
		Since: []string{"vehicle_name", "vin"}, Already: []string{"model_year", "notes"}}, back); diff != "" {
		t.Errorf("changed since (-want +got):\n%s", diff)
	}
}
