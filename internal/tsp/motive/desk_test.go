package motive_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/motive"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

var (
	noon      = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	operation = uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8058")
)

const operationHex = "01890a5dac96774bbcceb302099a8058"

// desk is a Motive that answers as a test says, by a clock of its own.
func desk(t *testing.T, ahead time.Duration, handler http.HandlerFunc) tsp.Session {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", noon.Add(ahead).Format(http.TimeFormat))
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	adapter := motive.NewAt(func() time.Time { return noon })
	spec := adapter.Spec()
	s, err := adapter.Connect(t.Context(), tsp.Access{Credentials: spec.SampleCredentials, Settings: spec.Effective(nil),
		BaseURL: server.URL, Client: server.Client(), Pace: tsptest.Free{}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writing is a write of the body, sent two minutes before noon, whose references are as given.
func writing(t *testing.T, kind resource.Kind, body string, refs resource.Refs) tsp.Write {
	t.Helper()
	schema, err := resource.For(kind, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	payload, wrong := schema.Decode([]byte(`{"connection_id":"` + uuid.NewString() + `",` + body + `}`))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return tsp.Write{Capability: tsp.Capability{Kind: kind, Verb: resource.Create}, Schema: schema, Payload: payload, Refs: refs,
		Operation: operation, Attempt: 1, SentAt: noon.Add(-2 * time.Minute), Pace: tsptest.Free{}, Progress: new(tsptest.Memory),
		Secret: func(string) []byte { return []byte("0123456789012345678901234567890") }}
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

func TestAHintNamesWhatItsCallCanBeMendedBy(t *testing.T) {
	t.Parallel()
	for status, c := range map[int]struct{ said, want string }{
		400: {`{"error_message":"group_ids must name a group"}`, "the connection's setting default_group_ids names"},
		404: {`{"error_message":"no such thing"}`, "outside of the groups that an API key is restricted to"},
	} {
		_, err := desk(t, 0, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(c.said))
		}).Check(t.Context(), tsptest.Free{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: %v", status, err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"error_message":"no such thing"}`))
	}))
	t.Cleanup(server.Close)
	_, err := motive.New().(tsp.Exchanger).Exchange(t.Context(), tsp.Access{BaseURL: server.URL, Client: server.Client(), Pace: tsptest.Free{},
		Credentials: tsp.Credentials{Kind: "motive", Fields: map[string]string{"client_id": "c", "client_secret": "s", "auth_code": "x"}}})
	if err == nil || strings.Contains(err.Error(), "groups") {
		t.Errorf("the token endpoint: %v", err)
	}
}
