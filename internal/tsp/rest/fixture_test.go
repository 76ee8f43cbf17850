package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "top-secret+token/=="

var (
	createMessage = tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
	updateVehicle = tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update}
)

// testland is a small adapter: one create that can be found, one update, a list and a check.
func testland() rest.Config {
	return rest.Config{
		Spec: tsp.Spec{Name: "testland", DisplayName: "Testland", BaseURL: "https://api.testland.example",
			Credentials: []tsp.CredentialKind{{Kind: "token", Fields: []tsp.CredentialField{
				{Name: "token", Required: true, Secret: true}, {Name: "url"}}}}},
		Auths:    map[string]rest.Auth{"token": rest.Bearer("token")},
		URLField: "url",
		Header:   http.Header{"X-Version": {"7"}},
		Limits: []rest.Limit{
			{Limit: tsp.Limit{Key: "all"}},
			{Limit: tsp.Limit{Key: "messages.write"}, Method: "POST", Path: "/messages"},
			{Limit: tsp.Limit{Key: "messages"}, Path: "/messages"},
			{Limit: tsp.Limit{Key: "vehicle"}, Method: "PATCH", Path: "/vehicles/{id}"},
		},
		Check: func(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
			a, err := send(ctx, rest.Call{Method: "GET", Path: "/me"})
			return tsp.Account{Key: string(a.Body)}, err
		},
		Writes: []rest.Write{
			{Capability: createMessage, Strength: tsp.VerifyFirst, Method: "POST", Path: "/messages",
				Encode: rest.Body(encodeMessage), Decode: decode, Find: find},
			{Capability: updateVehicle, Strength: tsp.NaturalKey, Method: "PATCH", Path: "/vehicles/{target}",
				Encode: rest.Body(func(*resource.Vehicle, tsp.Write) (any, error) { return struct{}{}, nil }), Decode: decode},
		},
	}
}

func encodeMessage(m *resource.Message, _ tsp.Write) (any, error) {
	return map[string]string{"b": m.MessageText.Or(""), "a": "1"}, nil
}

type thing struct {
	ID resource.SourceID `json:"id"`
}

func decode(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
	t, err := rest.Decode[thing](a)
	return tsp.Written{SourceID: t.ID}, err
}

func find(ctx context.Context, send rest.Send, _ tsp.Write) (tsp.Written, bool, error) {
	a, err := send(ctx, rest.Call{Method: "GET", Path: "/messages"})
	if err != nil {
		return tsp.Written{}, false, err
	}
	t, err := rest.Decode[thing](a)
	return tsp.Written{SourceID: t.ID}, t.ID != "", err
}

// pacer records what it was asked to wait for.
type pacer struct {
	mu    sync.Mutex
	waits [][]string
	err   error
	// inside are the limits of the calls that are in flight.
	inside []string
}

func (p *pacer) Wait(_ context.Context, limits ...string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waits = append(p.waits, slices.Clone(limits))
	return p.err
}

func (p *pacer) Enter(_ context.Context, limits ...string) (func(), error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inside = slices.Clone(limits)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.inside = nil
	}, nil
}

func messageWrite() tsp.Write {
	return tsp.Write{Capability: createMessage, Payload: &resource.Message{MessageText: resource.Of("hello")},
		Operation: uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057"), Attempt: 1, Pace: &pacer{}}
}

func vehicleWrite(target resource.SourceID) tsp.Write {
	return tsp.Write{Capability: updateVehicle, Payload: &resource.Vehicle{}, Target: target, Pace: &pacer{}}
}

func credentials() tsp.Credentials {
	return tsp.Credentials{Kind: "token", Fields: map[string]string{"token": token}}
}

// serve starts a server and returns a session of config with it.
func serve(t *testing.T, config rest.Config, handler http.HandlerFunc) tsp.Session {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return connect(t, config, server.URL, new(http.Transport))
}

func connect(t *testing.T, config rest.Config, base string, transport http.RoundTripper) tsp.Session {
	t.Helper()
	client := &http.Client{Transport: transport}
	t.Cleanup(client.CloseIdleConnections)
	s, err := rest.New(config).Connect(t.Context(), tsp.Access{Credentials: credentials(), BaseURL: base, Client: client, Pace: &pacer{}})
	if err != nil {
		t.Fatalf("Connect: %v", err)
	}
	return s
}

// writeAtOnce makes n writes at the same time, which must all succeed.
func writeAtOnce(t *testing.T, s tsp.Session, n int) {
	t.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if _, err := s.Write(t.Context(), messageWrite()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// ending returns the classified error, or fails when there is none.
func ending(t *testing.T, err error) *tsp.Error {
	t.Helper()
	e, ok := err.(*tsp.Error)
	if !ok {
		t.Fatalf("the end is %v (%T), want a *tsp.Error", err, err)
	}
	return e
}

func wantClass(t *testing.T, err error, want tsp.Class) *tsp.Error {
	t.Helper()
	e := ending(t, err)
	if e.Class != want {
		t.Errorf("class = %s, want %s (%v)", e.Class, want, e)
	}
	return e
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Request-Id", "r-1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// soon is how long a handshake that never ends is waited for.
const soon = 50 * time.Millisecond
