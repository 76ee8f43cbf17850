//go:build unix

package torture_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// balancer stands before processes as an operator's does: a call goes to one whose /readyz answers 200, and to no
// second one whatever becomes of it.
type balancer struct {
	all []*process

	mu    sync.Mutex
	ready map[*process]bool
	calls int
	// failed are the calls that no caller would have made in vain of a service that stays as it is. putOff counts answers
	// of 503 with Retry-After, and busy those of 409 and 429: sync writes whose records had an unfinished operation or
	// whose TSP's limits were used up, cancels that came too late, and what is tried
	// that waits for something else.
	failed       []string
	putOff, busy int
	// unheard are the answers to sync writes that the TSP itself did not answer.
	unheard []string
}

// looksAgain is how often a balancer asks whether a process is ready: several times within a drain's delay.
const (
	looksAgain = 100 * time.Millisecond
	drainDelay = "2s"
)

// balanced puts a balancer before the processes, for all callers.
func (w *torture) balanced() *balancer {
	b := &balancer{all: w.processes, ready: map[*process]bool{}}
	over, all := make(chan struct{}), sync.WaitGroup{}
	for _, p := range b.all {
		all.Go(func() { b.watch(p, over) })
	}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to, err := url.Parse(b.one().url())
			if err != nil {
				panic(err)
			}
			r.SetURL(to)
		},
		ModifyResponse: b.answered,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			b.fails(r, err)
			w.WriteHeader(http.StatusServiceUnavailable)
		},
	})
	w.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		close(over)
		all.Wait()
	})
	w.url, w.urls = server.URL, []string{server.URL}
	return b
}

// watch looks again and again whether a process is ready.
func (b *balancer) watch(p *process, over <-chan struct{}) {
	tick := time.NewTicker(looksAgain)
	defer tick.Stop()
	for {
		is := p.answers()
		b.mu.Lock()
		b.ready[p] = is
		b.mu.Unlock()
		select {
		case <-over:
			return
		case <-tick.C:
		}
	}
}

// one is any process that is ready, or any at all.
func (b *balancer) one() *process {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	first := rand.IntN(len(b.all))
	for i := range b.all {
		if p := b.all[(first+i)%len(b.all)]; b.ready[p] {
			return p
		}
	}
	return b.all[first]
}

func (b *balancer) answered(r *http.Response) error {
	count := func(n *int) {
		b.mu.Lock()
		defer b.mu.Unlock()
		*n++
	}
	switch {
	case r.StatusCode < http.StatusMultipleChoices:
	case r.StatusCode == http.StatusServiceUnavailable && r.Header.Get("Retry-After") != "":
		count(&b.putOff)
	case r.StatusCode == http.StatusConflict && (r.Request.URL.Query().Get("is_sync") != "" ||
		strings.HasSuffix(r.Request.URL.Path, "/cancel") || strings.HasSuffix(r.Request.URL.Path, "/try")),
		r.StatusCode == http.StatusTooManyRequests && r.Header.Get("Retry-After") != "":
		count(&b.busy)
	default:
		text, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(text))
		if err == nil && r.StatusCode == http.StatusBadGateway && bytes.Contains(text, []byte(unheard)) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.unheard = append(b.unheard, string(text))
			return nil
		}
		b.fails(r.Request, fmt.Errorf("was answered %s: %s", r.Status, text))
	}
	return nil
}

// unheard is said of a write that a TSP did not answer, and not of one that a process left.
const unheard = "the TSP may have taken the write and cannot be asked"

func (b *balancer) fails(r *http.Request, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = append(b.failed, fmt.Sprintf("%s %s %s: %v", r.Method, r.URL, r.Header.Get(keyHeader), err))
}

// report tells what became of the calls, none of which may have failed.
func (b *balancer) report(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	t.Logf("%d calls, %d put off, %d busy, %d that a TSP did not answer %v, %d failed", b.calls, b.putOff, b.busy,
		len(b.unheard), b.unheard, len(b.failed))
	for _, one := range b.failed {
		t.Errorf("a call failed: %s", one)
	}
}
