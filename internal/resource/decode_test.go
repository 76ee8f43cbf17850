package resource

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ids = `"connection_id":"6152526a-a6ee-5861-81dd-06299cdfc037","sender_id":"7f1dccd4-22f8-52bc-881a-c8ddd1272347","recipient_id":"6c41d741-283c-5270-a97f-e23d1d8b68a9"`

func TestAbsentNullAndSetStayApart(t *testing.T) {
	t.Parallel()
	s, err := For(KindVehicle, Update)
	if err != nil {
		t.Fatal(err)
	}
	p, problems := s.Decode([]byte(`{"connection_id":"6152526a-a6ee-5861-81dd-06299cdfc037","notes":null,"vin":"1FUJGLDR5CSBB1001"}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	v := p.(*Vehicle)
	got := []State{v.VehicleName.State(), v.Notes.State(), v.VIN.State()}
	if diff := cmp.Diff([]State{Absent, Null, Set}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAStoredPayloadKeepsTheSpellingAndComesBack(t *testing.T) {
	t.Parallel()
	s, err := For(KindFuelTransaction, Create)
	if err != nil {
		t.Fatal(err)
	}
	body := `{ "connection_id": "6152526a-a6ee-5861-81dd-06299cdfc037", "driver_id":"7f1dccd4-22f8-52bc-881a-c8ddd1272347",
		"vehicle_id":"6c41d741-283c-5270-a97f-e23d1d8b68a9", "fuel_volume": 10.50, "fuel_volume_unit":"LITER", "total_cost":"1.10" }`
	if _, problems := s.Decode([]byte(body)); len(problems) > 0 {
		t.Fatal(problems)
	}
	refs := Refs{"driver_id": {"45646001"}, "vehicle_id": {"281474976710657"}}
	stored, err := s.Resolved([]byte(body), refs)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(stored), `"fuel_volume":10.50`) {
		t.Errorf("the number's spelling is lost: %s", stored)
	}
	p, back, err := s.Restore(stored)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(refs, back); diff != "" {
		t.Error(diff)
	}
	if cost, _ := p.(*FuelTransaction).TotalCost.Get(); cost != "1.10" {
		t.Errorf("the cost is %s", cost)
	}
}

// FuzzDecode feeds rubbish to every field table: it never panics, and what it takes can be
// stored and read back.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{` + ids + `,"message_text":"x"}`, `{`, `[]`, ``, `{"a":1e999}`, `{"vin":null,"vin":1}`,
		"{\"notes\":\"\xff\"}", strings.Repeat(`{"a":`, 500), `{"recipient_ids":["x",1,null]}`, `{"total_cost":"."}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range Kinds() {
			s, err := For(kind, Create)
			if err != nil {
				t.Fatal(err)
			}
			if _, problems := s.Decode(body); len(problems) > 0 {
				continue
			}
			stored, err := s.Resolved(body, nil)
			if err != nil {
				t.Fatalf("what was taken cannot be stored: %v", err)
			}
			if _, _, err := s.Restore(stored); err != nil {
				t.Fatalf("what was stored cannot be read: %v", err)
			}
		}
	})
}
