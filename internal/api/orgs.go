package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
)

// Fleets shows callers the fleets that they reach. What the caller does not reach is a
// *problem.Error of NotFound.
type Fleets interface {
	Fleets(ctx context.Context, who access.Principal, q access.FleetQuery) (page.Page[access.KnownFleet], error)
	Fleet(ctx context.Context, who access.Principal, id uuid.UUID) (access.KnownFleet, error)
	// On returns the grant in force under which the caller reaches a fleet.
	On(ctx context.Context, who access.Principal, fleet uuid.UUID) (access.Grant, error)
}

// The routes of TSPs need no token: which TSPs there are and what can be written to them is the
// same for everybody, and a partner asks it before it has a connection.
func (s *Server) orgRoutes() []route {
	const agreements = "/v2/orgs/share-agreements"
	const agreement = agreements + "/{share_agreement_id}"
	return []route{
		{"GET", "/v2/orgs/fleets", "fleet:read", s.listFleets},
		{"GET", "/v2/orgs/fleets/{fleet_id}", "fleet:read", bare(s.getFleet)},
		{"GET", agreements, "share-agreement:read", s.listAgreements},
		{"POST", agreements, "share-agreement:create", bare(s.createAgreement)},
		{"GET", agreement, "share-agreement:read", bare(s.getAgreement)},
		{"PATCH", agreement, "share-agreement:update", bare(s.updateAgreement)},
		{"DELETE", agreement, "share-agreement:delete", bare(s.deleteAgreement)},
		{"POST", agreement + "/pause", "share-agreement:update", s.moveAgreement(access.Pause)},
		{"POST", agreement + "/activate", "share-agreement:update", s.moveAgreement(access.Activate)},
		{"POST", agreement + "/cancel", "share-agreement:update", s.moveAgreement(access.Cancel)},
		{"GET", "/v2/orgs/tsps", "", s.listTSPs},
		{"GET", "/v2/orgs/tsps/{tsp_id}", "", bare(s.getTSP)},
		{"GET", "/v2/integrations/tsps", "", s.listIntegrations},
		{"GET", "/v2/integrations/tsps/{tsp_id}", "", bare(s.getIntegrations)},
		{"GET", "/v2/integrations/tsps/{tsp_id}/capabilities", "", bare(s.getTSPCapabilities)},
		{"GET", "/v2/integrations/connections/{connection_id}/capabilities", "connection:read", bare(s.getConnectionCapabilities)},
	}
}

func (s *Server) listFleets(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	q.paged()
	// Whose fleets they are follows from who; a request cannot widen it.
	asked := access.FleetQuery{Refs: q.list("fleet_refs"), Window: q.window}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Fleets.Fleets(r.Context(), who, asked)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, access.KnownFleet.Read)))
	return nil
}

func (s *Server) getFleet(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "fleet_id")
	if err != nil {
		return err
	}
	f, err := s.Fleets.Fleet(r.Context(), who, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, f.Read())
	return nil
}
