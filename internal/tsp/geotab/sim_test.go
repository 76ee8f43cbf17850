package geotab_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/geotab"
	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

type free struct{}

func (free) Wait(context.Context, ...string) error { return nil }

// simulated is a running simulator and a session with it.
type simulated struct {
	*testing.T
	base     string
	session  tsp.Session
	settings tsp.Settings
}

func start(t *testing.T, settings tsp.Settings) simulated {
	t.Helper()
	host, err := sim.New(simkit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(host)
	t.Cleanup(func() { _ = host.Close(); server.Close() })
	spec := geotab.New().Spec()
	s, err := geotab.New().Connect(t.Context(), tsp.Access{Credentials: spec.SampleCredentials, Settings: spec.Effective(settings),
		BaseURL: server.URL, Client: server.Client(), Pace: free{},
		Renew: func(ctx context.Context, spent tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
			return by(ctx, spent)
		}})
	if err != nil {
		t.Fatal(err)
	}
	// Signing in now keeps it apart from what a test makes go wrong.
	if _, err := s.Check(t.Context(), free{}); err != nil {
		t.Fatal(err)
	}
	return simulated{t, server.URL, s, spec.Effective(settings)}
}

func (s simulated) fault(body string) {
	s.Helper()
	response, err := http.Post(s.base+"/_sim/faults", "application/json", strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	response.Body.Close()
}

// objects returns the simulator's objects of a collection as text.
func (s simulated) objects(collection string) []string {
	s.Helper()
	response, err := http.Get(s.base + "/_sim/objects/" + collection)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	var all []string
	for _, item := range list.Items {
		one, _ := json.Marshal(item, json.Deterministic(true))
		all = append(all, string(one))
	}
	return all
}

// records lists everything of a kind.
func (s simulated) records(kind resource.Kind) []tsp.Record {
	s.Helper()
	var all []tsp.Record
	for cursor := ""; ; {
		page, err := s.session.List(s.Context(), tsp.List{Kind: kind, Cursor: cursor, Pace: free{}})
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, page.Records...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

const ours = "01890a5d-ac96-774b-bcce-b302099a8057"

// write makes a write; every reference points to the first record of its kind.
func (s simulated) write(kind resource.Kind, verb resource.Verb, body string) tsp.Write {
	s.Helper()
	schema, err := resource.For(kind, verb)
	if err != nil {
		s.Fatal(err)
	}
	payload, wrong := schema.Decode([]byte(`{"connection_id":"` + ours + `",` + strings.TrimPrefix(body, "{")))
	if len(wrong) > 0 {
		s.Fatalf("%s: %v", body, wrong)
	}
	c := tsp.Capability{Kind: kind, Verb: verb}
	if policy := geotab.New().Spec().Actions[c].Under(s.settings).Apply("Geotab", schema, payload, s.settings); len(policy.Problems) > 0 {
		s.Fatalf("%s is refused: %v", body, policy.Problems)
	}
	w := tsp.Write{Capability: c, Schema: schema, Payload: payload, Refs: resource.Refs{}, Operation: uuid.Must(uuid.NewV7()),
		Attempt: 1, SentAt: time.Now(), Pace: free{}, Settings: s.settings, Secret: func(string) []byte { return []byte("0123456789012345678901234567890") }}
	for _, f := range schema.References() {
		for i := range f.IDs(payload) {
			w.Refs[f.Name] = append(w.Refs[f.Name], s.records(f.Ref.Kind)[i].SourceID)
		}
	}
	if verb == resource.Update {
		// The first user is the one that the session belongs to.
		all := s.records(kind)
		w.Target = all[len(all)-1].SourceID
	}
	return w
}

// bodies hold every field that Geotab takes.
var bodies = map[tsp.Capability]string{
	{Kind: resource.KindVehicle, Verb: resource.Create}: `{"vehicle_name":"T-900","vin":"4V4NC9EH5LN215999","license_plate_region":"TX",
		"license_plate_number":"ABC123","is_active":true,"notes":"new","engine_type":"DIESEL"}`,
	{Kind: resource.KindVehicle, Verb: resource.Update}:      `{"vehicle_name":"Renamed","license_plate_number":null,"notes":"changed","is_active":false}`,
	{Kind: resource.KindTrailer, Verb: resource.Create}:      `{"trailer_name":"R-1","vin":"1UYVS2530GU512309","license_plate_region":"CA","license_plate_number":"P1","notes":"n"}`,
	{Kind: resource.KindTrailer, Verb: resource.Update}:      `{"trailer_name":"R-2","is_active":false}`,
	{Kind: resource.KindUser, Verb: resource.Create}:         `{"first_name":"Ada","last_name":"Byron","username":"ada.b","phone_number":"+1 4155550123","country_code":"USA","license_number":"D1","license_region":"CA","employee_number":"77","carrier_number":"98231","user_designation":"lead","notes":"n","default_time_zone":"America/Denver","allow_yard_move":true,"allow_personal_conveyance":true,"allow_adverse_driving":true,"hos_ruleset_code":"US_INT_PROP_70_8"}`,
	{Kind: resource.KindUser, Verb: resource.Update}:         `{"first_name":"Grace","phone_number":null,"status":"INACTIVE","hos_ruleset_code":"US_INT_PROP_60_7"}`,
	{Kind: resource.KindMessage, Verb: resource.Create}:      `{"sender_id":"` + ours + `","recipient_id":"` + ours + `","message_text":"Dock 7","priority":"high"}`,
	{Kind: resource.KindGroupMessage, Verb: resource.Create}: `{"sender_id":"` + ours + `","recipient_ids":["` + ours + `","01890a5d-ac96-774b-bcce-b302099a8058"],"message_text":"All to dock 7"}`,
	{Kind: resource.KindFuelTransaction, Verb: resource.Create}: `{"driver_id":"` + ours + `","vehicle_id":"` + ours + `","fuel_volume":100.25,"fuel_volume_unit":"IMPERIAL_GALLON",
		"transaction_time":"2026-11-20T10:00:00Z","transaction_jurisdiction":"TX","fuel_type":"DIESEL","total_cost":"410.20","currency":"usd","fuel_vendor":"Pilot","odometer":123456.4,"odometer_unit":"meters","location_string":"Austin","latitude":30.1,"longitude":-97.7}`,
	{Kind: resource.KindDvirLog, Verb: resource.Create}: `{"driver_id":"` + ours + `","vehicle_id":"` + ours + `","occurred_at":"2026-11-20T10:00:00Z","log_type":"pre_trip",
		"defects":["brakes","stop_arm"],"is_safety_critical":true,"driver_comment":"soft","certify_comment":"seen","odometer":10.5,"odometer_unit":"miles"}`,
}

var collections = map[resource.Kind]string{resource.KindVehicle: "devices", resource.KindTrailer: "devices", resource.KindUser: "users",
	resource.KindMessage: "text-messages", resource.KindGroupMessage: "text-messages", resource.KindFuelTransaction: "fuel-transactions", resource.KindDvirLog: "dvir-logs"}

func TestEveryWriteReachesGeotab(t *testing.T) {
	t.Parallel()
	for c := range geotab.New().Spec().Actions {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			s := start(t, tsp.Settings{"defect_list_id": "b278A"})
			before := len(s.objects(collections[c.Kind]))
			out, err := s.session.Write(t.Context(), s.write(c.Kind, c.Verb, bodies[c]))
			if err != nil {
				t.Fatal(err)
			}
			if out.SourceID == "" || out.Collection == "" {
				t.Errorf("written: %+v", out)
			}
			after := len(s.objects(collections[c.Kind]))
			want := map[resource.Verb]int{resource.Create: 1}[c.Verb]
			if c.Kind == resource.KindGroupMessage {
				want = 2
			}
			if after-before != want {
				t.Errorf("there were %d objects, now %d", before, after)
			}
		})
	}
}

// memory keeps the steps of one write.
type memory struct{ steps []tsp.Step }

func (m *memory) Steps() []tsp.Step { return m.steps }

func (m *memory) Mark(_ context.Context, s tsp.Step) error {
	for i := range m.steps {
		if m.steps[i].Key == s.Key {
			m.steps[i] = s
			return nil
		}
	}
	m.steps = append(m.steps, s)
	return nil
}

func TestAWriteThatWasCutOffIsCompletedAndNothingIsMadeTwice(t *testing.T) {
	t.Parallel()
	for c := range geotab.New().Spec().Actions {
		if c.Verb != resource.Create {
			continue
		}
		for _, fault := range []string{"apply_then_drop", "drop"} {
			t.Run(c.String()+" "+fault, func(t *testing.T) {
				t.Parallel()
				s := start(t, tsp.Settings{"defect_list_id": "b278A"})
				// The first call of an inspection with defects reads their list.
				w := s.write(c.Kind, c.Verb, strings.Replace(bodies[c], `"defects":["brakes","stop_arm"],`, "", 1))
				w.Progress = &memory{}
				before := len(s.objects(collections[c.Kind]))
				s.fault(`{"match":{"method":"POST"},"fault":"` + fault + `","times":1}`)
				_, err := s.session.Write(t.Context(), w)
				var e *tsp.Error
				if !errors.As(err, &e) || e.Class != tsp.Unknown {
					t.Fatalf("the end is %v", err)
				}
				out, found, err := s.session.(tsp.Finder).Find(t.Context(), w)
				if err == nil && !found {
					out, err = s.session.Write(t.Context(), w)
				}
				if err != nil || out.SourceID == "" {
					t.Errorf("written %+v, %v", out, err)
				}
				want := 1
				if c.Kind == resource.KindGroupMessage {
					want = 2
				}
				if got := len(s.objects(collections[c.Kind])) - before; got != want {
					t.Errorf("%d objects were made, want %d", got, want)
				}
			})
		}
	}
}

func TestASessionShowsNoSecretWhenPrinted(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if text := fmt.Sprintf(verb, s.session); strings.Contains(text, "geotab-demo-password") {
			t.Errorf("%s prints the password", verb)
		}
	}
}
