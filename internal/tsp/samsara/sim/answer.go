package sim

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The texts of Samsara's errors. They are not contractual ("do not hard-code against this message").
const (
	invalidToken = "Invalid token."
	notFound     = "Object not found."
	rateExceeded = "Exceeded rate limit."
)

// refusal is an answer other than success.
type refusal struct {
	status     int
	message    string
	retryAfter string // seconds as a decimal fraction; only with 429
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.status, r.message) }

func invalid(format string, args ...any) error {
	return &refusal{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

func missing() error { return &refusal{status: http.StatusNotFound, message: notFound} }

// taken turns a uniqueness error of the store into Samsara's 400.
func taken(err error) error {
	var owned *simkit.TakenError
	if errors.As(err, &owned) {
		return invalid("%s is already used by object %s", owned.Key, owned.ID)
	}
	return err
}

// answer writes a JSON body under a fresh request id.
func (s *service) answer(w http.ResponseWriter, status int, body any) {
	data, err := simkit.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"message":"internal error"}`)
	}
	if w.Header().Get("Request-Id") == "" {
		w.Header().Set("Request-Id", s.requestID())
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// refuse writes an error. Observed: 5xx bodies are plain text, and so are the validation errors of the legacy /v1 API,
// which pass on the text of an internal gRPC error.
func (s *service) refuse(w http.ResponseWriter, r *http.Request, no *refusal) {
	id := s.requestID()
	w.Header().Set("Request-Id", id)
	switch {
	case no.status >= 500:
		plain(w, no.status, no.message)
		return
	case no.status == http.StatusBadRequest && strings.HasPrefix(r.URL.Path, "/v1/"):
		plain(w, no.status, "rpc error: code = InvalidArgument desc = "+no.message)
		return
	case no.status == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "":
		if no.retryAfter == "" {
			no.retryAfter = "0.40235" // the example of Samsara's rate limit page
		}
		w.Header().Set("Retry-After", no.retryAfter)
	}
	s.answer(w, no.status, simkit.Object{"message": no.message, "requestId": id})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func (s *service) requestID() string {
	return fmt.Sprintf("%08x-sim", s.answered.Add(1))
}
