package simtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Sim is a simulator behind a real server, with the headers of one caller.
type Sim struct {
	simkit.Simulator
	URL string
	// Clock tells the simulator the time, unless an option set another.
	Clock *Clock

	t       *testing.T
	server  *httptest.Server
	headers []string
}

// Option says how a simulator differs from one with a new state in memory, a clock of its own and no limits.
type Option func(*simkit.Options)

// In keeps the state in a folder.
func In(dir string) Option { return func(o *simkit.Options) { o.Dir = dir } }

// Limited holds callers to the documented limits.
func Limited(o *simkit.Options) { o.Limits = true }

// Start opens a simulator, and closes it when the test ends.
func Start(t *testing.T, open func(simkit.Options) (simkit.Simulator, error), opts ...Option) *Sim {
	t.Helper()
	clock := NewClock()
	options := simkit.Options{Now: clock.Now}
	for _, set := range opts {
		set(&options)
	}
	s, err := open(options)
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
	return &Sim{Simulator: s, URL: server.URL, Clock: clock, t: t, server: server}
}

// T is the test that the simulator was started for.
func (s *Sim) T() *testing.T { return s.t }

// As is the same simulator for another caller, who sends these headers (name, value, ...) with every request.
func (s *Sim) As(headers ...string) *Sim {
	other := *s
	other.headers = headers
	return &other
}

// Bearer is the same simulator for the bearer of a token; "" bears none.
func (s *Sim) Bearer(token string) *Sim {
	if token == "" {
		return s.As()
	}
	return s.As("Authorization", "Bearer "+token)
}

// HangUp waits until no request is being answered and closes the server.
func (s *Sim) HangUp() { s.server.Close() }

// Do sends a request; a body goes as JSON unless headers (name, value, ...) say otherwise.
func (s *Sim) Do(method, path, body string, headers ...string) Reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(slices.Concat(s.headers, headers), 2) {
		if r.Header.Set(pair[0], pair[1]); pair[0] == "Host" {
			r.Host = pair[1]
		}
	}
	return s.Send(r)
}

// Send sends a request as it is.
func (s *Sim) Send(r *http.Request) Reply {
	s.t.Helper()
	answer, err := s.server.Client().Do(r)
	if err != nil {
		return Reply{Err: err}
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return Reply{Err: err}
	}
	return Reply{Status: answer.StatusCode, Header: answer.Header, Text: string(text)}
}

// Form sends a form by POST, without the caller's headers.
func (s *Sim) Form(path string, form url.Values, headers ...string) Reply {
	s.t.Helper()
	headers = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)
	return s.As().Do(http.MethodPost, path, form.Encode(), headers...)
}

// Must sends a request that has to answer 200 with an object.
func (s *Sim) Must(method, path, body string, headers ...string) map[string]any {
	s.t.Helper()
	got := s.Do(method, path, body, headers...)
	if got.Status != http.StatusOK {
		s.t.Fatalf("%s %s answered %d %s", method, path, got.Status, got.Text)
	}
	return got.JSON(s.t)
}
