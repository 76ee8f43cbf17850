package stub

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Receiver takes webhooks and tells those who wait for a marker of the one that carries it.
type Receiver struct {
	server *httptest.Server
	secure *httptest.Server
	prefix []byte
	verify func(http.Header, []byte) error
	delay  atomic.Int64

	// Refused counts requests that were not signed, Unmarked those without a marker, Duplicates those whose
	// marker had come before.
	Refused, Unmarked, Duplicates atomic.Int64

	mu   sync.Mutex
	open map[string]chan<- time.Time
	came map[string]bool
}

// ReceiverOptions say how a receiver knows what it gets.
type ReceiverOptions struct {
	// Prefix begins each marker.
	Prefix string
	// Verify checks a request's headers against its body, unpacked; nil takes every request.
	Verify func(http.Header, []byte) error
	// Addr is where it listens without TLS; "" takes a free port.
	Addr string
}

// markerDigits follow the prefix in each marker.
const markerDigits = 16

// NewReceiver serves a receiver, by TLS and without, until Close.
func NewReceiver(o ReceiverOptions) (*Receiver, error) {
	r := &Receiver{prefix: []byte(o.Prefix), verify: o.Verify,
		open: map[string]chan<- time.Time{}, came: map[string]bool{}}
	r.server, r.secure = httptest.NewUnstartedServer(r), httptest.NewUnstartedServer(r)
	for _, s := range []*httptest.Server{r.server, r.secure} {
		// A gateway that is killed cuts connections, which is nothing to tell.
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
	}
	if o.Addr != "" {
		l, err := net.Listen("tcp", o.Addr)
		if err != nil {
			return nil, fmt.Errorf("listening for webhooks: %w", err)
		}
		_ = r.server.Listener.Close()
		r.server.Listener = l
	}
	r.server.Start()
	r.secure.StartTLS()
	return r, nil
}

// URL is where the receiver answers without TLS.
func (r *Receiver) URL() string { return r.server.URL }

// SecureURL is where it answers by TLS.
func (r *Receiver) SecureURL() string { return r.secure.URL }

// Certificate is that of the secure URL, in DER.
func (r *Receiver) Certificate() []byte { return r.secure.Certificate().Raw }

// SetDelay has what comes from then on be answered later.
func (r *Receiver) SetDelay(d time.Duration) { r.delay.Store(int64(d)) }

// Close ends the receiver.
func (r *Receiver) Close() {
	for _, s := range []*httptest.Server{r.server, r.secure} {
		s.CloseClientConnections()
		s.Close()
	}
}

// Expect has told be sent when the first webhook with a marker came; told needs room for it.
func (r *Receiver) Expect(marker string, told chan<- time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[marker] = told
}

// Forget gives a marker up, and tells whether it had not come yet.
func (r *Receiver) Forget(marker string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, open := r.open[marker]
	delete(r.open, marker)
	return open
}

// ServeHTTP takes a webhook.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	at := time.Now()
	body, err := unpacked(request)
	if err == nil && r.verify != nil {
		err = r.verify(request.Header, body)
	}
	if err != nil {
		r.Refused.Add(1)
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	marker, ok := r.marker(body)
	if !ok {
		r.Unmarked.Add(1)
	} else {
		r.note(marker, at)
	}
	if d := time.Duration(r.delay.Load()); d > 0 {
		time.Sleep(d)
	}
	w.WriteHeader(http.StatusAccepted)
}

func (r *Receiver) marker(body []byte) (string, bool) {
	at := bytes.Index(body, r.prefix)
	if at < 0 || len(body) < at+len(r.prefix)+markerDigits {
		return "", false
	}
	return string(body[at : at+len(r.prefix)+markerDigits]), true
}

func (r *Receiver) note(marker string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.came[marker] {
		r.Duplicates.Add(1)
		return
	}
	r.came[marker] = true
	if told := r.open[marker]; told != nil {
		delete(r.open, marker)
		told <- at
	}
}

// unpacked reads a body as it was before gzip.
func unpacked(r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(r.Body)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
