package samsara_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
	"github.com/waybill-dev/waybill/internal/tsp/samsara/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// simulator is a running simulator and a session with it.
type simulator struct {
	t    *testing.T
	base string
	tsp.Session
}

func simulated(t *testing.T) simulator {
	t.Helper()
	return simulatedWith(t, nil)
}

// simulatedWith is simulated on a connection with settings.
func simulatedWith(t *testing.T, settings tsp.Settings) simulator {
	t.Helper()
	host, err := sim.New(simkit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(host)
	t.Cleanup(func() {
		_ = host.Close()
		server.Close()
	})
	adapter := samsara.New()
	return simulator{t, server.URL, connect(t, adapter, server.URL, tsp.Access{Credentials: adapter.Spec().SampleCredentials, Settings: settings})}
}

// fault makes the simulator misbehave.
func (s simulator) fault(body string) {
	s.t.Helper()
	s.admin("faults", body)
}

// admin asks something of the simulator's admin side.
func (s simulator) admin(path, body string) {
	s.t.Helper()
	response, err := http.Post(s.base+"/_sim/"+path, jsonType, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode >= 300 {
		s.t.Fatalf("%s: %d %s", body, response.StatusCode, text)
	}
}

// objects returns the text of all objects of one of the simulator's collections.
func (s simulator) objects(collection string) []string {
	s.t.Helper()
	response, err := http.Get(s.base + "/_sim/objects/" + collection)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		s.t.Fatalf("%s: %v", text, err)
	}
	items := make([]string, len(list.Items))
	for i, item := range list.Items {
		one, _ := json.Marshal(item, json.Deterministic(true))
		items[i] = string(one)
	}
	return items
}

// first returns the first record of a kind.
func (s simulator) first(kind resource.Kind) tsp.Record {
	s.t.Helper()
	records := all(s.t, s.Session, kind)
	if len(records) == 0 {
		s.t.Fatalf("the simulator has no %s", kind)
	}
	return records[0]
}

// message makes a message to one of the simulator's drivers.
func (s simulator) message(text string) tsp.Write {
	s.t.Helper()
	w := message(s.t, text)
	w.Refs["recipient_id"] = []resource.SourceID{s.first(resource.KindUser).SourceID}
	w.SentAt = time.Now()
	return w
}

func (s simulator) vehicle(body string) tsp.Write {
	s.t.Helper()
	w := write(s.t, updateVehicle, body)
	w.Target = s.first(resource.KindVehicle).SourceID
	return w
}

// count tells how many messages with that text the simulator holds.
func (s simulator) count(text string) int {
	s.t.Helper()
	n := 0
	for _, o := range s.objects("messages") {
		if strings.Contains(o, `"text":"`+text+`"`) {
			n++
		}
	}
	return n
}

func TestTheSimulatorTakesTheSampleCredentials(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	account, err := s.Check(t.Context(), &pacer{})
	if err != nil || account.Key == "" || account.Name == "" {
		t.Errorf("%+v, %v", account, err)
	}
}

func TestAllKindsCanBeImportedFromTheSimulator(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	seen := map[string]bool{}
	for _, imports := range samsara.New().Spec().Imports {
		for _, r := range all(t, s, imports.Kind) {
			seen[r.Collection] = true
			seen["deactivated"] = seen["deactivated"] || r.Collection == "drivers" && bytes.Contains(r.Fields, []byte(`"is_active":false`))
		}
	}
	for _, name := range []string{"vehicles", "drivers", "users", "trailers", "deactivated"} {
		if !seen[name] {
			t.Errorf("no %s were listed", name)
		}
	}
}

func TestAMessageReachesTheSimulatorOnce(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	w := s.message("to dock 7")
	if _, found, err := s.Session.(tsp.Finder).Find(t.Context(), w); err != nil || found {
		t.Fatalf("before it is sent: found = %v, %v", found, err)
	}
	if _, err := s.Write(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if n := s.count("to dock 7"); n != 1 {
		t.Errorf("the simulator holds %d", n)
	}
	if _, found, err := s.Session.(tsp.Finder).Find(t.Context(), w); err != nil || !found {
		t.Errorf("after it was sent: found = %v, %v", found, err)
	}
}

func TestFindingSettlesAnUnknownEnd(t *testing.T) {
	t.Parallel()
	for fault, applied := range map[string]bool{"apply_then_drop": true, "drop": false, "malformed": false} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := simulated(t)
			w := s.message("to dock 7")
			s.fault(`{"match":{"method":"POST"},"fault":"` + fault + `","times":1}`)
			_, err := s.Write(t.Context(), w)
			wantClass(t, err, tsp.Unknown)
			_, found, err := s.Session.(tsp.Finder).Find(t.Context(), w)
			if err != nil || found != applied {
				t.Errorf("found = %v, %v; want %v", found, err, applied)
			}
			if n := s.count("to dock 7"); (n == 1) != applied || n > 1 {
				t.Errorf("the simulator holds %d", n)
			}
		})
	}
}

func TestTheSimulatorsFaultsHaveTheirClasses(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]tsp.Class{
		`"fault":"status","status":500`:               tsp.Unknown,
		`"fault":"status","status":502`:               tsp.Unknown,
		`"fault":"status","status":503`:               tsp.Unavailable,
		`"fault":"status","status":403`:               tsp.Forbidden,
		`"fault":"status","status":400`:               tsp.Rejected,
		`"fault":"throttle","retry_after":"1.5"`:      tsp.Throttled,
		`"fault":"expire_session"`:                    tsp.Unauthorized,
		`"fault":"drop"`:                              tsp.Unknown,
		`"fault":"apply_then_drop"`:                   tsp.Unknown,
		`"fault":"malformed"`:                         tsp.Unknown,
		`"fault":"malformed","status":503,"body":"{"`: tsp.Unavailable,
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := simulated(t)
			w := s.vehicle(`{"notes":"new tyres"}`)
			s.fault(`{"match":{"method":"PATCH"},` + fault + `,"times":1}`)
			_, err := s.Write(t.Context(), w)
			if e := wantClass(t, err, want); want == tsp.Throttled && e.RetryAfter != 1500*time.Millisecond {
				t.Errorf("RetryAfter = %v", e.RetryAfter)
			}
		})
	}
}

func TestTheSimulatorKeepsWhatAnUpdateLeavesOut(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	for _, body := range []string{
		`{"vehicle_name":"Truck 77","vin":"1FUJA6BD31LJ09646","license_plate_number":"XHK1234","notes":"new tyres","external_id":"T-77"}`,
		`{"license_plate_number":null}`,
		`{"notes":"old tyres"}`,
		`{"is_active":true}`,
	} {
		w := s.vehicle(body)
		got, err := s.Write(t.Context(), w)
		if err != nil || got.SourceID != w.Target {
			t.Fatalf("%s: %+v, %v", body, got, err)
		}
	}
	fields := string(s.first(resource.KindVehicle).Fields)
	for _, want := range []string{`"vehicle_name":"Truck 77"`, `"vin":"1FUJA6BD31LJ09646"`, `"notes":"old tyres"`, `"external_id":"T-77"`} {
		if !strings.Contains(fields, want) {
			t.Errorf("%s lacks %s", fields, want)
		}
	}
	if strings.Contains(fields, "license_plate_number") {
		t.Errorf("%s still has a plate", fields)
	}
}

func TestTheSimulatorRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	w := s.vehicle(`{"notes":"x"}`)
	w.Target = "1"
	_, err := s.Write(t.Context(), w)
	wantClass(t, err, tsp.Missing)

	m := s.message("hello")
	m.Refs["recipient_id"] = []resource.SourceID{"1"}
	_, err = s.Write(t.Context(), m)
	if e := err.(*tsp.Error); e.Class != tsp.Missing && e.Class != tsp.Rejected {
		t.Errorf("an unknown driver is %v", e)
	}

	_, err = s.Write(t.Context(), s.message(strings.Repeat("x", 2501)))
	wantClass(t, err, tsp.Rejected)
}

func TestTheSimulatorRefusesAnotherToken(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	stranger := connect(t, samsara.New(), s.base, tsp.Access{Credentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "wrong"}}})
	_, err := stranger.Check(t.Context(), &pacer{})
	wantClass(t, err, tsp.Unauthorized)
}
