package motive_test

import (
	"context"
	"errors"
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
	"github.com/waybill-dev/waybill/internal/tsp/motive"
	"github.com/waybill-dev/waybill/internal/tsp/motive/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// simulated is a running simulator and a session with it.
type simulated struct {
	*testing.T
	base     string
	session  tsp.Session
	settings tsp.Settings
}

func start(t *testing.T, settings tsp.Settings) simulated {
	t.Helper()
	return keyed(t, motive.New().Spec().SampleCredentials.Get("api_key"), settings)
}

// keyed is start with another API key.
func keyed(t *testing.T, key string, settings tsp.Settings) simulated {
	t.Helper()
	host, err := sim.New(simkit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(host)
	t.Cleanup(func() { _ = host.Close(); server.Close() })
	spec := motive.New().Spec()
	s, err := motive.New().Connect(t.Context(), tsp.Access{Settings: spec.Effective(settings),
		Credentials: tsp.Credentials{Kind: "api_key", Fields: map[string]string{"api_key": key}},
		BaseURL:     server.URL, Client: server.Client(), Pace: tsptest.Free{}})
	if err != nil {
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
		page, err := s.session.List(s.Context(), tsp.List{Kind: kind, Cursor: cursor, Pace: tsptest.Free{}})
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
	if policy := motive.New().Spec().Actions[c].Under(s.settings).Apply("Motive", schema, payload, s.settings); len(policy.Problems) > 0 {
		s.Fatalf("%s is refused: %v", body, policy.Problems)
	}
	w := tsp.Write{Capability: c, Schema: schema, Payload: payload, Refs: resource.Refs{}, Operation: uuid.Must(uuid.NewV7()),
		Attempt: 1, SentAt: time.Now(), Pace: tsptest.Free{}, Settings: s.settings, Secret: func(string) []byte { return []byte("0123456789012345678901234567890") }}
	for _, f := range schema.References() {
		for i := range f.IDs(payload) {
			w.Refs[f.Name] = append(w.Refs[f.Name], s.records(f.Ref.Kind)[i].SourceID)
		}
	}
	if verb == resource.Update {
		w.Target = s.records(kind)[0].SourceID
	}
	return w
}

// bodies hold every field that Motive takes.
var bodies = map[tsp.Capability]string{
	{Kind: resource.KindVehicle, Verb: resource.Create}: `{"vehicle_name":"T-900","oem":"Volvo","model_type":"VNL","model_year":2024,"vin":"4V4NC9EH5LN215999",
		"license_plate_region":"TX","license_plate_number":"ABC123","is_active":true,"status":"IN_REPAIR","notes":"new","external_id":"e-1","odometer_unit":"miles","engine_type":"DIESEL"}`,
	{Kind: resource.KindVehicle, Verb: resource.Update}: `{"vehicle_name":"Renamed","model_year":2020,"vin":null,"notes":"changed","external_id":"e-9","is_active":false,"status":"IN_SERVICE"}`,
	{Kind: resource.KindTrailer, Verb: resource.Create}: `{"trailer_name":"R-1","trailer_type":"Flatbed","oem":"Utility","model_type":"X","model_year":2020,
		"vin":"1UYVS2530GU512309","license_plate_region":"CA","license_plate_number":"P1","status":"in service","notes":"n","total_axles":2,"external_id":"e-2"}`,
	{Kind: resource.KindTrailer, Verb: resource.Update}:      `{"trailer_name":"R-2","trailer_type":"chassis","is_active":false}`,
	{Kind: resource.KindUser, Verb: resource.Create}:         `{"first_name":"Ada","last_name":"Byron","username":"ada.b","phone_number":"4155550123","country_code":"USA","license_number":"D1","license_region":"CA","employee_number":"77","carrier_number":"98231","default_time_zone":"America/Denver","allow_yard_move":true,"allow_personal_conveyance":true,"allow_adverse_driving":true,"hos_ruleset_code":"US_INT_PROP_70_8","hos_compliance_type":"non_exempt","hos_tracking_method":"automatic"}`,
	{Kind: resource.KindUser, Verb: resource.Update}:         `{"first_name":"Grace","phone_number":null,"status":"INACTIVE","hos_compliance_type":"exempt"}`,
	{Kind: resource.KindMessage, Verb: resource.Create}:      `{"sender_id":"` + ours + `","recipient_id":"` + ours + `","message_text":"Dock 7"}`,
	{Kind: resource.KindGroupMessage, Verb: resource.Create}: `{"sender_id":"` + ours + `","recipient_ids":["` + ours + `","01890a5d-ac96-774b-bcce-b302099a8058"],"message_text":"All to dock 7"}`,
	{Kind: resource.KindFuelTransaction, Verb: resource.Create}: `{"driver_id":"` + ours + `","vehicle_id":"` + ours + `","fuel_volume":100.25,"fuel_volume_unit":"IMPERIAL_GALLON",
		"transaction_time":"2026-11-20T10:00:00Z","transaction_jurisdiction":"TX","fuel_type":"DIESEL","total_cost":"410.20","currency":"usd","fuel_vendor":"Pilot","odometer":123456.4,"odometer_unit":"meters","location_string":"Austin"}`,
	associate: seated,
}

var collections = map[resource.Kind]string{resource.KindVehicle: "vehicles", resource.KindTrailer: "assets", resource.KindUser: "users",
	resource.KindMessage: "messages", resource.KindGroupMessage: "messages", resource.KindFuelTransaction: "fuel_purchases",
	associate.Kind: "permanent_drivers"}

func TestEveryWriteReachesMotive(t *testing.T) {
	t.Parallel()
	for c := range motive.New().Spec().Actions {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			s := start(t, nil)
			before := len(s.objects(collections[c.Kind]))
			out, err := s.session.Write(t.Context(), s.write(c.Kind, c.Verb, bodies[c]))
			if err != nil {
				t.Fatal(err)
			}
			if out.SourceID == "" || out.Collection == "" {
				t.Errorf("written: %+v", out)
			}
			after := len(s.objects(collections[c.Kind]))
			if made := c.Verb == resource.Create; (after > before) != made || after > before+1 {
				t.Errorf("there were %d objects, now %d", before, after)
			}
		})
	}
}

func TestAWriteThatWasAppliedWithoutAnAnswerIsFound(t *testing.T) {
	t.Parallel()
	for c, action := range motive.New().Spec().Actions {
		if action.Strength != tsp.VerifyFirst {
			continue
		}
		for fault, applied := range map[string]bool{"apply_then_drop": true, "drop": false} {
			t.Run(c.String()+" "+fault, func(t *testing.T) {
				t.Parallel()
				s := start(t, nil)
				w := s.write(c.Kind, c.Verb, bodies[c])
				s.fault(`{"match":{"method":"POST"},"fault":"` + fault + `","times":1}`)
				_, err := s.session.Write(t.Context(), w)
				var e *tsp.Error
				if !errors.As(err, &e) || e.Class != tsp.Unknown {
					t.Fatalf("the end is %v", err)
				}
				out, found, err := s.session.(tsp.Finder).Find(t.Context(), w)
				if err != nil || found != applied || found && out.SourceID == "" {
					t.Errorf("found %v as %+v, %v", found, out, err)
				}
			})
		}
	}
}

func TestAnExternalIDIsReplacedAndNotAddedAgain(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, id := range []string{"first", "second"} {
		if _, err := s.session.Write(t.Context(), s.write(resource.KindVehicle, resource.Update, `{"external_id":"`+id+`"}`)); err != nil {
			t.Fatal(err)
		}
	}
	all := strings.Join(s.objects("external_ids"), " ")
	if strings.Contains(all, `"first"`) || strings.Count(all, `"integration_name":"waybill"`) != 1 || !strings.Contains(all, `"second"`) {
		t.Errorf("external ids: %s", all)
	}
}

func TestACodeIsExchangedAndItsTokensRotate(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := motive.New()
	code := tsp.Credentials{Kind: "motive", Fields: map[string]string{"client_id": "motive-demo-client", "client_secret": "motive-demo-secret",
		"auth_code": "motive-demo-code", "redirect_uri": "https://app.example/motive/callback"}}
	var stored []tsp.Credentials
	access := tsp.Access{Credentials: code, Settings: s.settings, BaseURL: s.base, Client: http.DefaultClient, Pace: tsptest.Free{},
		Renew: func(ctx context.Context, _ tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
			fresh, err := by(ctx, stored[len(stored)-1])
			stored = append(stored, fresh)
			return fresh, err
		}}
	kept, err := a.(tsp.Exchanger).Exchange(t.Context(), access)
	if err != nil || kept.Get(tsp.RefreshToken) == "" || kept.Get("auth_code") != "" {
		t.Fatalf("exchanged: %v %v", kept.Fields, err)
	}
	if _, err := a.(tsp.Exchanger).Exchange(t.Context(), access); err == nil {
		t.Error("a code works twice")
	}
	stored, access.Credentials = append(stored, kept), kept
	session, err := a.Connect(t.Context(), access)
	if err != nil {
		t.Fatal(err)
	}
	s.fault(`{"match":{"method":"GET"},"fault":"expire_session","times":1}`)
	if account, err := session.Check(t.Context(), tsptest.Free{}); err != nil || account.Key == "" {
		t.Fatalf("after the token expired: %+v %v", account, err)
	}
	if len(stored) != 2 || stored[1].Get(tsp.RefreshToken) == kept.Get(tsp.RefreshToken) {
		t.Errorf("%d credentials were stored", len(stored))
	}
}
