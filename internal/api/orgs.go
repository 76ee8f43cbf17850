package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
)

// Fleets shows callers the fleets that they reach and changes them. What the caller does not reach is
// a *problem.Error of NotFound.
type Fleets interface {
	Fleets(ctx context.Context, who access.Principal, q access.FleetQuery) (page.Page[access.KnownFleet], error)
	Fleet(ctx context.Context, who access.Principal, id uuid.UUID) (access.KnownFleet, error)
	// On returns the grant in force under which the caller reaches a fleet.
	On(ctx context.Context, who access.Principal, fleet uuid.UUID) (access.Grant, error)
	UpdateFleet(ctx context.Context, who access.Principal, id uuid.UUID, body []byte) (access.KnownFleet, error)
	DeleteFleet(ctx context.Context, who access.Principal, id uuid.UUID) error
}

// Directory makes fleets on purpose, and shows fleets the partners that they can grant to.
type Directory interface {
	CreateFleet(ctx context.Context, who access.Principal, body []byte) (access.KnownFleet, error)
	Partners(ctx context.Context, who access.Principal, q access.PartnerQuery) (page.Page[access.Partner], error)
	Partner(ctx context.Context, who access.Principal, id uuid.UUID) (access.Partner, error)
}

// The routes of TSPs need no token: which TSPs there are and what can be written to them is the
// same for everybody, and a partner asks it before it has a connection.
func (s *Server) orgRoutes() []route {
	const agreements = "/v2/orgs/share-agreements"
	const agreement = agreements + "/{share_agreement_id}"
	return []route{
		{"GET", "/v2/orgs/fleets", "fleet:read", s.listFleets},
		{"POST", "/v2/orgs/fleets", "fleet:create", bare(s.createFleet)},
		{"GET", "/v2/orgs/fleets/{fleet_id}", "fleet:read", bare(s.getFleet)},
		{"PATCH", "/v2/orgs/fleets/{fleet_id}", "fleet:update", bare(s.updateFleet)},
		{"DELETE", "/v2/orgs/fleets/{fleet_id}", "fleet:delete", bare(s.deleteFleet)},
		{"GET", "/v2/orgs/partners", "partner:read", s.listPartners},
		{"GET", "/v2/orgs/partners/{partner_id}", "partner:read", bare(s.getPartner)},
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
		{"GET", "/v2/integrations/connections/{connection_id}/capabilities", "connection:read",
			bare(s.getConnectionCapabilities)},
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

func (s *Server) createFleet(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	f, err := s.Directory.CreateFleet(r.Context(), who, body)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusCreated, f.Read())
	return nil
}

func (s *Server) updateFleet(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	id, err := pathID(r, "fleet_id")
	if err != nil {
		return err
	}
	f, err := s.Fleets.UpdateFleet(r.Context(), who, id, body)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, f.Read())
	return nil
}

func (s *Server) deleteFleet(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "fleet_id")
	if err != nil {
		return err
	}
	if err := s.Fleets.DeleteFleet(r.Context(), who, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) listPartners(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	q.paged()
	asked := access.PartnerQuery{Name: q.text("name"), Window: q.window}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Directory.Partners(r.Context(), who, asked)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, access.Partner.Read)))
	return nil
}

func (s *Server) getPartner(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "partner_id")
	if err != nil {
		return err
	}
	p, err := s.Directory.Partner(r.Context(), who, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, p.Read())
	return nil
}
