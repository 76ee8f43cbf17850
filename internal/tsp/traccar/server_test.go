package traccar_test

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
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// server answers as a test says and keeps what was written to it.
type server struct {
	url  string
	sent []string
}

// answering serves the bodies by "METHOD /path", with the query where one is named.
func answering(t *testing.T, bodies map[string]string) *server {
	t.Helper()
	s := &server{}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			body, _ := io.ReadAll(r.Body)
			s.sent = append(s.sent, string(body))
		}
		w.Header().Set("Content-Type", "application/json")
		body, ok := bodies[r.Method+" "+r.URL.RequestURI()]
		if !ok {
			body = bodies[r.Method+" "+r.URL.Path]
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(h.Close)
	s.url = h.URL
	return s
}

func token(url string) tsp.Credentials {
	return tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "traccar-demo-token", "url": url}}
}

// writing is a write of the members beside connection_id.
func writing(t *testing.T, c tsp.Capability, members string) tsp.Write {
	t.Helper()
	schema, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		t.Fatal(err)
	}
	payload, problems := schema.Decode([]byte(`{"connection_id":"` + uuid.NewString() + `",` + members + `}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return tsp.Write{Capability: c, Schema: schema, Payload: payload, Operation: uuid.Must(uuid.NewV7()), Attempt: 1,
		SentAt: time.Now(), Settings: tsp.Settings{}, Pace: tsptest.Free{}}
}

// updated changes record 1 and returns what was written.
func updated(t *testing.T, kind resource.Kind, record, members string) string {
	t.Helper()
	path := map[resource.Kind]string{resource.KindVehicle: "/api/devices/1", resource.KindUser: "/api/drivers/1"}[kind]
	s := answering(t, map[string]string{"GET " + path: record, "PUT " + path: record})
	w := writing(t, tsp.Capability{Kind: kind, Verb: resource.Update}, members)
	w.Target = "1"
	if _, err := session(t, token(s.url)).Write(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	return strings.Join(s.sent, "")
}

// listed imports the records of a kind that a list of one page holds.
func listed(t *testing.T, kind resource.Kind, records string) string {
	t.Helper()
	path := map[resource.Kind]string{resource.KindVehicle: "/api/devices", resource.KindUser: "/api/drivers"}[kind]
	s := answering(t, map[string]string{"GET " + path: records})
	page, err := session(t, token(s.url)).List(t.Context(), tsp.List{Kind: kind, Pace: tsptest.Free{}})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, r := range page.Records {
		all.Write(r.Fields)
	}
	return all.String()
}
