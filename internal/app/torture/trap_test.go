//go:build unix

package torture_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

// point is where in the life of a write a process is killed, seen from outside: the binary has no hooks.
type point string

const (
	afterAccept point = "after accept"
	// beforeApply is after the call was sent and before the TSP has applied it, which it never does.
	beforeApply point = "after send"
	// asApplied is as before, but the TSP applies what its dead caller sent.
	asApplied point = "after send, applied later"
	// beforeSettle is after the TSP applied the write and before its caller has the answer.
	beforeSettle point = "after the TSP applied, before settle"
	// beforeHook is after the operation was settled, when its event is sent and not yet taken.
	beforeHook point = "after settle, before the webhook"
)

// trap kills one process at a point.
type trap struct {
	processes []*process

	mu     sync.Mutex
	armed  point
	sprung chan *process
	// heard is when each TSP was called last.
	heard map[string]time.Time
	doors []*door
}

// set arms the trap. What it kills is told once.
func (tr *trap) set(at point) <-chan *process {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.armed, tr.sprung = at, make(chan *process, 1)
	return tr.sprung
}

// springs disarms the trap if it is armed for a point and the process is known, which is then killed.
func (tr *trap) springs(at point, is func(*process) bool) bool {
	tr.mu.Lock()
	armed := tr.armed == at
	tr.mu.Unlock()
	if !armed {
		return false
	}
	for _, p := range tr.processes {
		if !is(p) {
			continue
		}
		tr.mu.Lock()
		sprung := tr.sprung
		armed = tr.armed == at
		if armed {
			tr.armed = ""
		}
		tr.mu.Unlock()
		if armed {
			p.kill()
			sprung <- p
		}
		return armed
	}
	return false
}

// accepted is told which process has accepted a write.
func (tr *trap) accepted(url string) {
	tr.springs(afterAccept, func(p *process) bool { return p.url() == url })
}

// before stands before a simulator.
func (tr *trap) before(t *testing.T, l *lateTSP) {
	t.Helper()
	sim := apptest.Simulator(t, l.name)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tr.hear(l.name)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !writes(r.Method, body) {
			sim.ServeHTTP(w, r)
			return
		}
		peer := func(p *process) bool { return p.calls(r.RemoteAddr) }
		if tr.springs(beforeApply, peer) {
			return
		}
		tr.springs(asApplied, peer)
		answer := httptest.NewRecorder()
		sim.ServeHTTP(answer, r)
		if answer.Code >= 200 && answer.Code < 300 {
			tr.springs(beforeSettle, peer)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	d := &door{Listener: server.Listener, server: server.Config}
	server.Listener, tr.doors = d, append(tr.doors, d)
	server.Start()
	admin := httptest.NewServer(sim)
	l.url, l.admin = server.URL, admin.URL
	t.Cleanup(func() { server.CloseClientConnections(); admin.Close(); _ = sim.Close(); server.Close() })
}

// writes tells a call that changes something. Geotab posts all of its calls.
func writes(method string, body []byte) bool {
	if bytes.Contains(body, []byte(`"method":"Get"`)) || bytes.Contains(body, []byte(`"method":"Authenticate"`)) {
		return false
	}
	return method != http.MethodGet
}

// receives stands before a receiver of webhooks.
func (tr *trap) receives(of http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ended := r.Header.Get("X-Event-Type") != "resource_operation.created"
		if ended && tr.springs(beforeHook, func(p *process) bool { return p.calls(r.RemoteAddr) }) {
			return
		}
		of.ServeHTTP(w, r)
	})
}

func (tr *trap) hear(name string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.heard[name] = time.Now()
}

// heardSince tells whether each TSP was called after a moment.
func (tr *trap) heardSince(then time.Time, names []*lateTSP) bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, l := range names {
		if !tr.heard[l.name].After(then) {
			return false
		}
	}
	return true
}
