package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
)

func (s *Server) createWebhook(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	made, err := s.Webhooks.Create(r.Context(), who.Partner.ID, body)
	if err != nil {
		return err
	}
	s.answerText(w, http.StatusOK, made)
	return nil
}

func (s *Server) listWebhooks(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	text, err := s.Webhooks.List(r.Context(), who.Partner.ID, r.URL.Query())
	if err != nil {
		return err
	}
	s.answerText(w, http.StatusOK, text)
	return nil
}

func (s *Server) getWebhook(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	text, err := s.Webhooks.Get(r.Context(), who.Partner.ID, id)
	if err != nil {
		return err
	}
	s.answerText(w, http.StatusOK, text)
	return nil
}

func (s *Server) deleteWebhook(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	if err := s.Webhooks.Delete(r.Context(), who.Partner.ID, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) listDeliveryLogs(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	text, err := s.Webhooks.Logs(r.Context(), who.Partner.ID, id, r.URL.Query())
	if err != nil {
		return err
	}
	s.answerText(w, http.StatusOK, text)
	return nil
}
