package api

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// listDeliveryLogs lists attempts.
func (s *Server) listDeliveryLogs(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	q.paged()
	request := webhook.LogsRequest{Window: q.window, Status: oneOf(q, "status", webhook.LogSuccess, webhook.LogFailed)}
	request.Operation = q.id("operation_id")
	request.Start, request.End = q.openRange()
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Deliveries.Logs(r.Context(), who.Partner.ID, id, request)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, webhook.DeliveryLog.Read)))
	return nil
}

// openRange reads a range which, unlike that of other lists, may be open at both ends, as in the
// contract.
func (q *query) openRange() (start, end time.Time) {
	start, end = q.time("start_date"), q.time("end_date")
	if !start.IsZero() && !end.IsZero() && !start.Before(end) {
		q.wrong("end_date", q.text("end_date"), "must be later than start_date", resource.CodeRange)
	}
	return start, end
}

// listDeadLetters lists what could not be delivered and was given up.
func (s *Server) listDeadLetters(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	q.paged()
	request := webhook.DeadLettersRequest{Window: q.window}
	request.Start, request.End = q.openRange()
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Deliveries.DeadLetters(r.Context(), who.Partner.ID, id, request)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, webhook.DeadLetter.Read)))
	return nil
}

// replay takes the body that the contract does not have only if there is one.
func (s *Server) replay(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	var body []byte
	if r.ContentLength != 0 {
		if body, err = readBody(w, r, "application/json"); err != nil {
			return err
		}
	}
	replayed, err := s.Deliveries.Replay(r.Context(), who.Partner.ID, id, body)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusAccepted, replayed)
	return nil
}

func (s *Server) getMetrics(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "webhook_id")
	if err != nil {
		return err
	}
	figures, err := s.Deliveries.Metrics(r.Context(), who.Partner.ID, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, figures)
	return nil
}
