package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Connections reads and changes connections for fleets and partners.
type Connections interface {
	connectionReads
	connectionWrites
}

type connectionReads interface {
	Get(ctx context.Context, who access.Principal, id uuid.UUID) (connection.Read, error)
	List(ctx context.Context, who access.Principal, f connection.Filter) ([]connection.Read, bool, error)
}

type connectionWrites interface {
	Create(ctx context.Context, who access.Principal, body []byte) (connection.Read, error)
	Update(ctx context.Context, who access.Principal, id uuid.UUID, body []byte) (connection.Read, error)
	Delete(ctx context.Context, who access.Principal, id uuid.UUID) error
	PreAuthorize(ctx context.Context, who access.Principal, body []byte) (uuid.UUID, error)
}

func (s *Server) connectionRoutes() []route {
	const all = "/v2/integrations/connections"
	const one = all + "/{connection_id}"
	return []route{
		{"GET", all, "connection:read", s.listConnections},
		{"POST", all, "connection:create", s.createConnection},
		{"GET", one, "connection:read", s.getConnection},
		{"PATCH", one, "connection:update", s.updateConnection},
		{"DELETE", one, "connection:delete", s.deleteConnection},
		{"POST", "/v2/integrations/connection-pre-auths", "connection:create", s.createPreAuth},
	}
}

// connectionPage is the contract's page of connections.
type connectionPage struct {
	Items                []connection.Read `json:"items"`
	CurrentPage          *string           `json:"current_page"`
	CurrentPageBackwards *string           `json:"current_page_backwards"`
	PreviousPage         *string           `json:"previous_page"`
	NextPage             *string           `json:"next_page"`
}

func (s *Server) listConnections(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	q := query{r: r}
	f := connection.Filter{
		TSPID:     q.id("tsp_id"),
		FleetIDs:  q.fleetIDs(),
		FleetRefs: r.URL.Query()["fleet_refs"],
		Limit:     q.integer("size", 300, 1, 1000),
	}
	if len(f.FleetRefs) > maxFleets {
		q.wrong("fleet_refs", "must hold at most 100 values", resource.CodeRange)
	}
	if err := q.err(); err != nil {
		return err
	}
	cursor := q.text("cursor")
	if err := readConnectionCursor(cursor, &f); err != nil {
		return err
	}
	found, more, err := s.Connections.List(r.Context(), who, f)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, connectionPageOf(found, more, f, cursor))
	return nil
}

// maxFleets bounds the fleets that a list can be narrowed to.
const maxFleets = 100

func (q *query) fleetIDs() []uuid.UUID {
	const name = "fleet_ids"
	var all []uuid.UUID
	for _, text := range q.r.URL.Query()[name] {
		id, err := uuid.Parse(text)
		if err != nil || len(text) != 36 {
			q.problems = append(q.problems, wrong(name, text, "must be a UUID", resource.CodeUUID))
		}
		all = append(all, id)
	}
	if len(all) > maxFleets {
		q.problems = []problem.Detail{wrong(name, "", "must hold at most 100 values", resource.CodeRange)}
	}
	return all
}

func connectionPageOf(found []connection.Read, more bool, f connection.Filter, cursor string) connectionPage {
	p := connectionPage{Items: []connection.Read{}}
	if cursor != "" {
		p.CurrentPage = &cursor
	}
	if len(found) == 0 {
		return p
	}
	p.Items = found
	backwards := !f.After.IsZero()
	if more || backwards {
		next := writeConnectionCursor('b', found[len(found)-1].Position())
		p.NextPage = &next
	}
	if backwards && more || !f.Before.IsZero() {
		previous := writeConnectionCursor('a', found[0].Position())
		p.PreviousPage = &previous
	}
	return p
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
