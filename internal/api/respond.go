package api

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// detailed is the error body of most statuses. detail is null and not absent where there is
// nothing to say, so that every body has the same members.
type detailed struct {
	Code    int     `json:"code"`
	Message string  `json:"message"`
	Detail  *string `json:"detail"`
}

// invalid is the body of a 422. Its message is the contract's constant, whatever was wrong.
type invalid struct {
	Code    int           `json:"code"`
	Message string        `json:"message"`
	Detail  []wrongDetail `json:"detail"`
}

// wrongDetail is one problem of a request. All four members are required by the contract; path is
// "" for what concerns the whole body.
type wrongDetail struct {
	Path      string `json:"path"`
	Input     string `json:"input"`
	Message   string `json:"message"`
	ErrorType string `json:"error_type"`
}

// tooMany is the body of a 429. Whole seconds are said twice, in the body as the contract has it
// and in Retry-After for those who read no body.
type tooMany struct {
	Code    int        `json:"code"`
	Message string     `json:"message"`
	Detail  retryAfter `json:"detail"`
}

type retryAfter struct {
	Seconds int    `json:"retry_after_seconds"`
	Message string `json:"message"`
}

// internalError is the body of a 500. It says nothing of the cause: the log does, under the
// request id that the answer carries.
type internalError struct {
	Message string `json:"message"`
}

// refuse answers with the body of the problem that an error stands for.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problem.Of(err)
	s.refused(w, r, p, err)
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds(p)))
	}
	if p.Code == problem.Unauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="waybill"`)
	}
	s.answer(w, int(p.Code), body(p))
}

// It rounds up and is never 0: a client that comes back too early is refused once more.
func seconds(p *problem.Error) int { return max(1, int(math.Ceil(p.RetryAfter.Seconds()))) }

// body returns the form that the contract has for the status.
func body(p *problem.Error) any {
	status := int(p.Code)
	switch p.Code {
	case problem.Internal:
		return internalError{http.StatusText(status)}
	case problem.TooMany:
		return tooMany{status, http.StatusText(status), retryAfter{seconds(p), p.Detail}}
	case problem.Invalid:
		out := invalid{status, "Invalid Request Body", []wrongDetail{}}
		for _, d := range p.Details {
			out.Detail = append(out.Detail, wrongDetail{d.Path, d.Input, d.Message, d.Code})
		}
		return out
	}
	out := detailed{Code: status, Message: http.StatusText(status)}
	if p.Detail != "" {
		out.Detail = &p.Detail
	}
	var newer *operation.Overwrites
	if errors.As(p.Err, &newer) {
		return outdated{out, newer.Read()}
	}
	return out
}

// outdated is the body of a 409 that an older write has got.
type outdated struct {
	detailed
	Overwrites operation.OverwritesRead `json:"overwrites"`
}

// answer writes a JSON body. Members keep one order (Deterministic), so that the same state gives
// the same bytes. Nothing is written before the body is whole: what cannot be encoded is a 500 and
// no half answer.
func (s *Server) answer(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		s.Log.Error("encoding an answer", "error", err)
		status, text = broken()
	}
	s.answerText(w, status, text)
}

// answerText writes a body that is JSON already; nothing may have been written before.
func (s *Server) answerText(w http.ResponseWriter, status int, text []byte) {
	if strict, ok := w.(*strictWriter); ok {
		w = strict.ResponseWriter
		status, text = s.shorten(strict, status, text)
	}
	s.answerAs(w, status, "application/json", text)
}

func (s *Server) answerAs(w http.ResponseWriter, status int, contentType string, text []byte) {
	if a, ok := w.(*answering); ok {
		text = a.pack(text)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	if _, err := w.Write(text); err != nil {
		// The caller has hung up, which is its right.
		s.Log.Debug("writing an answer", "error", err)
	}
}
