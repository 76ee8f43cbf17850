package motive_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/motive"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// policy is what is said of a body before anything is sent.
func policy(t *testing.T, c tsp.Capability, body string, settings tsp.Settings) tsp.Policy {
	t.Helper()
	schema, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		t.Fatal(err)
	}
	payload, wrong := schema.Decode([]byte(`{"connection_id":"` + ours + `",` + strings.TrimPrefix(body, "{")))
	if len(wrong) > 0 {
		t.Fatalf("%s: %v", body, wrong)
	}
	effective := motive.New().Spec().Effective(settings)
	return motive.New().Spec().Actions[c].Under(effective).Apply("Motive", schema, payload, effective)
}

const (
	purchased = `{"driver_id":"` + ours + `","vehicle_id":"` + ours + `","fuel_volume":1,"fuel_volume_unit":"LITER","transaction_time":"2026-03-31T23:30:00-05:00","transaction_jurisdiction":"TX","fuel_type":"DIESEL"`
	hired     = `{"first_name":"Ada","last_name":"Byron","username":"ada.b"`
)

func TestWhatContradictsItselfOrSaysNothingIsRefused(t *testing.T) {
	t.Parallel()
	fuel := tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create}
	user := tsp.Capability{Kind: resource.KindUser, Verb: resource.Create}
	vehicle := tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}
	trailer := tsp.Capability{Kind: resource.KindTrailer, Verb: resource.Create}
	group := tsp.Capability{Kind: resource.KindGroupMessage, Verb: resource.Create}
	for _, c := range []struct {
		of   tsp.Capability
		body string
		path string
	}{
		{fuel, purchased + `,"odometer_unit":"miles"}`, "odometer"},
		{fuel, purchased + `,"odometer":5}`, "odometer_unit"},
		{fuel, purchased + `,"latitude":40}`, "longitude"},
		{fuel, purchased + `,"longitude":-73}`, "latitude"},
		{fuel, purchased + `,"total_cost":"5"}`, "currency"},
		{fuel, strings.Replace(purchased, `"fuel_volume":1,`, `"fuel_volume":0,`, 1) + `}`, "fuel_volume"},
		{fuel, purchased + `,"total_cost":"-5","currency":"USD"}`, "total_cost"},
		{user, hired + `,"user_email":"ada.example.com"}`, "user_email"},
		{user, hired + `,"user_email":"ada@"}`, "user_email"},
		{user, `{"first_name":"Ada","last_name":"Byron","username":""}`, "username"},
		{user, hired + `,"country_code":"pol"}`, "country_code"},
		{fuel, strings.Replace(purchased, `"TX"`, `"ZZ"`, 1) + `}`, "transaction_jurisdiction"},
		{fuel, strings.Replace(purchased, `"TX"`, `"Texas"`, 1) + `}`, "transaction_jurisdiction"},
		{vehicle, `{"vehicle_name":"T-1","model_year":0}`, "model_year"},
		{vehicle, `{"vehicle_name":"T-1","model_year":20240}`, "model_year"},
		{trailer, `{"trailer_name":"R-1","trailer_type":"reefer","oem":"Utility","model_type":"X","model_year":0}`, "model_year"},
		{vehicle, `{"vehicle_name":"T-1","license_plate_region":"ON","license_plate_country":"CAN"}`, "license_plate_country"},
		{vehicle, `{"vehicle_name":"T-1","license_plate_number":"A1","license_plate_country":"MEX"}`, "license_plate_country"},
		{group, `{"sender_id":"` + ours + `","recipient_ids":["` + ours + `"],"message_text":"x"}`, "recipient_ids"},
		{user, hired + `,"is_active":true,"status":"INACTIVE"}`, "status"},
		{user, hired + `,"is_driver":false,"license_number":"D1"}`, "license_number"},
		{user, hired + `,"is_driver":false,"hos_ruleset_code":"US_INT_PROP_70_8"}`, "hos_ruleset_code"},
		{user, hired + `,"hos_compliance_type":"exempt","hos_tracking_method":"manual"}`, "hos_tracking_method"},
		{user, hired + `,"hos_ruleset_code":"US_INT_PROP_70_8_SH"}`, "hos_ruleset_code"},
	} {
		wrong := policy(t, c.of, c.body, nil).Problems
		if len(wrong) != 1 || wrong[0].Path != c.path {
			t.Errorf("%s: %v, want a problem of %s", c.body, wrong, c.path)
		}
	}
	for _, state := range []string{"TX", "tx", "DC", "ON", "yt"} {
		if wrong := policy(t, fuel, strings.Replace(purchased, `"TX"`, `"`+state+`"`, 1)+`}`, nil).Problems; len(wrong) > 0 {
			t.Errorf("%s: %v", state, wrong)
		}
	}
	code := policy(t, user, hired+`,"country_code":"pol"}`, nil).Problems
	if len(code) != 1 || !strings.Contains(code[0].Message, "three capital letters") {
		t.Errorf("%v", code)
	}
	refused := policy(t, user, hired+`,"hos_ruleset_code":"US_INT_SALESP"}`, nil).Problems
	if len(refused) != 1 || !strings.Contains(refused[0].Message, "developer.gomotive.com/reference/users-overview") {
		t.Errorf("%v", refused)
	}
}

func TestWhatMotiveHoldsInAnotherWordOrRoundedIsWarnedOf(t *testing.T) {
	t.Parallel()
	fuel := tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create}
	vehicle := tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update}
	of := func(kind string) string { return strings.Replace(purchased, `"DIESEL"`, `"`+kind+`"`, 1) }
	for _, c := range []struct {
		of         tsp.Capability
		body       string
		path, says string
	}{
		{fuel, of("DIESEL") + `,"odometer":1609.344,"odometer_unit":"meters"}`, "odometer", "as 2 KM"},
		{fuel, of("DIESEL") + `,"odometer":100.5,"odometer_unit":"miles"}`, "odometer", "as 101 MI"},
		{fuel, of("DIESEL") + `,"odometer":2000,"odometer_unit":"meters"}`, "", ""},
		{fuel, of("ELECTRICITY") + `}`, "fuel_type", "as other"},
		{fuel, of("LPG") + `}`, "fuel_type", "as propane"},
		{fuel, of("PROPANE") + `}`, "", ""},
		{vehicle, `{"engine_type":"HYBRID"}`, "engine_type", "as other"},
		{vehicle, `{"engine_type":"DIESEL"}`, "", ""},
		{vehicle, `{"license_plate_region":"TX","license_plate_country":"USA"}`, "license_plate_country", "not sent"},
		{vehicle, `{"notes":"n","license_plate_country":"CAN"}`, "license_plate_country", "not sent"},
	} {
		p := policy(t, c.of, c.body, nil)
		if len(p.Problems) > 0 || len(p.Warnings) != min(len(c.path), 1) {
			t.Errorf("%s: %v %v", c.body, p.Problems, p.Warnings)
		} else if c.path != "" && (p.Warnings[0].Path != c.path || !strings.Contains(p.Warnings[0].Message, c.says)) {
			t.Errorf("%s: %v, want %s %s", c.body, p.Warnings, c.path, c.says)
		}
	}
}

func TestACostReachesMotiveInWhateverFormItIsWritten(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for cost, want := range map[string]string{"+5": "5", "5.": "5", ".5": "0.5", "-0": "0", "410.20": "410.2"} {
		body := purchased + `,"total_cost":"` + cost + `","currency":"USD"}`
		out, err := s.session.Write(t.Context(), s.write(resource.KindFuelTransaction, resource.Create, body))
		if err != nil || !strings.Contains(string(out.Record.Fields), `"total_cost":"`+want+`"`) {
			t.Errorf("%s: %+v %v", cost, out.Record, err)
		}
	}
}

func TestDropsUnderAConditionAreTold(t *testing.T) {
	t.Parallel()
	uses := motive.New().Spec().Actions[tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create}].Uses
	for _, name := range []string{"latitude", "longitude"} {
		if use := uses[name]; use.Use != tsp.UseSent || !strings.Contains(use.Reason, "beside location_string") {
			t.Errorf("%s: %+v", name, use)
		}
	}
}

func TestAPurchaseHasOnePlaceAndTheCallersDay(t *testing.T) {
	t.Parallel()
	fuel := tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create}
	for body, want := range map[string]struct {
		location string
		dropped  []string
	}{
		`,"latitude":40.748441,"longitude":-73.985664}`:                            {"40.748441, -73.985664", nil},
		`,"latitude":40.748441,"longitude":-73.985664,"location_string":"Austin"}`: {"Austin", []string{"latitude", "longitude"}},
		`,"latitude":40.748441,"longitude":-73.985664,"location_string":" "}`:      {"40.748441, -73.985664", nil},
		`,"fuel_vendor":"Pilot"}`:                                                  {"", nil},
	} {
		p := policy(t, fuel, purchased+body, nil)
		if diff := cmp.Diff(want.dropped, p.Dropped()); diff != "" || len(p.Problems) > 0 {
			t.Errorf("%s: %v %s", body, p.Problems, diff)
		}
		var sent map[string]any
		s := desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
			_ = json.UnmarshalRead(r.Body, &sent)
			says(`{"fuel_purchase":{"id":5}}`)(w, r)
		})
		w := writing(t, resource.KindFuelTransaction, strings.TrimSuffix(strings.TrimPrefix(purchased+body, "{"), "}"),
			resource.Refs{"driver_id": {"1"}, "vehicle_id": {"2"}})
		if _, err := s.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		location, _ := sent["location"].(string)
		if location != want.location || sent["purchased_at"] != "2026-03-31T23:30:00-05:00" {
			t.Errorf("%s is sent as %v", body, sent)
		}
	}
}

func TestARecordThatIsNotThereMayBeOutsideOfTheKeysGroups(t *testing.T) {
	t.Parallel()
	s := keyed(t, "motive-west-key", nil)
	w := s.write(resource.KindUser, resource.Update, `{"first_name":"B"}`)
	w.Target = "520002"
	_, err := s.session.Write(t.Context(), w)
	var e *tsp.Error
	if !errors.As(err, &e) || e.Class != tsp.Missing || !strings.Contains(e.Message, "endpoints-supporting-group-scoping") {
		t.Errorf("%v", err)
	}
	checker := keyed(t, "motive-west-key", tsp.Settings{"default_group_ids": []string{"41002"}}).session.(tsp.SettingsChecker)
	if err := checker.CheckSettings(t.Context(), tsptest.Free{}); !errors.As(err, &e) || e.Setting != "default_group_ids" {
		t.Errorf("%v", err)
	}
}

func TestAKeyOfOneGroupMakesRecordsInTheDefaultOnes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		groups tsp.Settings
		class  tsp.Class
	}{{nil, tsp.Rejected}, {tsp.Settings{"default_group_ids": []string{"41001"}}, tsp.Done}} {
		s := keyed(t, "motive-west-key", c.groups)
		if _, err := s.session.Write(t.Context(), s.write(resource.KindVehicle, resource.Create, `{"vehicle_name":"T-901"}`)); classOf(err) != c.class {
			t.Errorf("%v: %v", c.groups, err)
		}
	}
}

// tokenHosts answers calls for tokens as each host does.
type tokenHosts struct {
	status map[string]int
	asked  []string
}

func (h *tokenHosts) RoundTrip(r *http.Request) (*http.Response, error) {
	h.asked = append(h.asked, r.URL.Host+r.URL.Path)
	recorder := httptest.NewRecorder()
	recorder.WriteHeader(h.status[r.URL.Host])
	_, _ = recorder.WriteString(`{"access_token":"a","refresh_token":"r","expires_in":7200}`)
	out := recorder.Result()
	out.Request = r
	return out, nil
}

func TestTokensComeFromTheDocumentedHostFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own    string
		status int
		want   []string
	}{
		{"", 200, []string{"api.gomotive.com/oauth/token"}},
		{"", 404, []string{"api.gomotive.com/oauth/token", "account.gomotive.com/oauth/token"}},
		{"https://own.example/token", 200, []string{"own.example/token"}},
	} {
		hosts := &tokenHosts{status: map[string]int{"api.gomotive.com": c.status, "account.gomotive.com": 200, "own.example": 200}}
		given := tsp.Credentials{Kind: "motive", Fields: map[string]string{"client_id": "c", "client_secret": "s", "auth_code": "x",
			"redirect_uri": "https://app.example", "token_url": c.own}}
		kept, err := motive.New().(tsp.Exchanger).Exchange(t.Context(), tsp.Access{Credentials: given, Client: &http.Client{Transport: hosts}, Pace: tsptest.Free{}})
		if diff := cmp.Diff(c.want, hosts.asked); diff != "" || err != nil || kept.Get(tsp.RefreshToken) != "r" {
			t.Errorf("%q: %v %s", c.own, err, diff)
		}
	}
	if _, wrong := motive.New().Spec().ReadCredentials([]byte(`{"client_id":"c","client_secret":"s","auth_code":"x","redirect_uri":"r","token_url":"https://own.example/token"}`)); len(wrong) > 0 {
		t.Error(wrong)
	}
}

func TestAKeyMayHaveAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	hosts := &tokenHosts{status: map[string]int{"api.keeptruckin.com": 200}}
	spec := motive.New().Spec()
	session, err := motive.New().Connect(t.Context(), tsp.Access{Credentials: tsp.Credentials{Kind: "api_key", Fields: map[string]string{
		"api_key": "k", "url": "https://api.keeptruckin.com"}}, Settings: spec.Effective(nil), Client: &http.Client{Transport: hosts}, Pace: tsptest.Free{}})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = session.Check(t.Context(), tsptest.Free{})
	if want := []string{"api.keeptruckin.com/v1/companies"}; !cmp.Equal(want, hosts.asked) {
		t.Errorf("asked: %v", hosts.asked)
	}
}
