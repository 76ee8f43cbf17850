package simkit_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// shelf is the smallest TSP: POST /things keeps a thing with a unique name, GET /things tells how many there are, and
// everything under /free needs no credential.
type shelf struct{ host *simkit.Host }

func definition() simkit.Definition {
	return simkit.Definition{
		Info:     simkit.Info{Name: "shelf", PortOffset: 9},
		Switches: map[string]bool{"polite": true},
		Build:    func(h *simkit.Host) simkit.TSP { return &shelf{h} },
	}
}

func (s *shelf) Seed(tx *simkit.Tx) error {
	return tx.Put("things", "1", simkit.Object{"name": "seeded"}, "name seeded")
}

func (s *shelf) Expire(r *http.Request) bool { return r.Header.Get("Authorization") != "" }

func (s *shelf) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	return tx.Items(collection), collection == "things"
}

func (s *shelf) Refuse(w http.ResponseWriter, _ *http.Request, status int) {
	http.Error(w, "shelf says "+strconv.Itoa(status), status)
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		_ = s.host.Store.View(func(tx *simkit.Tx) error {
			_, err := io.WriteString(w, strconv.Itoa(len(tx.Items("things"))))
			return err
		})
		return
	}
	data, err := simkit.Body(r)
	if errors.Is(err, simkit.ErrBodyTooLarge) {
		s.Refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	body, err := simkit.ParseObject(data)
	if err != nil {
		s.Refuse(w, r, http.StatusBadRequest)
		return
	}
	err = s.host.Store.Update(func(tx *simkit.Tx) error {
		name, _ := body["name"].(string)
		return tx.Put("things", strconv.FormatInt(tx.NextSeq(), 10), body, "name "+name)
	})
	if err != nil {
		s.Refuse(w, r, http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// running is a simulator behind a real server.
type running struct {
	t    *testing.T
	url  string
	host *simkit.Host
	http *http.Client

	server *httptest.Server
}

func start(t *testing.T, opts simkit.Options) *running {
	t.Helper()
	host, err := simkit.New(opts, definition())
	if err != nil {
		t.Fatalf("start the simulator: %v", err)
	}
	server := httptest.NewServer(host)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Errorf("close the simulator: %v", err)
		}
	})
	return &running{t, server.URL, host, server.Client(), server}
}

// reply is an answer; status 0 means that none came.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r *running) do(method, path, body string, headers ...string) reply {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
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

// items reads a list of the admin side.
func (r *running) items(path string) []map[string]any {
	r.t.Helper()
	answer := r.do(http.MethodGet, path, "")
	var list struct{ Items []map[string]any }
	if err := json.Unmarshal([]byte(answer.body), &list, json.MatchCaseInsensitiveNames(true)); err != nil {
		r.t.Fatalf("GET %s answered %d %s: %v", path, answer.status, answer.body, err)
	}
	return list.Items
}

func (r *running) things() int {
	r.t.Helper()
	return len(r.items("/_sim/objects/things"))
}

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }
