package sim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/samsara/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Ids of the seed.
const (
	vehicle     = "281474976710657"
	trailer     = "281474976710663"
	driver      = "48400010"
	deactivated = "48400018"
	user        = "48400010"
	west        = "3920"
	firstVIN    = "1FUJGLDR7CLBP8834"

	everything = "samsara-demo-token"
	readOnly   = "samsara-readonly-token"
	onlyWest   = "samsara-tagged-token"
)

// running is a simulator behind a real server.
type running struct {
	t     *testing.T
	url   string
	http  *http.Client
	sim   simkit.Simulator
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
	return &running{t, server.URL, server.Client(), s, everything}
}

// as is the same simulator for another bearer; "" sends none.
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

// must sends a request that has to succeed and returns the data of the answer.
func (r *running) must(method, path, body string) map[string]any {
	r.t.Helper()
	got := r.do(method, path, body)
	if got.status != http.StatusOK {
		r.t.Fatalf("%s %s answered %d %s", method, path, got.status, got.text)
	}
	object, _ := got.json(r.t)["data"].(map[string]any)
	return object
}

// list returns the data of one page and its pagination.
func (r *running) list(path string) (data []map[string]any, end string, more bool) {
	r.t.Helper()
	got := r.do(http.MethodGet, path, "")
	var page struct {
		Data       []map[string]any `json:"data"`
		Pagination struct {
			End  *string `json:"endCursor"`
			More *bool   `json:"hasNextPage"`
		} `json:"pagination"`
	}
	if err := json.Unmarshal([]byte(got.text), &page); err != nil || got.status != http.StatusOK {
		r.t.Fatalf("GET %s answered %d %s (%v)", path, got.status, got.text, err)
	}
	if page.Pagination.End == nil || page.Pagination.More == nil {
		r.t.Fatalf("GET %s answered without pagination: %s", path, got.text)
	}
	return page.Data, *page.Pagination.End, *page.Pagination.More
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

// form sends a form to the token endpoint.
func (r *running) form(values url.Values, headers ...string) reply {
	r.t.Helper()
	headers = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)
	return r.as("").do(http.MethodPost, "/oauth2/token", values.Encode(), headers...)
}

func (p reply) json(t *testing.T) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(p.text), &o); err != nil {
		t.Fatalf("not a JSON object: %q", p.text)
	}
	return o
}

// refused checks the shape of a JSON error and returns its message.
func (p reply) refused(t *testing.T, status int) string {
	t.Helper()
	if p.status != status {
		t.Fatalf("status = %d, want %d: %s", p.status, status, p.text)
	}
	o := p.json(t)
	id, message := o["requestId"], o["message"]
	if id == nil || id != p.header.Get("Request-Id") || message == nil {
		t.Errorf("not Samsara's error shape: %s", p.text)
	}
	text, _ := message.(string)
	return text
}

// ids are the ids of a list.
func ids(list []map[string]any) []string {
	var out []string
	for _, o := range list {
		id, _ := o["id"].(string)
		out = append(out, id)
	}
	return out
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
