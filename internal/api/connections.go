package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
)

// Connections reads and changes connections for fleets and partners.
type Connections interface {
	connectionReads
	connectionWrites
}

// connectionReads answers a *problem.Error of NotFound for what the caller does not reach, whether
// or not it exists.
type connectionReads interface {
	Get(ctx context.Context, who access.Principal, id uuid.UUID) (connection.Read, error)
	List(ctx context.Context, who access.Principal, f connection.Filter) (page.Page[connection.Read], error)
}

// connectionWrites takes bodies as they were sent, because what a body must hold depends on the
// TSP that it names.
type connectionWrites interface {
	Create(ctx context.Context, who access.Principal, body []byte) (connection.Read, error)
	Update(ctx context.Context, who access.Principal, id uuid.UUID, body []byte) (connection.Read, error)
	Delete(ctx context.Context, who access.Principal, id uuid.UUID) error
	PreAuthorize(ctx context.Context, who access.Principal, body []byte) (uuid.UUID, error)
	Test(ctx context.Context, who access.Principal, id uuid.UUID) (connection.Tested, error)
}

// The literal segments resource-operations and data-freshness of other routes under connections
// win over {connection_id}: a ServeMux prefers the more specific pattern.
func (s *Server) connectionRoutes() []route {
	const all = "/v2/integrations/connections"
	const one = all + "/{connection_id}"
	return []route{
		{"GET", all, "connection:read", s.listConnections},
		{"POST", all, "connection:create", bare(s.createConnection)},
		{"GET", one, "connection:read", bare(s.getConnection)},
		{"PATCH", one, "connection:update", bare(s.updateConnection)},
		{"DELETE", one, "connection:delete", bare(s.deleteConnection)},
		{"POST", one + "/test", "connection:update", bodiless(s.testConnection)},
		{"POST", "/v2/integrations/connection-pre-auths", "connection:create", bare(s.createPreAuth)},
	}
}

func (s *Server) listConnections(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	q.paged()
	f := connection.Filter{TSPID: q.id("tsp_id"), FleetIDs: q.ids("fleet_ids"), FleetRefs: q.list("fleet_refs"),
		Window: q.window}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Connections.List(r.Context(), who, f)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, found))
	return nil
}

func (s *Server) createConnection(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	made, err := s.Connections.Create(r.Context(), who, body)
	if err != nil {
		return err
	}
	// 200 and not 201, and 201 to a pre-auth: so the contract documents the two.
	s.answer(w, http.StatusOK, made)
	return nil
}

func (s *Server) getConnection(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	found, err := s.Connections.Get(r.Context(), who, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, found)
	return nil
}

// updateConnection reads the body before the path, as every write does: of a request that is wrong
// in both, the caller is told of the body first.
func (s *Server) updateConnection(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	changed, err := s.Connections.Update(r.Context(), who, id, body)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, changed)
	return nil
}

func (s *Server) deleteConnection(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	if err := s.Connections.Delete(r.Context(), who, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// testConnection is an addition to the contract.
func (s *Server) testConnection(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	found, err := s.Connections.Test(r.Context(), who, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, found)
	return nil
}

func (s *Server) createPreAuth(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	id, err := s.Connections.PreAuthorize(r.Context(), who, body)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusCreated, id)
	return nil
}
