package connection

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Filter selects connections for a list. Fields left zero narrow nothing; several narrow together.
type Filter struct {
	TSPID     uuid.UUID
	FleetIDs  []uuid.UUID
	FleetRefs []string
	Window    page.Window
}

// Position is the connection's place in a list.
func (c Connection) Position() page.Position { return page.Position{At: c.CreatedAt, ID: c.ID} }

// Get returns a connection that the caller reaches.
func (s *Service) Get(ctx context.Context, who access.Principal, id uuid.UUID) (Read, error) {
	c, grant, err := s.reached(ctx, who, id)
	if err != nil {
		return Read{}, err
	}
	return s.read(c, grant.FleetRef)
}

// List returns one page of the connections that the caller reaches, newest first.
func (s *Service) List(ctx context.Context, who access.Principal, f Filter) (page.Page[Read], error) {
	q := Query{Window: f.Window.Wider()}
	refs, err := s.within(ctx, who, f, &q)
	// Nobody's fleets are an empty page and no error: a filter by a foreign fleet must not tell
	// that the fleet exists.
	if err != nil || len(q.Fleets) == 0 {
		return page.Page[Read]{}, err
	}
	if f.TSPID != uuid.Nil {
		if q.TSP = s.named(f.TSPID); q.TSP == "" {
			return page.Page[Read]{}, nil
		}
	}
	found, err := s.Store.ConnectionPage(ctx, q)
	if err != nil {
		return page.Page[Read]{}, fmt.Errorf("listing connections: %w", err)
	}
	p := page.Cut(found, f.Window, Connection.Position)
	var items []Read
	for _, c := range p.Items {
		r, err := s.read(c, refs[c.Fleet])
		if err != nil {
			return page.Page[Read]{}, err
		}
		items = append(items, r)
	}
	return page.With(p, items), nil
}

// within sets the fleets whose connections a list may show and returns how the caller calls them.
// A filter narrows what the grants reach and cannot widen it.
func (s *Service) within(ctx context.Context, who access.Principal, f Filter, q *Query) (map[uuid.UUID]string, error) {
	grants, err := access.Reach(ctx, s.Access, who)
	if err != nil {
		return nil, err
	}
	refs := map[uuid.UUID]string{}
	for _, g := range grants {
		if len(f.FleetIDs) > 0 && !slices.Contains(f.FleetIDs, g.Fleet) ||
			len(f.FleetRefs) > 0 && !slices.Contains(f.FleetRefs, g.FleetRef) {
			continue
		}
		refs[g.Fleet] = g.FleetRef
		q.Fleets = append(q.Fleets, g.Fleet)
	}
	return refs, nil
}

// named returns the TSP with an id, "" if this installation has none.
func (s *Service) named(id uuid.UUID) tsp.Name {
	spec, _ := s.adapter(id)
	return spec.Name
}
