package samsara_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// real makes a write whose references and target are the simulator's first records.
func (s simulator) real(c tsp.Capability, body string) tsp.Write {
	s.t.Helper()
	w := write(s.t, c, body)
	w.Progress, w.SentAt = &tsptest.Memory{}, time.Now()
	records := map[resource.Kind]resource.SourceID{}
	for _, kind := range []resource.Kind{resource.KindVehicle, resource.KindTrailer, resource.KindUser} {
		records[kind] = s.first(kind).SourceID
	}
	for _, f := range w.Schema.References() {
		if _, ok := w.Refs[f.Name]; ok {
			w.Refs[f.Name] = []resource.SourceID{records[f.Ref.Kind]}
		}
	}
	if c.Verb == resource.Update {
		w.Target = records[c.Kind]
	}
	return w
}

// lookFor returns the object of a collection with that id.
func (s simulator) lookFor(collection string, id resource.SourceID) string {
	s.t.Helper()
	for _, o := range s.objects(collection) {
		if strings.Contains(o, `"`+string(id)+`"`) {
			return o
		}
	}
	return ""
}

// creates are one create of each kind with an id, and what the simulator then holds.
var creates = map[string]struct {
	of         tsp.Capability
	settings   tsp.Settings
	body       string
	collection string
	holds      []string
}{
	"a vehicle": {createVehicle, beta, `{"vehicle_name":"Truck 8","vin":"1HGBH41JXMN109186","model_year":2024,"external_id":"T-8"}`, "vehicles",
		[]string{`"name":"Truck 8"`, `"type":"vehicle"`, `"year":2024`, `"waybill":"T-8"`}},
	"a trailer":             {createTrailer, nil, `{"trailer_name":"T 8","vin":"serial 8"}`, "trailers", []string{`"serialNumber":"serial 8"`}},
	"a trailer as an asset": {createTrailer, beta, `{"trailer_name":"T 8","oem":"Utility"}`, "trailers", []string{`"make":"Utility"`, `"type":"trailer"`}},
	"a driver":              {createUser, nil, with(aDriver, `"employee_number":"7"`), "drivers", []string{`"employee":"7"`, `"driverActivationStatus":"active"`}},
	"a dashboard user":      {createUser, roles, anAdmin, "users", []string{`"email":"dana@acme.example"`}},
	"an inspection":         {createDVIR, dvirSettings, aDVIR, "dvirs", []string{`"type":"mechanic"`}},
}

func TestACreateIsMadeOnceWhateverBecomesOfItsAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range creates {
		for fault, applied := range map[string]bool{"apply_then_drop": true, "drop": false, "malformed": false, "": true} {
			t.Run(name+" "+fault, func(t *testing.T) {
				t.Parallel()
				s := simulatedWith(t, c.settings)
				w := s.real(c.of, c.body)
				before := len(s.objects(c.collection))
				if fault == "" {
					if _, err := s.Write(t.Context(), w); err != nil {
						t.Fatal(err)
					}
				} else {
					s.fault(`{"match":{"method":"POST"},"fault":"` + fault + `","times":1}`)
					_, err := s.Write(t.Context(), w)
					wantClass(t, err, tsp.Unknown)
				}
				got, found, err := s.Session.(tsp.Finder).Find(t.Context(), w)
				if err != nil || found != applied {
					t.Fatalf("found = %v, %v; want %v", found, err, applied)
				}
				if !found {
					if got, err = s.Write(t.Context(), w); err != nil {
						t.Fatal(err)
					}
				}
				object := s.lookFor(c.collection, got.SourceID)
				for _, want := range c.holds {
					if !strings.Contains(object, want) {
						t.Errorf("%s lacks %s", object, want)
					}
				}
				if n := len(s.objects(c.collection)) - before; n != 1 || got.SourceID == "" {
					t.Errorf("%d were made, %+v", n, got)
				}
			})
		}
	}
}

func TestADriverWhoIsNotActiveIsDeactivatedWhateverBreaks(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]string{
		"nothing":                                "",
		"the answer to the create is lost":       `{"match":{"method":"POST"},"fault":"apply_then_drop","times":1}`,
		"the second call cannot be made":         `{"match":{"method":"PATCH"},"fault":"status","status":503,"times":1}`,
		"the answer to the second call is lost":  `{"match":{"method":"PATCH"},"fault":"apply_then_drop","times":1}`,
		"the second call gets an answer of 500s": `{"match":{"method":"PATCH"},"fault":"status","status":500,"times":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulated(t)
			w := s.real(createUser, with(aDriver, `"is_active":false`))
			before := len(s.objects("drivers"))
			if fault != "" {
				s.fault(fault)
			}
			got, err := s.Write(t.Context(), w)
			if fault != "" {
				if err == nil {
					t.Fatal("the fault had no effect")
				}
				var found bool
				if got, found, err = s.Session.(tsp.Finder).Find(t.Context(), w); err != nil || found {
					t.Fatalf("with a step left: found = %v, %v", found, err)
				}
				got, err = s.Write(t.Context(), w)
			}
			if err != nil || got.Collection != "drivers" {
				t.Fatalf("%+v, %v", got, err)
			}
			if o := s.lookFor("drivers", got.SourceID); !strings.Contains(o, `"driverActivationStatus":"deactivated"`) {
				t.Errorf("%s is active", o)
			}
			if n := len(s.objects("drivers")) - before; n != 1 {
				t.Errorf("%d drivers were made", n)
			}
			if _, found, err := s.Session.(tsp.Finder).Find(t.Context(), w); err != nil || !found {
				t.Errorf("at the end: found = %v, %v", found, err)
			}
		})
	}
}

func TestUpdatesReachTheSimulatorByBothRoutes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of         tsp.Capability
		settings   tsp.Settings
		body       string
		collection string
		holds      string
	}{
		"a vehicle's notes":        {updateVehicle, nil, `{"notes":"n 7"}`, "vehicles", `"notes":"n 7"`},
		"a vehicle's model":        {updateVehicle, beta, `{"notes":"n 7","model_type":"M 7"}`, "vehicles", `"model":"M 7"`},
		"a trailer's number":       {updateTrailer, nil, `{"vin":"serial 7"}`, "trailers", `"serialNumber":"serial 7"`},
		"a trailer's year":         {updateTrailer, beta, `{"model_year":2025}`, "trailers", `"year":2025`},
		"a driver's last name":     {updateUser, nil, `{"last_name":"Ngo"}`, "drivers", `"name":"Amir Ngo"`},
		"a driver who is inactive": {updateUser, nil, `{"status":"INACTIVE"}`, "drivers", `"driverActivationStatus":"deactivated"`},
		"a driver's ruleset": {updateUser, tsp.Settings{"hos_rulesets": true}, `{"hos_ruleset_code":"US_TX_INTRA_PROP_70_7"}`, "drivers",
			`"cycle":"Texas (7/70)"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulatedWith(t, c.settings)
			w := s.real(c.of, c.body)
			got, err := s.Write(t.Context(), w)
			if err != nil || got.SourceID != w.Target {
				t.Fatalf("%+v, %v", got, err)
			}
			if o := s.lookFor(c.collection, w.Target); !strings.Contains(o, c.holds) {
				t.Errorf("%s lacks %s", o, c.holds)
			}
		})
	}
}

func TestOfADashboardUserOnlyTheNameIsChanged(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	w := s.real(updateUser, `{"first_name":"Dan"}`)
	w.Target, w.Collection = "48400010", "users"
	if got, err := s.Write(t.Context(), w); err != nil || got.Collection != "users" {
		t.Errorf("%+v, %v", got, err)
	}
	if o := s.objects("users")[0]; !strings.Contains(o, `"name":"Dan Whitfield"`) {
		t.Errorf("%s", o)
	}
	w = s.real(updateUser, `{"last_name":"W","notes":"n","is_active":false}`)
	w.Target, w.Collection = "48400010", "users"
	_, err := s.Write(t.Context(), w)
	if e := wantClass(t, err, tsp.Rejected); !strings.Contains(e.Message, "not is_active, notes") {
		t.Errorf("message = %q", e.Message)
	}
}

func TestATokenThatIsRestrictedToTagsCanWrite(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	settings := tsp.Settings{"asset_route": "beta", "default_tag_ids": []string{"3920"}, "tag_scoped_token": true}
	scoped := s
	scoped.Session = connect(t, samsara.New(), s.base, tsp.Access{Settings: settings,
		Credentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "samsara-tagged-token"}}})
	for c, body := range map[tsp.Capability]string{
		createVehicle: `{"vehicle_name":"T"}`, createTrailer: `{"trailer_name":"T"}`, createUser: with(aDriver, `"is_active":false`),
		updateVehicle: `{"notes":"n","model_type":"m"}`, updateUser: `{"notes":"n"}`,
	} {
		w := scoped.real(c, body)
		w.Operation = uuid.New()
		if _, err := scoped.Write(t.Context(), w); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
}

func TestAPurchaseIsRepeatedOnlyWhereSettingsAllowIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resend, unique bool
		fault          string
		want           tsp.Class
		purchases      int
	}{
		"it is answered":                          {false, false, "", tsp.Done, 1},
		"no answer, no repetition":                {false, false, "apply_then_drop", tsp.Unknown, 1},
		"not taken, repeated":                     {true, true, "drop", tsp.Done, 1},
		"taken, repeated and refused":             {true, true, "apply_then_drop", tsp.Unknown, 1},
		"taken, repeated and there twice":         {true, false, "apply_then_drop", tsp.Done, 2},
		"not taken, and no repetition is allowed": {false, true, "drop", tsp.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulatedWith(t, tsp.Settings{"resend_unknown_fuel": c.resend})
			if c.unique {
				s.admin("switches", `{"unique_fuel_references":true}`)
			}
			w := s.real(createFuel, aFuel)
			if c.fault != "" {
				s.fault(`{"match":{"method":"POST"},"fault":"` + c.fault + `","times":1}`)
			}
			got, err := s.Write(t.Context(), w)
			if c.want == tsp.Done && (err != nil || uuid.Validate(string(got.SourceID)) != nil || got.Collection != "fuel_purchases") {
				t.Errorf("%+v, %v", got, err)
			}
			if c.want != tsp.Done {
				wantClass(t, err, c.want)
			}
			held := s.objects("fuel-purchases")
			if len(held) != c.purchases {
				t.Errorf("%d purchases, want %d", len(held), c.purchases)
			}
			for _, o := range held {
				if !strings.Contains(o, `"transactionReference":"01890a5dac96774bbcceb302099a8058"`) {
					t.Errorf("%s has another reference", o)
				}
			}
		})
	}
}
