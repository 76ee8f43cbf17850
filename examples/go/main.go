// Command go receives webhooks of Waybill with the standard library alone. It is made to be copied.
//
//	WEBHOOK_SECRET=whsec_... PORT=8000 go run ./examples/go
//
// WEBHOOK_SECRET may hold several secrets, separated by spaces: put the new one beside the old one
// while you replace it.
package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// maxBody bounds what is read of a request, packed and unpacked.
const maxBody = 4 << 20

// remembered is how many ids are kept to know repeats by.
const remembered = 10_000

// envelope is what this receiver uses of a delivery.
type envelope struct {
	ID        string    `json:"id"`
	EventName string    `json:"event_name"`
	Timestamp time.Time `json:"timestamp"`
	Sequence  int64     `json:"sequence"`
	Data      []struct {
		ID string `json:"id"`
	} `json:"data"`
}

// receiver keeps what it has seen in memory. Yours keeps it where it keeps its data: what was
// answered with 202 is not sent again.
type receiver struct {
	secrets []string
	work    chan envelope

	mu   sync.Mutex
	seen map[string]bool
	ids  []string
}

func main() {
	r := &receiver{secrets: strings.Fields(os.Getenv("WEBHOOK_SECRET")), work: make(chan envelope, 1000), seen: map[string]bool{}}
	if len(r.secrets) == 0 {
		log.Fatal("WEBHOOK_SECRET is not set: it is the secret that the creation of the subscription answered")
	}
	go r.handle()
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: r, ReadTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// ServeHTTP answers within the 3 seconds that Waybill waits: it checks and queues, and no more.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := unpacked(w, req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !verified(req.Header, body, r.secrets, time.Now()) {
		http.Error(w, "the signature does not match, or is older than 5 minutes", http.StatusUnauthorized)
		return
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" || len(e.Data) == 0 {
		http.Error(w, "the body is no envelope", http.StatusBadRequest)
		return
	}
	if !r.take(e) {
		w.WriteHeader(http.StatusServiceUnavailable) // it is sent again
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// unpacked reads the body behind its encoding, which is gzip or none.
func unpacked(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	var in io.Reader = http.MaxBytesReader(w, req.Body, maxBody)
	if req.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = z
	}
	body, err := io.ReadAll(io.LimitReader(in, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errors.New("the body is too long")
	}
	return body, err
}

// take queues an event, unless it has been queued before: the same event may come twice, and keeps its
// id then. It tells whether the event is in good hands.
func (r *receiver) take(e envelope) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[e.ID] {
		fmt.Println(e.EventName, e.ID, "repeated")
		return true
	}
	select {
	case r.work <- e:
	default:
		return false
	}
	r.seen[e.ID], r.ids = true, append(r.ids, e.ID)
	if len(r.ids) > remembered {
		delete(r.seen, r.ids[0])
		r.ids = r.ids[1:]
	}
	return true
}

// handle works off the queue. What happened to one thing is sent in its order, but a replay may come late:
// what is older than what is known of the thing is told apart by its time. The sequence
// numbers the deliveries of one subscription without a gap.
func (r *receiver) handle() {
	known := map[string]time.Time{}
	for e := range r.work {
		thing, how := e.Data[0].ID, "new"
		if e.Timestamp.Before(known[thing]) {
			how = "late"
		} else {
			known[thing] = e.Timestamp
		}
		fmt.Println(e.EventName, e.ID, how, "sequence", e.Sequence)
	}
}
