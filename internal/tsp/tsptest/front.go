package tsptest

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"sync"
	"testing/synctest"
)

// call is one request that reached the TSP, and its answer.
type call struct {
	Method, Host, URI string
	Header            http.Header
	Body              []byte
	Status            int
	AnswerHeader      http.Header
	Answer            []byte
	// Wrote tells that the simulator's objects changed. It is known where the front watches.
	Wrote bool
}

// spoil answers a request instead of the simulator, which pass asks.
type spoil func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)

// front stands between adapter and simulator: it records each request and spoils those that
// the plan names.
type front struct {
	simulator http.Handler
	// watch, if set, returns the state of the simulator; it is compared around each request.
	watch func() string

	mu    sync.Mutex
	calls []*call
	// inside counts the calls that are being answered, and most is how many were at once.
	inside, most int
	plan         func(n int, c *call) spoil
}

// ServeHTTP records a request and answers it.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r = withBody(r, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	c := &call{Method: r.Method, Host: r.Host, URI: r.URL.RequestURI(), Header: r.Header.Clone(), Body: body}
	f.mu.Lock()
	n := len(f.calls)
	f.calls = append(f.calls, c)
	f.inside++
	f.most = max(f.most, f.inside)
	plan, watch := f.plan, f.watch
	f.mu.Unlock()
	before := ""
	if watch != nil {
		before = watch()
	}
	seen := &answerWriter{ResponseWriter: w}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.inside--
		c.Status, c.Answer, c.AnswerHeader = seen.status, seen.body.Bytes(), w.Header().Clone()
		if watch != nil {
			c.Wrote = watch() != before
		}
	}()
	if plan != nil {
		if s := plan(n, c); s != nil {
			s(seen, r, f.simulator.ServeHTTP)
			return
		}
	}
	f.simulator.ServeHTTP(seen, r)
}

// expect sets what becomes of the requests from here on, counted from 0.
func (f *front) expect(plan func(n int, c *call) spoil) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.plan, f.most = nil, plan, f.inside
}

// seen returns the requests since the last expect, once none is being answered any more. Only
// one goroutine at a time may ask.
func (f *front) seen() []*call {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*call(nil), f.calls...)
}

// at spoils the nth request alone.
func at(n int, s spoil) func(int, *call) spoil {
	return func(i int, _ *call) spoil {
		if i == n {
			return s
		}
		return nil
	}
}

// from spoils the nth request and all behind it.
func from(n int, s spoil) func(int, *call) spoil {
	return func(i int, _ *call) spoil {
		if i >= n {
			return s
		}
		return nil
	}
}

// answerWriter keeps what is answered, up to a bound.
type answerWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *answerWriter) WriteHeader(status int) {
	if w.status < 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(p []byte) (int, error) {
	if w.status < 200 {
		w.status = http.StatusOK
	}
	if w.body.Len() < 1<<20 {
		w.body.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func silent() *log.Logger { return log.New(io.Discard, "", 0) }
