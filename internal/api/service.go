package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi"
)

type healthBody struct {
	Status string `json:"status"`
	Detail string `json:"detail,omitempty"`
}

func (s *Server) health(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	if err := s.Healthy(r.Context()); err != nil {
		s.answer(w, http.StatusServiceUnavailable, healthBody{"unavailable", "the store does not answer"})
		return nil
	}
	s.answer(w, http.StatusOK, healthBody{Status: "ok"})
	return nil
}

func (s *Server) documentYAML(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	w.Header().Set("Content-Type", "application/yaml")
	_, err := w.Write(openapi.Document())
	return err
}

func (s *Server) documentJSON(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	text, err := openapi.JSON()
	if err != nil {
		return err
	}
	s.answerText(w, http.StatusOK, text)
	return nil
}
