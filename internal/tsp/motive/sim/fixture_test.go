package sim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp/motive/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Ids of the seed, and the keys.
const (
	vehicle     = "1800001"
	asset       = "520001"
	driver      = "520001"
	deactivated = "520006"
	dispatcher  = "520007"
	admin       = "520008"
	west        = "41001"
	purchase    = "660001"
	report      = "770001"
	externalID  = "310001"

	everything = "motive-demo-key"
	testMode   = "motive-test-mode-key"
	manageOnly = "motive-manage-key"
	readOnly   = "motive-readonly-key"
)

// running is a simulator behind a real server.
type running struct {
	t    *testing.T
	url  string
	http *http.Client
	key  string
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
	return &running{t, server.URL, server.Client(), everything}
}

// as is the same simulator for another key or access token; "" sends none.
func (r *running) as(key string) *running {
	other := *r
	other.key = key
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
	switch {
	case strings.HasPrefix(r.key, "motive_at_"):
		request.Header.Set("Authorization", "Bearer "+r.key)
	case r.key != "":
		request.Header.Set("X-Api-Key", r.key)
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

// must sends a request that has to succeed and returns the object of the answer, out of its envelope.
func (r *running) must(method, path, body string, headers ...string) map[string]any {
	r.t.Helper()
	got := r.do(method, path, body, headers...)
	if got.status != http.StatusOK {
		r.t.Fatalf("%s %s answered %d %s", method, path, got.status, got.text)
	}
	object := got.json(r.t)
	if len(object) == 1 {
		for _, inner := range object {
			if o, ok := inner.(map[string]any); ok {
				return o
			}
		}
	}
	return object
}

// pagination is what a list tells beside its objects.
type pagination struct {
	PerPage int `json:"per_page"`
	PageNo  int `json:"page_no"`
	Total   int `json:"total"`
}

// list returns the objects of one page, out of their envelopes, and its pagination.
func (r *running) list(path string, headers ...string) ([]map[string]any, pagination) {
	r.t.Helper()
	got := r.do(http.MethodGet, path, "", headers...)
	var page map[string]jsontext.Value
	if err := json.Unmarshal([]byte(got.text), &page); err != nil || got.status != http.StatusOK || len(page) != 2 {
		r.t.Fatalf("GET %s answered %d %s (%v)", path, got.status, got.text, err)
	}
	var numbers pagination
	var all []map[string]any
	for name, raw := range page {
		if name == "pagination" {
			r.decode(raw, &numbers)
			continue
		}
		var list []map[string]map[string]any
		r.decode(raw, &list)
		for _, envelope := range list {
			inner, ok := envelope[strings.TrimSuffix(strings.Replace(name, "ies", "ys", 1), "s")]
			if !ok {
				r.t.Fatalf("GET %s: an object is not in its envelope: %v", path, envelope)
			}
			all = append(all, inner)
		}
	}
	return all, numbers
}

func (r *running) decode(raw jsontext.Value, to any) {
	r.t.Helper()
	if err := json.Unmarshal(raw, to); err != nil {
		r.t.Fatalf("%s: %v", raw, err)
	}
}

// turn sets switches.
func (r *running) turn(names ...string) {
	r.t.Helper()
	for _, name := range names {
		if got := r.do("POST", "/_sim/switches", `{"`+name+`":true}`); got.status != http.StatusOK {
			r.t.Fatalf("switch %s: %s", name, got.text)
		}
	}
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
	return r.as("").do(http.MethodPost, "/oauth/token", values.Encode(), headers...)
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
	message, ok := o["error_message"].(string)
	if !ok || len(o) != 1 || p.header.Get("X-Request-Id") == "" {
		t.Errorf("not Motive's error shape: %s", p.text)
	}
	return message
}

// ids are the ids of a list.
func ids(list []map[string]any) []string {
	var out []string
	for _, o := range list {
		out = append(out, id(o))
	}
	return out
}

// id is the id of an object as text.
func id(o map[string]any) string {
	if n, ok := o["id"].(float64); ok {
		return strconv.Itoa(int(n))
	}
	text, _ := o["id"].(string)
	return text
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
