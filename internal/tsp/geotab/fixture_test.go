package geotab_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/geotab"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// asked is one call of the API.
type asked struct {
	// name is the method and the type that it is about, such as "Add Device".
	name, host, body string
}

// stub is a Geotab that answers as a test says.
type stub struct {
	// answer returns what a call is answered with; "" is the usual success. "403 <html>" is a page
	// of that status.
	answer func(asked) string
	header http.Header
	// ahead is how far its clock is ahead of ours, as the Date of its answers tells.
	ahead time.Duration

	mu    sync.Mutex
	calls []asked
}

// RoundTrip answers one call.
func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var body struct {
		Method string `json:"method"`
		Params struct {
			TypeName string `json:"typeName"`
		} `json:"params"`
	}
	if err := json.Unmarshal(text, &body); err != nil {
		return nil, err
	}
	one := asked{strings.TrimSpace(body.Method + " " + body.Params.TypeName), r.URL.Host, string(text)}
	s.mu.Lock()
	s.calls = append(s.calls, one)
	s.mu.Unlock()
	said := ""
	if s.answer != nil {
		said = s.answer(one)
	}
	if said == "" {
		said = usual(body.Method)
	}
	header := http.Header{}
	if strings.Contains(said, `"error"`) {
		header = s.header.Clone()
	}
	if header != nil {
		header.Set("Date", time.Now().Add(s.ahead).UTC().Format(http.TimeFormat))
	}
	status := http.StatusOK
	if code, page, ok := strings.Cut(said, " "); ok && strings.HasPrefix(page, "<") {
		said = page
		if status, err = strconv.Atoi(code); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(said)), Request: r}, nil
}

// usual is the success of a method.
func usual(method string) string {
	switch method {
	case "Authenticate":
		return `{"result":{"path":"ThisServer","credentials":{"database":"demo","userName":"u","sessionId":"session-one"}},"jsonrpc":"2.0"}`
	case "Get":
		return `{"result":[{"id":"b1"}],"jsonrpc":"2.0"}`
	case "Set":
		return `{"requestIndex":0,"jsonrpc":"2.0"}`
	}
	return `{"result":"b77","jsonrpc":"2.0"}`
}

// names lists the calls that were made.
func (s *stub) names() string {
	var all []string
	for _, one := range s.calls {
		all = append(all, one.name)
	}
	return strings.Join(all, ", ")
}

// last is the newest call's body.
func (s *stub) last() string { return s.calls[len(s.calls)-1].body }

// thrown is the answer to a call that failed.
func thrown(kind, message string) string {
	text, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "error": map[string]any{
		"code": -32000, "message": message, "data": map[string]any{"type": kind}}})
	return string(text)
}

// session connects to the stub.
func (s *stub) session(t *testing.T, base string, set tsp.Settings) tsp.Session {
	t.Helper()
	spec := geotab.New().Spec()
	session, err := geotab.New().Connect(t.Context(), tsp.Access{Credentials: spec.SampleCredentials, Settings: spec.Effective(set),
		BaseURL: base, Client: &http.Client{Transport: s}, Pace: tsptest.Free{}, Renew: renew})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func renew(ctx context.Context, spent tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
	return by(ctx, spent)
}

// writes performs a write with the stub.
func (s *stub) writes(t *testing.T, verb resource.Verb, kind resource.Kind, body string) (tsp.Written, error) {
	t.Helper()
	set := tsp.Settings{"defect_list_id": "b278A"}
	return s.session(t, "", set).Write(t.Context(), aWrite(t, verb, kind, body))
}

const ours = "01890a5d-ac96-774b-bcce-b302099a8057"

// aWrite makes the write of a payload. Each reference leads to b1, b2 and so on; the target is b1.
func aWrite(t *testing.T, verb resource.Verb, kind resource.Kind, body string) tsp.Write {
	t.Helper()
	schema, err := resource.For(kind, verb)
	if err != nil {
		t.Fatal(err)
	}
	payload, wrong := schema.Decode([]byte(`{"connection_id":"` + ours + `",` + strings.TrimPrefix(strings.ReplaceAll(body, "OURS", ours), "{")))
	if len(wrong) > 0 {
		t.Fatalf("%s: %v", body, wrong)
	}
	w := tsp.Write{Capability: tsp.Capability{Kind: kind, Verb: verb}, Schema: schema, Payload: payload, Refs: resource.Refs{},
		Operation: uuid.MustParse("019ab5c7-9d00-7abc-8def-0a1b2c3d4e5f"), Attempt: 1, SentAt: time.Now(), Pace: tsptest.Free{},
		Progress: new(tsptest.Memory), Secret: func(string) []byte { return []byte("0123456789012345678901234567890") }}
	for _, f := range schema.References() {
		for i := range f.IDs(payload) {
			w.Refs[f.Name] = append(w.Refs[f.Name], resource.SourceID("b"+string(rune('1'+i))))
		}
	}
	if verb == resource.Update {
		w.Target, w.Collection = "b1", "devices"
	}
	return w
}

// ended is how a call failed.
func ended(t *testing.T, err error) *tsp.Error {
	t.Helper()
	var e *tsp.Error
	if !errors.As(err, &e) {
		t.Fatalf("the end is %v, want a classified one", err)
	}
	return e
}

const aDevice = `{"vehicle_name":"T-900"}`

func newSpec() tsp.Spec { return geotab.New().Spec() }
