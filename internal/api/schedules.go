package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
)

// Schedules tells when the kinds of a connection are imported, and how that went.
type Schedules interface {
	ListSchedules(ctx context.Context, who access.Principal, q record.ScheduleQuery) (
		page.Page[record.ScheduleRead], error)
	GetSchedule(ctx context.Context, who access.Principal, connection, id uuid.UUID) (record.ScheduleRead, error)
	ListExecutions(ctx context.Context, who access.Principal, q record.ExecutionQuery) (
		page.Page[record.ExecutionRead], error)
}

// scheduleRoutes are those of the published client that read. Imports follow from what a TSP can do,
// so there is none to make or change.
func (s *Server) scheduleRoutes() []route {
	const all = "/v2/integrations/connections/{connection_id}/schedules"
	return []route{
		{"GET", all, "schedule:read", s.listSchedules},
		{"GET", all + "/{schedule_id}", "schedule:read", bare(s.getSchedule)},
		{"GET", all + "/{schedule_id}/executions", "execution:read", s.listExecutions},
	}
}

func (s *Server) listSchedules(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	q.paged()
	asked := record.ScheduleQuery{Connection: id, Kind: oneOf(q, "resource", resourceKinds()...), Window: q.window}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Schedules.ListSchedules(r.Context(), who, asked)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, found))
	return nil
}

func (s *Server) getSchedule(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	schedule, err := pathID(r, "schedule_id")
	if err != nil {
		return err
	}
	found, err := s.Schedules.GetSchedule(r.Context(), who, id, schedule)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, found)
	return nil
}

func (s *Server) listExecutions(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	asked := record.ExecutionQuery{}
	var err error
	if asked.Connection, err = pathID(r, "connection_id"); err != nil {
		return err
	}
	if asked.Schedule, err = pathID(r, "schedule_id"); err != nil {
		return err
	}
	q.paged()
	if asked.Window = q.window; q.err() != nil {
		return q.err()
	}
	found, err := s.Schedules.ListExecutions(r.Context(), who, asked)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, found))
	return nil
}
