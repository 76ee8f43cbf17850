// Package sim is the simulated Samsara: strict, stateful and limited as the documents say.
// It serves what the adapter of this release calls; anything else answers 404 as Samsara does.
package sim

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The API tokens that the simulator knows.
const (
	Token         = "samsara-demo-token"
	ReadOnlyToken = "samsara-readonly-token"
)

// Info is what the program needs to know to run the simulator.
func Info() simkit.Info { return simkit.Info{Name: "samsara", PortOffset: 1} }

// New returns a running simulator.
func New(opts simkit.Options) (simkit.Simulator, error) {
	return simkit.New(opts, simkit.Definition{Info: Info(), Build: build})
}

// samsara is the TSP side.
type samsara struct {
	host *simkit.Host
	mux  *http.ServeMux
}

// failure is an answer that is not a success, in Samsara's words.
type failure struct {
	status int
	text   string
	// plain answers as text, as the legacy /v1 endpoints do.
	plain bool
}

// Error describes the failure.
func (f *failure) Error() string { return f.text }

func refused(format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, text: fmt.Sprintf(format, args...)}
}

func notFound() *failure { return &failure{status: http.StatusNotFound, text: "Object not found."} }

func build(host *simkit.Host) simkit.TSP {
	s := &samsara{host: host, mux: http.NewServeMux()}
	for _, e := range s.endpoints() {
		s.mux.HandleFunc(e.method+" "+e.path, s.guarded(e))
	}
	return s
}

// ServeHTTP answers a request of the TSP side.
func (s *samsara) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Request-Id", requestID())
	if _, pattern := s.mux.Handler(r); pattern == "" {
		for _, method := range []string{"GET", "POST", "PATCH"} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := s.mux.Handler(other); pattern != "" {
				s.Refuse(w, r, http.StatusMethodNotAllowed)
				return
			}
		}
		s.Refuse(w, r, http.StatusNotFound)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Refuse answers with a status in Samsara's words.
func (s *samsara) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	texts := map[int]string{401: "Invalid token.", 403: "Forbidden: the token lacks the scope.", 404: "Object not found.",
		405: "Method not allowed.", 429: "Exceeded rate limit."}
	text := texts[status]
	if text == "" {
		text = http.StatusText(status)
	}
	// 5xx were seen as plain strings, although the document says JSON.
	s.fail(w, r, &failure{status, text, status >= 500})
}

func (s *samsara) fail(w http.ResponseWriter, r *http.Request, f *failure) {
	if w.Header().Get("Request-Id") == "" {
		w.Header().Set("Request-Id", requestID())
	}
	if f.plain || strings.HasPrefix(r.URL.Path, "/v1/") && f.status == http.StatusBadRequest {
		text := f.text
		if f.status == http.StatusBadRequest {
			text = "rpc error: code = InvalidArgument desc = " + text
		}
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte(text))
		return
	}
	write(w, f.status, simkit.Object{"message": f.text, "requestId": w.Header().Get("Request-Id")})
}

func write(w http.ResponseWriter, status int, v any) {
	text, err := simkit.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// Expire ends sessions. API tokens have none, so it only tells whether one was sent.
func (s *samsara) Expire(r *http.Request) bool { return r.Header.Get("Authorization") != "" }

// Objects lists a collection as tests should see it.
func (s *samsara) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	switch collection {
	case "vehicles", "trailers", "drivers", "users", "tags", "messages", "changes":
		return tx.Items(collection), true
	}
	return nil, false
}
