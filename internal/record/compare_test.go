package record_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// compared is a field that was sent, what the TSP shows then, and the list in which it stands.
type compared struct {
	kind                resource.Kind
	sent, held, before  string
	names               map[string][]tsp.Named
	at                  time.Time
	list, field, toldAs string
	// open tells that it may be something else a moment later.
	open bool
}

func TestEachFieldStandsInOneListOfAComparison(t *testing.T) {
	t.Parallel()
	const vehicle, fuel = resource.KindVehicle, resource.KindFuelTransaction
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for says, c := range map[string]compared{
		"the same":                       {kind: vehicle, sent: `"vehicle_name":"T 1"`, held: `"vehicle_name":"T 1"`, list: "applied", field: "vehicle_name"},
		"in capitals":                    {kind: vehicle, sent: `"vehicle_name":"T 1"`, held: `"vehicle_name":"T-1"`, list: "changed", field: "vehicle_name", toldAs: `"T 1"/"T-1"`},
		"another text":                   {kind: vehicle, sent: `"notes":"long text"`, held: `"notes":"long"`, list: "changed", field: "notes", toldAs: `"long text"/"long"`, open: true},
		"nothing":                        {kind: vehicle, sent: `"notes":"a"`, list: "ignored", field: "notes", toldAs: `"a"/null`, open: true},
		"as before":                      {kind: vehicle, sent: `"notes":"a"`, held: `"notes":"b"`, before: `{"notes":"b"}`, list: "ignored", field: "notes", toldAs: `"a"/"b"`, open: true},
		"as before, in another spelling": {kind: vehicle, sent: `"notes":"A"`, held: `"notes":"a"`, before: `{"notes":"a"}`, list: "changed", field: "notes", toldAs: `"A"/"a"`, open: true},
		"another number":                 {kind: vehicle, sent: `"model_year":2024`, held: `"model_year":2020`, list: "changed", field: "model_year", toldAs: `2024/2020`, open: true},
		"cleared":                        {kind: vehicle, sent: `"notes":null`, held: `"notes":""`, list: "applied", field: "notes"},
		"not cleared":                    {kind: vehicle, sent: `"notes":null`, held: `"notes":"b"`, before: `{"notes":"b"}`, list: "ignored", field: "notes", toldAs: `null/"b"`, open: true},
		"not shown":                      {kind: vehicle, sent: `"fuel_unit":"GALLONS"`, list: "unread", field: "fuel_unit", toldAs: "counts otherwise"},
		"not shown, but seen":            {kind: vehicle, sent: `"fuel_unit":"LITERS"`, held: `"fuel_unit":"LITERS"`, list: "applied", field: "fuel_unit"},
		"no member":                      {kind: resource.KindUser, sent: `"hos_compliance_type":"ELD"`, list: "unread", field: "hos_compliance_type", toldAs: "records of the kind have no such member"},
		"miles":                          {kind: fuel, sent: `"odometer":10,"odometer_unit":"miles"`, held: `"odometer":16093.44`, list: "applied", field: "odometer"},
		"rounded miles":                  {kind: fuel, sent: `"odometer":10,"odometer_unit":"miles"`, held: `"odometer":16093`, list: "changed", field: "odometer", toldAs: `16093.44/16093`},
		"no unit":                        {kind: fuel, sent: `"odometer":10`, held: `"odometer":16093`, list: "unread", field: "odometer", toldAs: "it was given without a unit"},
		"money":                          {kind: fuel, sent: `"total_cost":12.50`, held: `"total_cost":"12.5"`, list: "applied", field: "total_cost"},
		"a place":                        {kind: fuel, sent: `"latitude":40.1,"longitude":-90.2`, held: `"location":{"type":"Point","coordinates":[-90.2,40.1]}`, list: "applied", field: "latitude"},
		"another place":                  {kind: fuel, sent: `"latitude":40.1,"longitude":-90.2`, held: `"location":{"type":"Point","coordinates":[-90.2,41]}`, list: "changed", field: "latitude", toldAs: `40.1/41`, open: true},
		"the second":                     {kind: fuel, sent: `"transaction_time":"2026-03-04T12:00:00.25Z"`, at: noon, list: "applied", field: "transaction_time"},
		"another time":                   {kind: fuel, sent: `"transaction_time":"2026-03-04T13:00:00Z"`, at: noon, list: "changed", field: "transaction_time", toldAs: `"2026-03-04T13:00:00Z"/"2026-03-04T12:00:00Z"`, open: true},
		"whom it names": {kind: fuel, sent: `"vehicle_id":"` + alice + `","source_vehicle_id":"7"`, list: "applied", field: "vehicle_id",
			names: map[string][]tsp.Named{"vehicle_id": {{Collection: "v", SourceID: "7"}}}},
		"nobody": {kind: fuel, sent: `"vehicle_id":"` + alice + `","source_vehicle_id":"7"`, list: "ignored", field: "vehicle_id", toldAs: `["7"]/null`, open: true},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			c.holds(t)
		})
	}
}

func (c compared) holds(t *testing.T) {
	t.Helper()
	var before map[string]jsontext.Value
	if c.before != "" {
		known := fresh(c.kind)
		known.Fields = jsontext.Value(c.before)
		var err error
		if before, err = known.Held(jsontext.Value("{" + c.sent + "}")); err != nil {
			t.Fatal(err)
		}
	}
	w := record.Write{Payload: jsontext.Value(`{"connection_id":"` + bob + `",` + c.sent + `,"oem":"X"}`), Dropped: []string{"oem"},
		Record: &tsp.Record{Fields: jsontext.Value("{" + c.held + "}"), Names: c.names, OccurredAt: c.at}}
	got, err := w.Compare(c.kind, record.Judge{Verb: resource.Update, Before: before, Unread: func(field string) string {
		return map[string]string{"fuel_unit": "counts otherwise"}[field]
	}})
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, path := range got.Applied {
		told["applied "+path] = ""
	}
	for _, d := range got.Ignored {
		told["ignored "+d.Path] = string(d.Sent) + "/" + string(d.Held)
	}
	for _, d := range got.Changed {
		told["changed "+d.Path] = string(d.Sent) + "/" + string(d.Held)
	}
	for _, u := range got.Unread {
		told["unread "+u.Path] = u.Reason
	}
	if as, there := told[c.list+" "+c.field]; !there || as != c.toldAs || got.Open() != c.open {
		t.Errorf("told %v, open %v", told, got.Open())
	}
	if told["applied oem"] != "" || len(told) > 2 {
		t.Errorf("told of what did not reach the TSP: %v", told)
	}
}

func TestANewRecordHasNothingToClear(t *testing.T) {
	t.Parallel()
	w := record.Write{Payload: jsontext.Value(`{"notes":null}`), Record: &tsp.Record{Fields: jsontext.Value(`{"notes":"of the TSP"}`)}}
	got, err := w.Compare(resource.KindVehicle, record.Judge{Verb: resource.Create, Unread: func(string) string { return "" }})
	want := record.Comparison{Applied: []string{}, Ignored: []record.Difference{}, Changed: []record.Difference{}, Unread: []record.Unread{}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(record.Difference{})); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}
