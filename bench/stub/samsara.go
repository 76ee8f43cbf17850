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
	// hangs is the beginning of the tokens whose writes get no answer until the stub is closed.
	hangs string
	over  chan struct{}
	delay atomic.Int64
	seen  func(token string, at time.Time)

	// Taken counts messages, Duplicates those whose text had come before.
	Taken, Duplicates atomic.Int64

	mu   sync.Mutex
	came map[string]bool
}

// SamsaraOptions say what a stub does beyond answering.
type SamsaraOptions struct {
	// Hangs is the beginning of the tokens whose writes are not answered; "" of none.
	Hangs string
	// Seen is told of each message, before its answer.
	Seen func(token string, at time.Time)
}

// NewSamsara serves a stub until Close.
func NewSamsara(o SamsaraOptions) *Samsara {
	s := &Samsara{hangs: o.Hangs, over: make(chan struct{}), seen: o.Seen, came: map[string]bool{}}
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
	mux.HandleFunc("GET /", empty)
	s.server = httptest.NewServer(mux)
	return s
}

// URL is where the stub answers.
func (s *Samsara) URL() string { return s.server.URL }

// SetDelay has messages that come from then on be answered later.
func (s *Samsara) SetDelay(d time.Duration) { s.delay.Store(int64(d)) }

// Close ends the stub and what hangs.
func (s *Samsara) Close() {
	close(s.over)
	s.server.CloseClientConnections()
	s.server.Close()
}

func (s *Samsara) message(w http.ResponseWriter, r *http.Request) {
	of := token(r)
	body, err := io.ReadAll(r.Body)
	var sent struct {
		Drivers []int64 `json:"driverIds"`
		Text    string  `json:"text"`
	}
	if err == nil {
		err = json.Unmarshal(body, &sent)
	}
	if err != nil || len(sent.Drivers) != 1 {
		http.Error(w, `{"message":"no message"}`, http.StatusBadRequest)
		return
	}
	if s.hangs != "" && strings.HasPrefix(of, s.hangs) {
		select {
		case <-s.over:
		case <-r.Context().Done():
		}
		return
	}
	s.note(sent.Text)
	if s.seen != nil {
		s.seen(of, time.Now())
	}
	if d := time.Duration(s.delay.Load()); d > 0 {
		time.Sleep(d)
	}
	answer(w, `{"data":[{"driverId":`+strconv.FormatInt(sent.Drivers[0], 10)+`,"text":`+strconv.Quote(sent.Text)+`}]}`)
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
