package record_test

import (
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

const (
	alice = "0b7c1f9e-5f7c-4d0e-9a51-6a8c0b4a1f01"
	bob   = "0b7c1f9e-5f7c-4d0e-9a51-6a8c0b4a1f02"
)

func settledAt() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC) }

// fresh is a record about which nothing is known.
func fresh(kind resource.Kind) record.Record {
	return record.Record{Kind: kind, Fleet: uuid.MustParse(alice), TSP: "samsara", Account: "a", Collection: "c", SourceID: "7",
		Connection: uuid.MustParse(bob), Fields: []byte("{}"), Extras: []byte("{}"), Source: []byte("{}"), CreatedAt: settledAt(), UpdatedAt: settledAt()}
}

func members(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return out
}

func write(t *testing.T, r record.Record, payload string, dropped ...string) record.Record {
	t.Helper()
	r, err := r.Written(record.Write{Payload: jsontext.Value(payload), Dropped: dropped, At: settledAt()})
	if err != nil {
		t.Fatal(err)
	}
	return r.Identify()
}

func read(t *testing.T, r record.Record) map[string]any {
	t.Helper()
	raw, err := r.Read("fleet-1", true)
	if err != nil {
		t.Fatal(err)
	}
	return members(t, raw)
}

// written is a payload and what is read of it.
type written struct {
	name    string
	kind    resource.Kind
	payload string
	want    map[string]any
}

func examples() []written {
	return []written{
		{"a message", resource.KindMessage,
			`{"connection_id":"x","sender_id":"0B7C1F9E-5F7C-4D0E-9A51-6A8C0B4A1F01","recipient_id":"` + bob + `","message_text":"hi","priority":"high","source_recipient_id":"9"}`,
			map[string]any{"sender_id": alice, "recipient_id": bob, "source_recipient_id": "9", "source_sender_id": nil, "message_text": "hi",
				"status": "sent", "message_hash": "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4", "read_at": nil,
				"occurred_at": "2026-03-04T05:06:07.000008Z", "extras": map[string]any{"as_written": map[string]any{"priority": "high"}}}},
		{"a group message", resource.KindGroupMessage,
			`{"sender_id":"` + alice + `","recipient_ids":["` + bob + `"],"message_text":"hi","source_recipient_ids":["9"]}`,
			map[string]any{"recipient_ids": []any{bob}, "source_recipient_ids": []any{"9"}, "status": "sent", "group_id": nil, "extras": nil}},
		{"an inspection in miles", resource.KindDvirLog,
			`{"driver_id":"` + alice + `","occurred_at":"2026-01-02T03:04:05+01:00","defects":["horn","doors"],"odometer":100,"odometer_unit":"miles"}`,
			map[string]any{"occurred_at": "2026-01-02T02:04:05.000000Z", "odometer": 160934.4, "odometer_km": 160.9344, "defect_count": 2.0,
				"defects": []any{"horn", "doors"}, "log_type": "unknown", "location": nil,
				"extras": map[string]any{"as_written": map[string]any{"odometer": 100.0, "odometer_unit": "miles"}}}},
		{"an odometer without a unit is not known in metres", resource.KindDvirLog, `{"driver_id":"` + alice + `","odometer":100}`,
			map[string]any{"odometer": nil, "odometer_km": nil, "defect_count": 0.0,
				"extras": map[string]any{"as_written": map[string]any{"odometer": 100.0}}}},
		{"a purchase of fuel", resource.KindFuelTransaction,
			`{"driver_id":"` + alice + `","vehicle_id":"` + bob + `","latitude":30.25,"longitude":-97.75,"location_string":"Austin",
			"odometer":12.5,"odometer_unit":"kilo_meters","transaction_time":"2026-01-02T03:04:05Z","fuel_type":"DIESEL",
			"fuel_volume":10,"fuel_volume_unit":"US_GALLON","total_cost":12.340,"currency":"USD"}`,
			map[string]any{"location": map[string]any{"type": "Point", "coordinates": []any{-97.75, 30.25}}, "odometer": 12500.0, "odometer_unit": "m",
				"occurred_at": "2026-01-02T03:04:05.000000Z", "fuel_volume": 37.85411784, "total_cost": "12.340", "fuel_type": "DIESEL",
				"extras": map[string]any{"as_written": map[string]any{"location_string": "Austin", "odometer": 12.5,
					"odometer_unit": "kilo_meters", "fuel_volume": 10.0, "fuel_volume_unit": "US_GALLON"}}}},
		{"money with an exponent, half a place", resource.KindFuelTransaction,
			`{"driver_id":"` + alice + `","vehicle_id":"` + bob + `","latitude":30.25,"fuel_volume":1,"fuel_volume_unit":"LITER","total_cost":1.5e2}`,
			map[string]any{"total_cost": "150", "location": nil, "fuel_volume": 1.0, "odometer_unit": "m"}},
		{"a vehicle", resource.KindVehicle, `{"vehicle_name":"T 1","model_year":2024,"odometer_unit":"miles","status":"IN_USE"}`,
			map[string]any{"vehicle_name": "T 1", "model_year": 2024.0, "odometer_unit": "miles", "status": "IN_USE", "occurred_at": nil, "extras": nil}},
		{"a trailer", resource.KindTrailer, `{"trailer_name":"T 1","trailer_length":53.5}`,
			map[string]any{"trailer_name": "T 1", "trailer_length": 53.5}},
		{"a user", resource.KindUser, `{"username":"u","is_driver":true,"license_expiration":"2027-01-31","hos_compliance_type":"exempt"}`,
			map[string]any{"username": "u", "is_driver": true, "license_expiration": "2027-01-31",
				"extras": map[string]any{"as_written": map[string]any{"hos_compliance_type": "exempt"}}}},
	}
}

func TestWrittenPayloadsAreReadInTheFormOfTheReadModel(t *testing.T) {
	t.Parallel()
	valid := validator(t)
	for _, c := range examples() {
		t.Run(c.name, func(t *testing.T) {
			r := write(t, fresh(c.kind), c.payload)
			got := read(t, r)
			for name, want := range c.want {
				value, ok := got[name]
				if diff := cmp.Diff(want, value); !ok || diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
			raw, _ := r.Read("", false)
			if err := valid(c.kind, raw); err != nil {
				t.Errorf("%s: %v", raw, err)
			}
			if _, there := members(t, raw)["source_data"]; there {
				t.Error("source_data is there unasked")
			}
		})
	}
}

func TestAnUpdateChangesWhatWasGivenAndClearsWhatIsNull(t *testing.T) {
	t.Parallel()
	r := fresh(resource.KindVehicle)
	r.Fields = []byte(`{"vehicle_name":"old","vin":"V","notes":"n","oem":"o"}`)
	r = write(t, r, `{"vehicle_name":"new","notes":null,"oem":"not taken"}`, "oem")
	got := read(t, r)
	for name, want := range map[string]any{"vehicle_name": "new", "vin": "V", "notes": nil, "oem": "o"} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

func TestMessagesOfTheSamePeopleShareAThread(t *testing.T) {
	t.Parallel()
	thread := func(from, to string) any {
		return read(t, write(t, fresh(resource.KindMessage), `{"sender_id":"`+from+`","recipient_id":"`+to+`"}`))["thread_id"]
	}
	there, back, other := thread(alice, bob), thread(bob, alice), thread(alice, alice)
	if there != back || there == other || there == nil {
		t.Errorf("threads: %v, %v, %v", there, back, other)
	}
}

func TestASyntheticSourceIDIsToldInExtras(t *testing.T) {
	t.Parallel()
	r := fresh(resource.KindMessage)
	r.Synthetic = true
	r = write(t, r, `{"priority":"low"}`)
	want := map[string]any{"synthetic_source_id": true, "as_written": map[string]any{"priority": "low"}}
	if diff := cmp.Diff(any(want), read(t, r)["extras"]); diff != "" {
		t.Error(diff)
	}
}

func TestAValueOfAnotherTypeIsLeftOut(t *testing.T) {
	t.Parallel()
	valid := validator(t)
	r := fresh(resource.KindUser)
	r.Fields = []byte(`{"username":7,"is_active":"yes","started_at":"yesterday","hos_ruleset_code":"NONE","company_groups":[1],"first_name":"A"}`)
	raw, err := r.Identify().Read("", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(resource.KindUser, raw); err != nil {
		t.Error(err)
	}
	got := members(t, raw)
	if got["first_name"] != "A" || got["username"] != nil {
		t.Errorf("%v", got)
	}
}

func TestTheHashTellsAChangedRecord(t *testing.T) {
	t.Parallel()
	a, b := fresh(resource.KindVehicle), fresh(resource.KindVehicle)
	b.Source = []byte(`{"id":"7"}`)
	if one, other := a.Identify(), b.Identify(); one.Hash == other.Hash || one.ID != other.ID || len(one.Hash) != 64 {
		t.Errorf("%v and %v", one, other)
	}
}
