package samsara_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

const (
	token     = "samsara-demo-token"
	driverID  = "1654973"
	vehicleID = "281474977075805"
	trailerID = "281474977075806"
)

var (
	createMessage = tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
	createGroup   = tsp.Capability{Kind: resource.KindGroupMessage, Verb: resource.Create}
	createVehicle = tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}
	updateVehicle = tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update}
	createTrailer = tsp.Capability{Kind: resource.KindTrailer, Verb: resource.Create}
	updateTrailer = tsp.Capability{Kind: resource.KindTrailer, Verb: resource.Update}
	createUser    = tsp.Capability{Kind: resource.KindUser, Verb: resource.Create}
	updateUser    = tsp.Capability{Kind: resource.KindUser, Verb: resource.Update}
	createDVIR    = tsp.Capability{Kind: resource.KindDvirLog, Verb: resource.Create}
	createFuel    = tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create}

	beta  = tsp.Settings{"asset_route": "beta"}
	roles = tsp.Settings{"dashboard_role_ids": []string{"23d4d8d3-dc10-4e7a-a183-69968751f23e"}}

	// ours are ids that must never reach Samsara.
	connectionID = "01890a5d-ac96-774b-bcce-b302099a8057"
	operationID  = uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8058")

	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

func atNoon() time.Time { return noon }

// pacer lets everything pass and records what it was asked for.
type pacer struct {
	mu    sync.Mutex
	waits [][]string
}

func (p *pacer) Wait(_ context.Context, limits ...string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waits = append(p.waits, slices.Clone(limits))
	return nil
}

func (*pacer) Enter(context.Context, ...string) (func(), error) { return func() {}, nil }

// sent is one recorded request.
type sent struct {
	Method, URI string
	Header      http.Header
	Body        string
}

// recorder is a server that keeps the requests it gets.
type recorder struct {
	mu       sync.Mutex
	requests []sent
}

func (r *recorder) wrap(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		r.requests = append(r.requests, sent{request.Method, request.URL.RequestURI(), request.Header, string(body)})
		r.mu.Unlock()
		w.Header().Set("Date", noon.Format(http.TimeFormat))
		next(w, request)
	}
}

// session connects the adapter, with its clock at noon, to a server that answers as told.
func session(t *testing.T, handler http.HandlerFunc) (tsp.Session, *recorder) {
	t.Helper()
	return sessionWith(t, nil, handler)
}

// sessionWith is session on a connection with settings.
func sessionWith(t *testing.T, settings tsp.Settings, handler http.HandlerFunc) (tsp.Session, *recorder) {
	t.Helper()
	r := &recorder{}
	server := httptest.NewServer(r.wrap(handler))
	t.Cleanup(server.Close)
	adapter := samsara.NewAt(atNoon)
	return connect(t, adapter, server.URL, tsp.Access{Credentials: adapter.Spec().SampleCredentials, Settings: settings}), r
}

// connect opens a session; of access it takes what is set.
func connect(t *testing.T, adapter tsp.Adapter, base string, access tsp.Access) tsp.Session {
	t.Helper()
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	access.BaseURL, access.Client, access.Pace, access.Settings = base, client, &pacer{}, adapter.Spec().Effective(access.Settings)
	s, err := adapter.Connect(t.Context(), access)
	if err != nil {
		t.Fatalf("Connect: %v", err)
	}
	return s
}

// uuids are ours for the references of bodies.
const (
	ourDriver  = `"01890a5d-ac96-774b-bcce-b302099a805a"`
	ourVehicle = `"01890a5d-ac96-774b-bcce-b302099a805b"`
	ourTrailer = `"01890a5d-ac96-774b-bcce-b302099a805c"`
)

// write makes a write of a body, to which connection_id is added.
func write(t *testing.T, c tsp.Capability, body string) tsp.Write {
	t.Helper()
	schema, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		t.Fatal(err)
	}
	full := `{"connection_id":"` + connectionID + `"` + strings.TrimSuffix(","+strings.TrimPrefix(body, "{"), ",}")
	if !strings.HasSuffix(full, "}") {
		full += "}"
	}
	payload, problems := schema.Decode([]byte(full))
	if len(problems) > 0 {
		t.Fatalf("%s: %v", full, problems)
	}
	w := tsp.Write{Capability: c, Schema: schema, Payload: payload, Refs: resource.Refs{}, Operation: operationID, Attempt: 1,
		SentAt: noon.Add(-10 * time.Second), Secret: secret, Pace: &pacer{}}
	known := map[string][]resource.SourceID{"sender_id": {"77"}, "recipient_id": {driverID}, "recipient_ids": {driverID, "1654974", driverID},
		"driver_id": {driverID}, "vehicle_id": {vehicleID}, "trailer_id": {trailerID}}
	for _, f := range schema.References() {
		if ids, ok := known[f.Name]; ok && f.State(payload) == resource.Set {
			w.Refs[f.Name] = ids
		}
	}
	if c.Verb == resource.Update {
		w.Target, w.Collection = targets()[c.Kind], string(c.Kind)+"s"
	}
	if c == updateUser {
		w.Collection = "drivers"
	}
	return w
}

func targets() map[resource.Kind]resource.SourceID {
	return map[resource.Kind]resource.SourceID{resource.KindVehicle: vehicleID, resource.KindTrailer: trailerID, resource.KindUser: driverID}
}

// secret derives the same bytes each time.
func secret(label string) []byte { return []byte(strings.Repeat(label, 20)[:32]) }

// message makes a message with that text.
func message(t *testing.T, text string) tsp.Write {
	t.Helper()
	w := write(t, createMessage, `{"sender_id":"01890a5d-ac96-774b-bcce-b302099a8059","recipient_id":"01890a5d-ac96-774b-bcce-b302099a805a"}`)
	w.Payload.(*resource.Message).MessageText = resource.Of(text)
	return w
}

// succeed answers any request as Samsara does when all is well.
func succeed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Request-Id", "req-1")
	id, isOne := strings.CutPrefix(r.URL.Path, "/fleet/vehicles/")
	for _, path := range []string{"/fleet/trailers/", "/fleet/drivers/", "/users/"} {
		if of, ok := strings.CutPrefix(r.URL.Path, path); ok {
			id, isOne = of, true
		}
	}
	switch {
	case isOne:
		_, _ = io.WriteString(w, `{"data":{"id":"`+id+`","name":"Ann Marie Lee","tags":[{"id":"3920"}]}}`)
	case r.Method == http.MethodPatch:
		_, _ = io.WriteString(w, `{"id":"`+r.URL.Query().Get("id")+`"}`)
	case r.URL.Path == "/v1/fleet/messages" && r.Method == http.MethodPost:
		_, _ = io.WriteString(w, `{"data":[{"driverId":`+driverID+`,"text":"hello"},{"driverId":1654974,"text":"hello"}]}`)
	case r.URL.Path == "/fuel-purchase":
		_, _ = io.WriteString(w, `{"data":{"uuid":"5a6c7d8e-0000-4000-8000-000000000001"}}`)
	case r.Method == http.MethodPost:
		_, _ = io.WriteString(w, `{"data":{"id":"900"}}`)
	case r.URL.Path == "/me":
		_, _ = io.WriteString(w, `{"data":{"id":"20936","name":"Acme"}}`)
	case r.URL.Path == "/v1/fleet/messages":
		_, _ = io.WriteString(w, `{"data":[]}`)
	default:
		_, _ = io.WriteString(w, `{"data":[],"pagination":{"endCursor":"","hasNextPage":false}}`)
	}
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Request-Id", "req-1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func wantClass(t *testing.T, err error, want tsp.Class) *tsp.Error {
	t.Helper()
	e, ok := err.(*tsp.Error)
	if !ok {
		t.Fatalf("the end is %v (%T), want a *tsp.Error", err, err)
	}
	if e.Class != want {
		t.Errorf("class = %s, want %s (%v)", e.Class, want, e)
	}
	return e
}
