// Package stub stands for those around a gateway that is measured: a TSP that takes everything at
// once, and a receiver of webhooks that tells what came.
package stub

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	json "github.com/go-json-experiment/json"
)

// The records that each account holds.
const (
	Driver   = "1001"
	Dispatch = "2001"
)

// Samsara answers as Samsara does as far as messages need it, without checks and at once. Each token is
// an account of its own: simulators that check and keep what they are sent would be measured too.
type Samsara struct {
	server *httptest.Server
	over   chan struct{}
	delay  atomic.Int64
	hangs  atomic.Pointer[func(token string) bool]
	seen   atomic.Pointer[func(token string, at time.Time)]

	// Taken counts messages, Duplicates those whose text had come before.
	Taken, Duplicates atomic.Int64

	sent sent
	mu   sync.Mutex
	came map[string]bool
}

// NewSamsara serves a stub until Close.
func NewSamsara() *Samsara {
	s := &Samsara{over: make(chan struct{}), came: map[string]bool{}, sent: sent{by: map[string][]letter{}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"data":{"id":%q,"name":"Bench"}}`, token(r))
	})
	mux.HandleFunc("GET /fleet/drivers", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("driverActivationStatus") == "deactivated" {
			empty(w, r)
			return
		}
		list(w, `{"id":"`+Driver+`","name":"Ana Lopez","username":"ana","driverActivationStatus":"active"}`)
	})
	mux.HandleFunc("GET /users", func(w http.ResponseWriter, _ *http.Request) {
		list(w, `{"id":"`+Dispatch+`","name":"Dee Spatch","email":"dispatch@bench.example","authType":"default"}`)
	})
	mux.HandleFunc("POST /v1/fleet/messages", s.message)
	mux.HandleFunc("GET /v1/fleet/messages", s.sent.list)
	mux.HandleFunc("GET /", empty)
	s.server = httptest.NewServer(s.unlessHanging(mux))
	return s
}

// URL is where the stub answers.
func (s *Samsara) URL() string { return s.server.URL }

// SetDelay has messages that come from then on be answered later.
func (s *Samsara) SetDelay(d time.Duration) { s.delay.Store(int64(d)) }

// SetHanging has requests by some tokens be left without an answer until their callers give up; nil has all
// be answered.
func (s *Samsara) SetHanging(hangs func(token string) bool) { s.hangs.Store(&hangs) }

// SetSeen has each message be told of, before its answer.
func (s *Samsara) SetSeen(seen func(token string, at time.Time)) { s.seen.Store(&seen) }

func (s *Samsara) unlessHanging(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hangs := s.hangs.Load(); hangs == nil || *hangs == nil || !(*hangs)(token(r)) {
			next.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-s.over:
		case <-r.Context().Done():
		}
	})
}

// Close ends the stub and what hangs.
func (s *Samsara) Close() {
	close(s.over)
	s.server.CloseClientConnections()
	s.server.Close()
}

func (s *Samsara) message(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var to struct {
		Drivers []int64 `json:"driverIds"`
		Text    string  `json:"text"`
	}
	if err == nil {
		err = json.Unmarshal(body, &to)
	}
	if err != nil || len(to.Drivers) != 1 {
		http.Error(w, `{"message":"no message"}`, http.StatusBadRequest)
		return
	}
	s.note(to.Text)
	s.sent.add(token(r), to.Drivers[0], to.Text, time.Now())
	if seen := s.seen.Load(); seen != nil && *seen != nil {
		(*seen)(token(r), time.Now())
	}
	if d := time.Duration(s.delay.Load()); d > 0 {
		time.Sleep(d)
	}
	answer(w, `{"data":[{"driverId":`+strconv.FormatInt(to.Drivers[0], 10)+`,"text":`+strconv.Quote(to.Text)+`}]}`)
}

func (s *Samsara) note(text string) {
	s.Taken.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.came[text] {
		s.Duplicates.Add(1)
	}
	s.came[text] = true
}

func token(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

func empty(w http.ResponseWriter, _ *http.Request) { list(w, "") }

func list(w http.ResponseWriter, items string) {
	answer(w, `{"data":[`+items+`],"pagination":{"endCursor":"","hasNextPage":false}}`)
}

func answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}
