package simkit

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"sync"
	"time"
)

// late lets a request be applied after its delay, whatever becomes of its caller, who is answered as the fault says.
func (h *Host) late(f Fault, record *request, w http.ResponseWriter, r *http.Request) {
	held := newHeldAnswer()
	later := r.Clone(context.WithoutCancel(r.Context()))
	ended := h.lates.start(time.Duration(f.DelayMS)*time.Millisecond, func() {
		defer func() {
			if reason := recover(); reason != nil {
				h.opts.Logger.Error("a request that was applied late panicked", "path", later.URL.Path, "reason", reason)
			}
			h.requests.apply(record, h.Now(), held.status)
		}()
		h.tsp.ServeHTTP(held, later)
	})
	if f.Status != 0 {
		h.tsp.Refuse(w, r, f.Status)
		return
	}
	if !f.Cut {
		select {
		case <-ended:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if f.Cut || held.status == 0 {
		panic(http.ErrAbortHandler)
	}
	held.send(w)
}

// lates are the requests that wait to be applied.
type lates struct {
	mu      sync.Mutex
	waiting *batch
}

// batch are those that began to wait since they were last dropped.
type batch struct {
	dropped chan struct{}
	running sync.WaitGroup
}

func newLates() *lates { return &lates{waiting: &batch{dropped: make(chan struct{})}} }

// start applies after d, unless it is dropped before. The channel is closed in both cases.
func (l *lates) start(d time.Duration, apply func()) (ended <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own, done := l.waiting, make(chan struct{})
	own.running.Go(func() {
		defer close(done)
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			apply()
		case <-own.dropped:
		}
	})
	return done
}

// drop lets go of all that wait, as a TSP does that is switched off, and returns when none is being applied any more.
// If it is for good, those that come later are dropped as well.
func (l *lates) drop(forGood bool) {
	l.mu.Lock()
	own := l.waiting
	if !forGood {
		l.waiting = &batch{dropped: make(chan struct{})}
	}
	l.mu.Unlock()
	close(own.dropped)
	own.running.Wait()
}

// heldAnswer keeps an answer instead of sending it.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newHeldAnswer() *heldAnswer { return &heldAnswer{header: http.Header{}} }

func (a *heldAnswer) Header() http.Header { return a.header }

func (a *heldAnswer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *heldAnswer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *heldAnswer) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes())
}
