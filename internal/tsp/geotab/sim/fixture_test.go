package sim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Users of the seed, each with its password.
const (
	service    = "demo-service@waybill.example geotab-demo-password"
	readOnly   = "readonly@waybill.example geotab-readonly-password"
	newcomer   = "newcomer@waybill.example geotab-newcomer-password"
	supervisor = "dana.whitfield@demofreight.example geotab-supervisor-password"
	driver     = "amir.haddad@demofreight.example wheels-and-roads-0"
	historical = "ivan.petrov@demofreight.example wheels-and-roads-5"
)

// running is a simulator behind a real server, and the session of one of its users.
type running struct {
	t           *testing.T
	url         string
	http        *http.Client
	sim         simkit.Simulator
	credentials string
}

func start(t *testing.T, opts simkit.Options, more ...sim.Option) *running {
	t.Helper()
	s, err := sim.New(opts, more...)
	if err != nil {
		t.Fatalf("start the simulator: %v", err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the simulator: %v", err)
		}
	})
	return &running{t: t, url: server.URL, http: server.Client(), sim: s}
}

// signedIn is a simulator with a session of the service account.
func signedIn(t *testing.T, opts simkit.Options) *running {
	t.Helper()
	return start(t, opts).as(service)
}

// as signs in and is the same simulator for that user.
func (r *running) as(user string) *running {
	r.t.Helper()
	answer := r.authenticate(user)
	if answer.kind() != "" {
		r.t.Fatalf("%s cannot sign in: %s", user, answer.text)
	}
	other := *r
	other.credentials = answer.credentials()
	return &other
}

func (r *running) authenticate(user string) reply {
	r.t.Helper()
	name, password, _ := strings.Cut(user, " ")
	return r.rpc("Authenticate", `{"database":"demo","userName":"`+name+`","password":"`+password+`"}`)
}

// reply is an answer; status 0 means that none came.
type reply struct {
	status int
	header http.Header
	text   string
	body   struct {
		Result  any    `json:"result"`
		Version string `json:"jsonrpc"`
		Error   *struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Name    string `json:"name"`
			Data    struct {
				ID    string `json:"id"`
				Type  string `json:"type"`
				Index *int   `json:"requestIndex"`
			} `json:"data"`
			Errors []struct {
				Name    string `json:"name"`
				Message string `json:"message"`
			} `json:"errors"`
		} `json:"error"`
	}
}

// kind is the type of the exception, or "" for success.
func (p reply) kind() string {
	if p.body.Error == nil {
		return ""
	}
	return p.body.Error.Data.Type
}

// credentials are those that Authenticate answered, as JSON.
func (p reply) credentials() string {
	o, _ := p.body.Result.(map[string]any)
	text, _ := json.Marshal(o["credentials"])
	return string(text)
}

// found are the entities that Get answered.
func (p reply) found() []map[string]any {
	list, _ := p.body.Result.([]any)
	var out []map[string]any
	for _, v := range list {
		o, _ := v.(map[string]any)
		out = append(out, o)
	}
	return out
}

func ids(list []map[string]any) string {
	var out []string
	for _, o := range list {
		id, _ := o["id"].(string)
		out = append(out, id)
	}
	return strings.Join(out, " ")
}

// do sends a request of any kind; status 0 in the reply means that no answer came.
func (r *running) do(method, path, body string, headers ...string) reply {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := r.http.Do(request)
	if err != nil {
		return reply{}
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return reply{}
	}
	out := reply{status: answer.StatusCode, header: answer.Header, text: string(text)}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		_ = json.Unmarshal(text, &out.body)
	}
	return out
}

// rpc makes a call; credentials are put before params.
func (r *running) rpc(method, params string, headers ...string) reply {
	r.t.Helper()
	return r.do("POST", "/apiv1", `{"method":"`+method+`","params":`+r.withCredentials(params)+`}`, headers...)
}

func (r *running) withCredentials(params string) string {
	if r.credentials == "" {
		return params
	}
	params = strings.TrimPrefix(params, "{")
	if params != "}" {
		params = "," + params
	}
	return `{"credentials":` + r.credentials + params
}

// must makes a call that has to succeed.
func (r *running) must(method, params string) reply {
	r.t.Helper()
	got := r.rpc(method, params)
	if got.status != http.StatusOK || got.kind() != "" {
		r.t.Fatalf("%s %s answered %d %s", method, params, got.status, got.text)
	}
	return got
}

func (r *running) add(typeName, entity string) string {
	r.t.Helper()
	id, ok := r.must("Add", `{"typeName":"`+typeName+`","entity":`+entity+`}`).body.Result.(string)
	if !ok {
		r.t.Fatalf("Add %s gave no id", typeName)
	}
	return id
}

func (r *running) set(typeName, entity string) {
	r.t.Helper()
	r.must("Set", `{"typeName":"`+typeName+`","entity":`+entity+`}`)
}

func (r *running) get(typeName, search string) []map[string]any {
	r.t.Helper()
	return r.must("Get", `{"typeName":"`+typeName+`","search":`+search+`}`).found()
}

// one is the entity with an id.
func (r *running) one(typeName, id string) map[string]any {
	r.t.Helper()
	found := r.get(typeName, `{"id":"`+id+`"}`)
	if len(found) != 1 {
		r.t.Fatalf("%d entities %s %s", len(found), typeName, id)
	}
	return found[0]
}

// turn sets a switch.
func (r *running) turn(name string, on string) {
	r.t.Helper()
	if got := r.do("POST", "/_sim/switches", `{"`+name+`":`+on+`}`); got.status != http.StatusOK {
		r.t.Fatalf("switch %s: %d %s", name, got.status, got.text)
	}
}

func (r *running) fault(body string) {
	r.t.Helper()
	if got := r.do("POST", "/_sim/faults", body); got.status != http.StatusOK {
		r.t.Fatalf("the fault was refused: %d %s", got.status, got.text)
	}
}

// objects reads a collection of the admin side.
func (r *running) objects(collection string) []map[string]any {
	r.t.Helper()
	got := r.do("GET", "/_sim/objects/"+collection, "")
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal([]byte(got.text), &list); err != nil || got.status != http.StatusOK {
		r.t.Fatalf("objects of %s: %d %s (%v)", collection, got.status, got.text, err)
	}
	return list.Items
}

// refused checks the shape of an exception and its type.
func (p reply) refused(t *testing.T, kind string) string {
	t.Helper()
	e := p.body.Error
	if p.status != http.StatusOK || e == nil {
		t.Fatalf("want %s, got %d %.300s", kind, p.status, p.text)
	}
	if e.Data.Type != kind {
		t.Fatalf("type = %s, want %s: %.300s", e.Data.Type, kind, p.text)
	}
	if e.Data.ID == "" || e.Data.Index == nil || e.Name != "JSONRPCError" || len(e.Errors) != 1 || e.Errors[0].Name != kind ||
		e.Errors[0].Message != e.Message || e.Message == "" || p.body.Version != "2.0" || p.body.Result != nil {
		t.Errorf("not Geotab's error shape: %s", p.text)
	}
	return e.Message
}

// watch is a clock that tests move.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func newWatch() *watch { return &watch{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)} }

func (w *watch) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// elements are the results of an answer as they stand in it.
func elements(t *testing.T, text string) []string {
	t.Helper()
	var body struct {
		Result []jsontext.Value `json:"result"`
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range body.Result {
		out = append(out, string(v))
	}
	return out
}
