package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Fleets shows callers the fleets that they reach.
type Fleets interface {
	Fleets(ctx context.Context, who access.Principal, q access.FleetQuery) ([]access.KnownFleet, bool, int, error)
	Fleet(ctx context.Context, who access.Principal, id uuid.UUID) (access.KnownFleet, error)
	// On returns the grant in force under which the caller reaches a fleet.
	On(ctx context.Context, who access.Principal, fleet uuid.UUID) (access.Grant, error)
}

func (s *Server) orgRoutes() []route {
	const agreements = "/v2/orgs/share-agreements"
	const agreement = agreements + "/{share_agreement_id}"
	return []route{
		{"GET", "/v2/orgs/fleets", "fleet:read", s.listFleets},
		{"GET", "/v2/orgs/fleets/{fleet_id}", "fleet:read", s.getFleet},
		{"GET", agreements, "share-agreement:read", s.listAgreements},
		{"POST", agreements, "share-agreement:create", s.createAgreement},
		{"GET", agreement, "share-agreement:read", s.getAgreement},
		{"PATCH", agreement, "share-agreement:update", s.updateAgreement},
		{"DELETE", agreement, "share-agreement:delete", s.deleteAgreement},
		{"POST", agreement + "/pause", "share-agreement:update", s.moveAgreement(access.Pause)},
		{"POST", agreement + "/activate", "share-agreement:update", s.moveAgreement(access.Activate)},
		{"POST", agreement + "/cancel", "share-agreement:update", s.moveAgreement(access.Cancel)},
		{"GET", "/v2/orgs/tsps", "", s.listTSPs},
		{"GET", "/v2/orgs/tsps/{tsp_id}", "", s.getTSP},
		{"GET", "/v2/integrations/tsps", "", s.listIntegrations},
		{"GET", "/v2/integrations/tsps/{tsp_id}", "", s.getIntegrations},
		{"GET", "/v2/integrations/tsps/{tsp_id}/capabilities", "", s.getTSPCapabilities},
		{"GET", "/v2/integrations/connections/{connection_id}/capabilities", "connection:read", s.getConnectionCapabilities},
	}
}

// orgPage is the contract's page of organisations, which tells how many there are in all.
type orgPage[T any] struct {
	Items                []T     `json:"items"`
	CurrentPage          *string `json:"current_page"`
	CurrentPageBackwards *string `json:"current_page_backwards"`
	PreviousPage         *string `json:"previous_page"`
	NextPage             *string `json:"next_page"`
	Total                int     `json:"total"`
}

// window reads size and cursor of a list of organisations.
func (q *query) window() (access.Window, error) {
	w := access.Window{Limit: q.integer("size", 300, 1, 1000)}
	var f connection.Filter
	if err := readConnectionCursor(q.text("cursor"), &f); err != nil {
		return w, err
	}
	w.Before, w.After = access.Position(f.Before), access.Position(f.After)
	return w, nil
}

// orgPageOf makes a page from what was found; entry gives an entry's wire form and position.
func orgPageOf[E, T any](found []E, more bool, w access.Window, cursor string, entry func(E) (T, access.Position)) orgPage[T] {
	p := orgPage[T]{Items: []T{}}
	if cursor != "" {
		p.CurrentPage = &cursor
	}
	if len(found) == 0 {
		return p
	}
	var ends [2]access.Position
	for i, e := range found {
		item, at := entry(e)
		p.Items = append(p.Items, item)
		if i == 0 {
			ends[0] = at
		}
		ends[1] = at
	}
	backwards := !w.After.IsZero()
	if more || backwards {
		next := writeConnectionCursor('b', connection.Position(ends[1]))
		p.NextPage = &next
	}
	if backwards && more || !w.Before.IsZero() {
		previous := writeConnectionCursor('a', connection.Position(ends[0]))
		p.PreviousPage = &previous
	}
	return p
}

func (s *Server) listFleets(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	q := query{r: r}
	asked := access.FleetQuery{Refs: r.URL.Query()["fleet_refs"]}
	if len(asked.Refs) > maxFleets {
		q.wrong("fleet_refs", "must hold at most 100 values", resource.CodeRange)
	}
	var err error
	if asked.Window, err = q.window(); err != nil {
		return err
	}
	if err := q.err(); err != nil {
		return err
	}
	found, more, total, err := s.Fleets.Fleets(r.Context(), who, asked)
	if err != nil {
		return err
	}
	page := orgPageOf(found, more, asked.Window, q.text("cursor"), func(f access.KnownFleet) (access.FleetRead, access.Position) {
		return f.Read(f.Ref), access.Position{At: f.CreatedAt, ID: f.ID}
	})
	page.Total = total
	s.answer(w, http.StatusOK, page)
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
	s.answer(w, http.StatusOK, f.Read(f.Ref))
	return nil
}
