package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/record"
)

// dataFreshness answers an array without pages, as the contract has it.
func (s *Server) dataFreshness(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	f := record.Fleets{IDs: q.ids("fleet_ids"), Refs: q.list("fleet_refs")}
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.Records.Freshness(r.Context(), who, f)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, all)
	return nil
}

// requestImport is an addition to the contract. It answers 202: the import runs in the lane of the
// connection's imports, and the freshness of its kinds tells when it has ended.
func (s *Server) requestImport(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	all, err := s.Records.RequestImport(r.Context(), who, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusAccepted, all)
	return nil
}
