package sim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// answer writes a success. The page of response codes has 200, also of POSTs, and 201 Created
// (developer-docs.gomotive.com/reference/response-codes, read 2026-11-27), and no page says of a create which it
// answers: a switch says so.
func (s *service) answer(w http.ResponseWriter, c *simkit.Call, body any) {
	if c.Status == http.StatusCreated && !s.Host.On(createsAnswer201) {
		c.Status = http.StatusOK
	}
	s.write(w, c.Status, body)
}

// write writes a JSON body under a fresh request id; a nil body is an answer without one.
func (s *service) write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("X-Request-Id", s.requestID())
	if body != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	simkit.WriteJSON(w, status, body)
}

// refuse writes an error. What a 5xx looks like is not documented; plain text is what gateways in front of such an API
// answer.
func (s *service) refuse(w http.ResponseWriter, c *simkit.Call, no *simkit.Refusal) {
	w.Header().Del("Allow")
	if fault := c.Query == nil; !fault {
		s.translate(c, no)
	}
	switch silent := s.Host.On(noRetryAfter); {
	case no.Status >= http.StatusInternalServerError:
		w.Header().Set("X-Request-Id", s.requestID())
		simkit.WriteText(w, no.Status, no.Message)
		return
	case silent && no.RetryAfter > 0:
		w.Header().Del("Retry-After")
	case !silent && no.Status == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "":
		w.Header().Set("Retry-After", "1")
	}
	s.write(w, no.Status, s.errorBody(no.Message))
}

// translate gives a refusal of the kit the status that Motive gives it. A router of Rails answers 404 for a method that
// a path does not have, and 405 only for one that HTTP does not have.
func (s *service) translate(c *simkit.Call, no *simkit.Refusal) {
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
	taken, owned := errors.AsType[*simkit.TakenError](no)
	switch {
	case !slices.Contains(methods, c.Request.Method):
		no.Status, no.Message = http.StatusMethodNotAllowed, "method not allowed"
	case no.Status == http.StatusMethodNotAllowed:
		no.Status, no.Message = http.StatusNotFound, s.Texts[http.StatusNotFound]
	case no.Status == http.StatusUnsupportedMediaType:
		no.Status = http.StatusBadRequest
	case owned:
		no.Status, no.Message = http.StatusBadRequest, taken.Key+" has already been taken"
	}
	if no.Invalid && s.Host.On(validation422) {
		no.Status = http.StatusUnprocessableEntity
	}
}

// errorBody is an error in the shape that the switches pick. error_message was observed, of keys and of parameters
// (2026-08, with 400), and error as text of OAuth tokens; the others are what pages and clients show.
func (s *service) errorBody(message string) simkit.Object {
	switch {
	case s.Host.On(errorsAsText):
		return simkit.Object{"error": message}
	case s.Host.On(errorsNested):
		return simkit.Object{"error": simkit.Object{"message": message}}
	case s.Host.On(errorsAsList):
		return simkit.Object{"messages": []any{message}}
	}
	return simkit.Object{"error_message": message}
}

func (s *service) requestID() string {
	return fmt.Sprintf("5133a000-0000-4000-8000-%012x", s.answered.Add(1))
}
