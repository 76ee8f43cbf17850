package api

import (
	"errors"
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

// healthBody is our own; the contract knows no health.
type healthBody struct {
	Status string `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// health is for load balancers and supervisors, so it needs no token and tells no more than whether
// the store does its work. A cause stays out of the answer, which anybody can read, unless it is a
// problem, whose detail is meant for everybody.
func (s *Server) health(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	if err := s.Healthy(r.Context()); err != nil {
		detail := "the store does not answer"
		var p *problem.Error
		if errors.As(err, &p) {
			detail = p.Detail
		}
		s.answer(w, http.StatusServiceUnavailable, healthBody{"unavailable", detail})
		return nil
	}
	s.answer(w, http.StatusOK, healthBody{Status: "ok"})
	return nil
}

// documentYAML and documentJSON answer the document of this release and need no token: clients are
// generated from it.
func (s *Server) documentYAML(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	w.Header().Del("Cache-Control")
	s.answerAs(w, http.StatusOK, "application/yaml", s.asYAML)
	return nil
}

func (s *Server) documentJSON(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	text, err := s.asJSON()
	if err != nil {
		return err
	}
	w.Header().Del("Cache-Control")
	s.answerText(w, http.StatusOK, text)
	return nil
}
