package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/webhook"
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
	s.answer(w, http.StatusOK, made.Body())
	return nil
}

func (s *Server) listWebhooks(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	q := query{r: r}
	request := webhook.ListRequest{EventName: q.text("event_name"), Status: webhook.Status(q.text("status")), Page: q.page()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Webhooks.List(r.Context(), who.Partner.ID, request)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, page)
	return nil
}

func (q *query) page() webhook.PageRequest {
	size := q.integer("size", webhook.DefaultPageSize, 1, webhook.MaxPageSize)
	return webhook.PageRequest{Cursor: q.text("cursor"), Size: &size}
}

func (s *Server) getWebhook(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	sub, err := s.Webhooks.Get(r.Context(), who.Partner.ID, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, sub.Read())
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
	q := query{r: r}
	request := webhook.LogsRequest{Start: q.time("start_date"), End: q.time("end_date"),
		Status: webhook.LogStatus(q.text("status")), Page: q.page()}
	if err := q.err(); err != nil {
		return err
	}
	page, err := s.Webhooks.Logs(r.Context(), who.Partner.ID, id, request)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, page)
	return nil
}
