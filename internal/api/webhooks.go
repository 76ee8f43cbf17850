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
	made, err := s.Webhooks.Create(r.Context(), webhook.Maker{Partner: who.Partner.ID, Strict: who.Strict}, body)
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

// updateWebhook answers a secret in the clear only where it was made for this request.
func (s *Server) updateWebhook(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	updated, err := s.Webhooks.Update(r.Context(), who.Partner.ID, id, body)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, updated.Body())
	return nil
}

// moveWebhook changes the state of a subscription and answers it as it is then, or nothing where it is
// gone.
func (s *Server) moveWebhook(m webhook.Move) func(http.ResponseWriter, *http.Request, access.Principal) error {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		id, err := pathID(r, "webhook_id")
		if err != nil {
			return err
		}
		moved, err := s.Webhooks.Move(r.Context(), who.Partner.ID, id, m)
		switch {
		case err != nil:
			return err
		case m == webhook.Delete:
			w.WriteHeader(http.StatusNoContent)
		default:
			s.answer(w, http.StatusOK, moved.Read())
		}
		return nil
	}
}

// testWebhook sends a receiver an event that is marked as a test, and answers what came of it.
func (s *Server) testWebhook(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	tested, err := s.Receivers.Test(r.Context(), who.Partner.ID, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, tested)
	return nil
}

// pauseWebhook notes which client paused a subscription.
func (s *Server) pauseWebhook(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	paused, err := s.Receivers.Pause(r.Context(), webhook.Hand{Partner: who.Partner.ID, Subscription: id, By: "client:" + who.Client})
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, paused.Read())
	return nil
}
