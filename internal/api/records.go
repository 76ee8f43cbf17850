package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Records reads the TSPs' records and has them imported. What the caller may not read is as if it
// were not there: Get is a 404, and List is empty.
type Records interface {
	List(ctx context.Context, who access.Principal, r record.Request) (record.Page, error)
	// fleetRef is how the caller calls the record's fleet; "" if it has no name for it.
	Get(ctx context.Context, who access.Principal, kind resource.Kind, id uuid.UUID) (
		r record.Record, fleetRef string, err error)
	Freshness(ctx context.Context, who access.Principal, f record.Fleets) ([]record.Freshness, error)
	RequestImport(ctx context.Context, who access.Principal, connection uuid.UUID) ([]record.Freshness, error)
}

// getRecord answers for one kind: the id of another kind's record is a 404, though ids are unique
// over all kinds.
func (s *Server) getRecord(kind resource.Kind) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		id, err := recordID(r, kind)
		if err != nil {
			return err
		}
		withSource := q.isSet("include_source_data")
		if err := q.err(); err != nil {
			return err
		}
		found, fleetRef, err := s.Records.Get(r.Context(), who, kind, id)
		if err != nil {
			return err
		}
		text, err := found.Read(fleetRef, withSource)
		if err != nil {
			return err
		}
		s.answerText(w, http.StatusOK, text)
		return nil
	}
}

// listRecords answers for one kind, with a total that is exact.
func (s *Server) listRecords(of resource.Facts) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		request := s.recordRequest(q, of)
		if err := q.err(); err != nil {
			return err
		}
		found, err := s.Records.List(r.Context(), who, request)
		if err != nil {
			return err
		}
		s.answer(w, http.StatusOK, pageOf(q, found))
		return nil
	}
}

// Defects reads the defects of inspections.
type Defects interface {
	ListDefects(ctx context.Context, who access.Principal, r record.Request) (record.Page, error)
	DefectsOf(ctx context.Context, who access.Principal, log uuid.UUID, withSource bool) (record.Page, error)
}

// defectRoutes are the published client's; what they answer is in the inspections as well.
func (s *Server) defectRoutes() []route {
	const logs = "/v2/telematics/dvir-logs"
	return []route{
		{"GET", logs + "/defects", "telematics:read", s.listDefects},
		{"GET", logs + "/{id}/defects", "telematics:read", s.defectsOf},
	}
}

func (s *Server) listDefects(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	request := s.recordRequest(q, resource.KindDvirLog.Facts())
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Defects.ListDefects(r.Context(), who, request)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, found))
	return nil
}

func (s *Server) defectsOf(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	withSource := q.isSet("include_source_data")
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Defects.DefectsOf(r.Context(), who, id, withSource)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, found))
	return nil
}
