package sim

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The texts of errors. The first was observed, with 401 and with 400; the others are not documented.
const (
	invalidKey   = "invalid API key"
	notFound     = "resource not found"
	rateExceeded = "too many requests"
)

// refusal is an answer other than success.
type refusal struct {
	status  int
	message string
	// retryAfter is in whole seconds; only with 429.
	retryAfter int64
	// validation says that the request was understood and its content refused.
	validation bool
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.status, r.message) }

func invalid(format string, args ...any) error {
	return &refusal{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...), validation: true}
}

func missing() error { return &refusal{status: http.StatusNotFound, message: notFound} }

// taken turns a uniqueness error of the store into Motive's refusal.
func taken(err error) error {
	var owned *simkit.TakenError
	if errors.As(err, &owned) {
		return invalid("%s has already been taken", owned.Key)
	}
	return err
}

// answer writes a JSON body under a fresh request id; a nil body is an answer without one.
func (s *service) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("X-Request-Id", s.requestID())
	if body == nil {
		w.WriteHeader(status)
		return
	}
	data, err := simkit.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error_message":"internal error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// refuse writes an error. What a 5xx looks like is not documented; plain text is what gateways in front of such an API
// answer.
func (s *service) refuse(w http.ResponseWriter, no *refusal) {
	status := no.status
	if status >= http.StatusInternalServerError {
		w.Header().Set("X-Request-Id", s.requestID())
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, no.message)
		return
	}
	if no.validation && s.host.On(validation422) {
		status = http.StatusUnprocessableEntity
	}
	if status == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" && !s.host.On(noRetryAfter) {
		w.Header().Set("Retry-After", strconv.FormatInt(max(no.retryAfter, 1), 10))
	}
	s.answer(w, status, s.errorBody(no.message))
}

// errorBody is an error in the shape that the switches pick. Only error_message was observed; the others are what pages
// and clients show.
func (s *service) errorBody(message string) simkit.Object {
	switch {
	case s.host.On(errorsAsText):
		return simkit.Object{"error": message}
	case s.host.On(errorsNested):
		return simkit.Object{"error": simkit.Object{"message": message}}
	case s.host.On(errorsAsList):
		return simkit.Object{"messages": []any{message}}
	}
	return simkit.Object{"error_message": message}
}

func (s *service) requestID() string {
	return fmt.Sprintf("5133a000-0000-4000-8000-%012x", s.answered.Add(1))
}
