package demo

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/gzip"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// maxEvents bounds the events that the receiver remembers.
const maxEvents = 1000

// receiver is the demo's receiver of webhooks: it verifies signatures, prints events and
// shows the last of them at GET /events.
type receiver struct {
	options Options
	mux     *http.ServeMux

	mu     sync.Mutex
	events []received
}

// received is an event as the receiver shows it.
type received struct {
	ReceivedAt time.Time      `json:"received_at"`
	Event      string         `json:"event"`
	Attempt    string         `json:"attempt"`
	Verified   bool           `json:"verified"`
	Body       jsontext.Value `json:"body"`
}

func newReceiver(o Options) *receiver {
	r := &receiver{options: o, mux: http.NewServeMux()}
	r.mux.HandleFunc("POST /{$}", r.take)
	r.mux.HandleFunc("GET /events", r.list)
	return r
}

// ServeHTTP takes webhooks and shows them.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.mux.ServeHTTP(w, req) }

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := unzipped(w, req)
	if err != nil || !jsontext.Value(body).IsValid() {
		http.Error(w, "the body is not gzipped JSON", http.StatusBadRequest)
		return
	}
	verified := webhook.Verify(req.Header, body, string(Hook), time.Now())
	e := received{ReceivedAt: time.Now().UTC(), Event: req.Header.Get("X-Event-Type"),
		Attempt: req.Header.Get("X-Delivery-Attempt"), Verified: verified == nil, Body: body}
	r.mu.Lock()
	r.events = append(r.events, e)
	if len(r.events) > maxEvents {
		r.events = r.events[len(r.events)-maxEvents:]
	}
	r.mu.Unlock()
	if !r.options.Quiet {
		r.show(e, verified)
	}
	if verified != nil {
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (r *receiver) show(e received, verified error) {
	mark := "signature verified"
	if verified != nil {
		mark = "SIGNATURE WRONG: " + verified.Error()
	}
	var envelope struct {
		Data []struct {
			ID       string `json:"id"`
			Resource string `json:"resource"`
		} `json:"data"`
	}
	if err := json.Unmarshal(e.Body, &envelope); err == nil && len(envelope.Data) > 0 {
		of := envelope.Data[0]
		fmt.Fprintf(r.options.Out, "webhook  %-30s %s %s (%s)\n", e.Event, of.Resource, of.ID, mark)
		return
	}
	fmt.Fprintf(r.options.Out, "webhook  %-30s (%s)\n", e.Event, mark)
}

func unzipped(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 4<<20))
	if err != nil || req.Header.Get("Content-Encoding") != "gzip" {
		return raw, err
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, 4<<20))
}

func (r *receiver) list(w http.ResponseWriter, _ *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.MarshalWrite(w, struct {
		Items []received `json:"items"`
	}{r.events}, jsontext.WithIndent("  "))
}
