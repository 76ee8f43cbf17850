package samsara_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// left is the record that a write left: as its answer shows it, or as it is read then. asked tells whether it was read.
func (s simulator) left(w tsp.Write, out tsp.Written) (r tsp.Record, asked bool) {
	s.t.Helper()
	if out.Record != nil {
		return *out.Record, false
	}
	r, err := s.Session.(tsp.Reader).Read(s.t.Context(), tsp.Single{Kind: w.Kind, Collection: out.Collection, SourceID: out.SourceID, Pace: &pacer{}})
	if err != nil {
		s.t.Fatalf("%s: %v", w.Capability, err)
	}
	return r, true
}

func TestAWriteLeavesTheRecordThatTheListShows(t *testing.T) {
	t.Parallel()
	// read tells whether the answer is in another form than the list, so that the record is asked for.
	for name, c := range map[string]struct {
		of       tsp.Capability
		settings tsp.Settings
		body     string
		target   resource.SourceID
		read     bool
	}{
		"a new driver":             {createUser, nil, with(aDriver, `"license_region":"ca"`, `"employee_number":"E 7"`), "", false},
		"a new driver who is idle": {createUser, nil, with(aDriver, `"is_active":false`), "", false},
		"a user of the dashboard":  {createUser, roles, anAdmin, "", false},
		"a driver":                 {updateUser, tsp.Settings{"hos_rulesets": true}, `{"hos_ruleset_code":"US_INT_OILWL_70_8_BIG","status":"INACTIVE"}`, "48400011", false},
		"a new trailer":            {createTrailer, nil, `{"trailer_name":"T 9","vin":"530GU512301"}`, "", false},
		"a trailer":                {updateTrailer, nil, `{"notes":"n"}`, "281474976710663", false},
		"a new trailer, beta":      {createTrailer, beta, `{"trailer_name":"T 9","oem":"Utility","model_year":2020,"external_id":"t9"}`, "", true},
		"a trailer, beta":          {updateTrailer, beta, `{"notes":"n"}`, "281474976710663", true},
		"a vehicle":                {updateVehicle, nil, `{"notes":"n"}`, "281474976710657", false},
		"a vehicle and its make":   {updateVehicle, beta, `{"notes":"n","model_type":"579 X"}`, "281474976710657", true},
		"a new vehicle":            {createVehicle, beta, `{"vehicle_name":"V 9","model_type":"579","external_id":"v9"}`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulatedWith(t, c.settings)
			w := write(t, c.of, c.body)
			if w.Target = c.target; c.of.Verb == resource.Create {
				w.Collection = ""
			}
			out, err := s.Write(t.Context(), w)
			if err != nil {
				t.Fatal(err)
			}
			got, read := s.left(w, out)
			if read != c.read {
				t.Errorf("the record is read: %v, want %v", read, c.read)
			}
			for _, listed := range all(t, s, c.of.Kind) {
				if listed.SourceID == out.SourceID && listed.Collection == out.Collection {
					if diff := cmp.Diff(string(listed.Fields), string(got.Fields)); diff != "" {
						t.Errorf("the record differs from the listed one (-listed +left):\n%s", diff)
					}
					return
				}
			}
			t.Errorf("%s in %s is not listed", out.SourceID, out.Collection)
		})
	}
}

func TestAnAnswerWithoutTheWholeRecordLeavesNone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"data":{"id":"` + vehicleID + `"}}`, `{"id":"` + vehicleID + `","name":"T"}`, `{"data":{"id":"` + vehicleID + `","name":7}}`} {
		s, _ := session(t, answer(http.StatusOK, jsonType, body))
		out, err := s.Write(t.Context(), write(t, updateVehicle, `{"notes":"n"}`))
		if err != nil || out.Record != nil {
			t.Errorf("%s leaves %+v, %v", body, out.Record, err)
		}
	}
	// Whether a driver is active is not guessed.
	s, _ := session(t, answer(http.StatusOK, jsonType, `{"data":{"id":"`+driverID+`","name":"Ann Lee"}}`))
	if out, err := s.Write(t.Context(), write(t, updateUser, `{"notes":"n"}`)); err != nil || out.Record != nil {
		t.Errorf("a driver of unknown activation leaves %+v, %v", out.Record, err)
	}
}

func TestARecordThatIsGoneIsMissing(t *testing.T) {
	t.Parallel()
	for kind, settings := range map[resource.Kind]tsp.Settings{resource.KindVehicle: nil, resource.KindTrailer: beta, resource.KindUser: nil} {
		s := simulatedWith(t, settings)
		_, err := s.Session.(tsp.Reader).Read(t.Context(), tsp.Single{Kind: kind, Collection: "drivers", SourceID: "12345", Pace: &pacer{}})
		wantClass(t, err, tsp.Missing)
	}
	s := simulated(t)
	_, err := s.Session.(tsp.Reader).Read(t.Context(), tsp.Single{Kind: resource.KindMessage, SourceID: "1", Pace: &pacer{}})
	if e := wantClass(t, err, tsp.Unsupported); !strings.Contains(e.Message, "message") {
		t.Error(e.Message)
	}
}

func TestAPurchaseIsKnownAsSamsaraHasIt(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		`"fuel_type":"LPG","currency":"usd"`:    `{"fuel_type":"PROPANE","currency":"USD"}`,
		`"fuel_type":"HYBRID"`:                  `{"fuel_type":null,"currency":"USD"}`,
		`"fuel_type":"DIESEL","currency":"Cad"`: `{"fuel_type":"DIESEL","currency":"CAD"}`,
	} {
		s := simulated(t)
		body := aFuel
		if strings.Contains(members, "currency") {
			body = strings.Replace(aFuel, `"currency":"USD",`, "", 1)
		}
		out, err := s.Write(t.Context(), s.real(createFuel, with(body, members)))
		if err != nil {
			t.Fatal(err)
		}
		// A source would say that Samsara shows the whole of it, and what was sent beside these would be gone.
		if got := string(out.Record.Fields); got != want || out.Record.Source != nil {
			t.Errorf("%s is known as %s, %s, want %s", members, got, out.Record.Source, want)
		}
	}
}
