package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// createWebhook answers one subscription, or an array for a wildcard, and in it the secret in the
// clear: it is not shown again.
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

func (s *Server) listWebhooks(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	q.paged()
	request := webhook.ListRequest{EventName: q.text("event_name"), Window: q.window,
		Status: oneOf(q, "status", webhook.Active, webhook.Paused, webhook.Stale, webhook.Deleted)}
	// A name that does not exist would give an empty list, which reads as "no subscription".
	if err := webhook.CheckName(request.EventName); err != nil && request.EventName != "" {
		q.wrong("event_name", request.EventName, err.Error(), resource.CodeEnum)
	}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Webhooks.List(r.Context(), who.Partner.ID, request)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, webhook.Subscription.Read)))
	return nil
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

// deleteWebhook drops what waits for the receiver as well. A delivery that is under way is not
// called back.
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

// listDeliveryLogs lists attempts. Unlike those of other lists its range may be open at both ends,
// as in the contract.
func (s *Server) listDeliveryLogs(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	q.paged()
	request := webhook.LogsRequest{Start: q.time("start_date"), End: q.time("end_date"), Window: q.window,
		Status: oneOf(q, "status", webhook.LogSuccess, webhook.LogFailed)}
	if !request.Start.IsZero() && !request.End.IsZero() && !request.Start.Before(request.End) {
		q.wrong("end_date", q.text("end_date"), "must be later than start_date", resource.CodeRange)
	}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Webhooks.Logs(r.Context(), who.Partner.ID, id, request)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, webhook.DeliveryLog.Read)))
	return nil
}
