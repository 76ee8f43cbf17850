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
)

var (
	createMessage = tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
	updateVehicle = tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update}

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
		next(w, request)
	}
}

// session connects the adapter, with its clock at noon, to a server that answers as told.
func session(t *testing.T, handler http.HandlerFunc) (tsp.Session, *recorder) {
	t.Helper()
	r := &recorder{}
	server := httptest.NewServer(r.wrap(handler))
	t.Cleanup(server.Close)
	return connect(t, samsara.NewAt(atNoon), server.URL), r
}

func connect(t *testing.T, adapter tsp.Adapter, base string) tsp.Session {
	t.Helper()
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	s, err := adapter.Connect(t.Context(), tsp.Access{
		Credentials: adapter.Spec().SampleCredentials, BaseURL: base, Client: client, Pace: &pacer{}})
	if err != nil {
		t.Fatalf("Connect: %v", err)
	}
	return s
}

// write makes a write of a body, in which connection_id and the references of messages are
// added.
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
	return tsp.Write{Capability: c, Schema: schema, Payload: payload, Target: vehicleID, Collection: "vehicles",
		Refs:      resource.Refs{"sender_id": {"77"}, "recipient_id": {driverID}},
		Operation: operationID, Attempt: 1, SentAt: noon.Add(-10 * time.Second), Pace: &pacer{}}
}

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
	switch {
	case r.Method == http.MethodPatch:
		_, _ = io.WriteString(w, `{"data":{"id":"`+vehicleID+`","name":"Truck 7"}}`)
	case r.Method == http.MethodPost:
		_, _ = io.WriteString(w, `{"data":[{"driverId":`+driverID+`,"text":"hello"}]}`)
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
