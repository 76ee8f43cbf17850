package sim

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// answer writes a success under a fresh request id.
func (s *service) answer(w http.ResponseWriter, c *simkit.Call, body any) {
	w.Header().Set("Request-Id", s.requestID())
	simkit.WriteJSON(w, c.Status, body)
}

// refuse writes an error. Observed: 5xx bodies are plain text, and so are the validation errors of the legacy /v1 API,
// which pass on the text of an internal gRPC error.
func (s *service) refuse(w http.ResponseWriter, c *simkit.Call, no *simkit.Refusal) {
	id := s.requestID()
	w.Header().Set("Request-Id", id)
	status, message := no.Status, no.Message
	if taken, ok := errors.AsType[*simkit.TakenError](no); ok {
		status, message = http.StatusBadRequest, fmt.Sprintf("%s is already used by object %s", taken.Key, taken.ID)
	}
	if status == http.StatusUnsupportedMediaType {
		status = http.StatusBadRequest
	}
	switch {
	case status >= 500:
		simkit.WriteText(w, status, message)
		return
	case status == http.StatusBadRequest && strings.HasPrefix(c.Request.URL.Path, "/v1/"):
		simkit.WriteText(w, status, "rpc error: code = InvalidArgument desc = "+message)
		return
	case no.RetryAfter > 0:
		w.Header().Set("Retry-After", fraction(no.RetryAfter))
	case status == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "":
		w.Header().Set("Retry-After", "0.40235") // the example of Samsara's rate limit page
	}
	simkit.WriteJSON(w, status, simkit.Object{"message": message, "requestId": id})
}

func (s *service) requestID() string { return fmt.Sprintf("%08x-sim", s.answered.Add(1)) }
