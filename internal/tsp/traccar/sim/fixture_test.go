package sim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/traccar/sim"
)

// The seeded tokens.
const (
	service    = "traccar-demo-token"
	dispatcher = "traccar-dispatcher-token"
	viewer     = "traccar-viewer-token"
)

// running is a simulator behind a real server, called with a token; "" sends none.
type running struct {
	t     *testing.T
	url   string
	http  *http.Client
	token string
}

func start(t *testing.T, opts simkit.Options) *running {
	t.Helper()
	s, err := sim.New(opts)
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
	return &running{t, server.URL, server.Client(), service}
}

func (r *running) as(token string) *running {
	other := *r
	other.token = token
	return &other
}

// reply is an answer; status 0 means that none came.
type reply struct {
	status int
	header http.Header
	text   string
}

// do sends a request; a body goes as JSON unless headers say otherwise.
func (r *running) do(method, path, body string, headers ...string) reply {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if r.token != "" {
		request.Header.Set("Authorization", "Bearer "+r.token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
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
	return reply{answer.StatusCode, answer.Header, string(text)}
}

// must sends a request that has to answer 200 and returns the object of the answer.
func (r *running) must(method, path, body string) map[string]any {
	r.t.Helper()
	got := r.do(method, path, body)
	var o map[string]any
	if err := json.Unmarshal([]byte(got.text), &o); err != nil || got.status != http.StatusOK {
		r.t.Fatalf("%s %s answered %d %s (%v)", method, path, got.status, got.text, err)
	}
	return o
}

// list sends a GET that has to answer an array.
func (r *running) list(path string) []map[string]any {
	r.t.Helper()
	got := r.do(http.MethodGet, path, "")
	var list []map[string]any
	if err := json.Unmarshal([]byte(got.text), &list); err != nil || got.status != http.StatusOK {
		r.t.Fatalf("GET %s answered %d %s (%v)", path, got.status, got.text, err)
	}
	return list
}

// ids are the ids of a list, one after the other.
func (r *running) ids(path string) string {
	r.t.Helper()
	var out []string
	for _, o := range r.list(path) {
		out = append(out, id(o))
	}
	return strings.Join(out, " ")
}

func id(o map[string]any) string {
	n, _ := o["id"].(float64)
	return strconv.Itoa(int(n))
}

// objects reads a collection of the admin side.
func (r *running) objects(collection string) []map[string]any {
	r.t.Helper()
	var list struct {
		Items []map[string]any `json:"items"`
	}
	got := r.do(http.MethodGet, "/_sim/objects/"+collection, "")
	if err := json.Unmarshal([]byte(got.text), &list); err != nil || got.status != http.StatusOK {
		r.t.Fatalf("objects of %s: %d %s (%v)", collection, got.status, got.text, err)
	}
	return list.Items
}

func (r *running) turn(name string) {
	r.t.Helper()
	if got := r.do("POST", "/_sim/switches", `{"`+name+`":true}`); got.status != http.StatusOK {
		r.t.Fatalf("switch %s: %s", name, got.text)
	}
}

func (r *running) fault(body string) {
	r.t.Helper()
	if got := r.do("POST", "/_sim/faults", body); got.status != http.StatusOK {
		r.t.Fatalf("the fault was refused: %d %s", got.status, got.text)
	}
}

// refused checks the form of an error: a Java stack trace that begins with want.
func (p reply) refused(t *testing.T, status int, want string) {
	t.Helper()
	if p.status != status || !strings.HasPrefix(p.text, want) || !strings.Contains(p.text, "\n\tat org.traccar.") {
		t.Errorf("status %d, want %d and a stack trace of %q: %.300s", p.status, status, want, p.text)
	}
}

// watch is a clock that tests move.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func newWatch() *watch { return &watch{now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)} }

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
