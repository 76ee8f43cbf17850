package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// FleetQuery selects fleets: those that a partner's grants in force reach, or the fleet Self. One
// of Partner and Self is set, and never by a request.
type FleetQuery struct {
	Partner, Self uuid.UUID
	// ID and Refs narrow a partner's; what is zero narrows nothing.
	ID     uuid.UUID
	Refs   []string
	Window page.Window
}

// KnownFleet is a fleet with the reference under which the caller knows it.
type KnownFleet struct {
	Fleet
	Ref string
	// Warnings are told of one that was made.
	Warnings []Warning
}

// Position is the fleet's place in a list.
func (f KnownFleet) Position() page.Position { return page.Position{At: f.CreatedAt, ID: f.ID} }

// Fleets returns one page of the fleets that the caller sees.
func (s *Service) Fleets(ctx context.Context, who Principal, q FleetQuery) (page.Page[KnownFleet], error) {
	if who.IsFleet() {
		q.Self = who.Fleet.ID
		if len(q.Refs) > 0 {
			// References are the partners'; a fleet has none of itself.
			return page.Page[KnownFleet]{Total: new(int)}, nil
		}
	} else {
		q.Partner = who.Partner.ID
	}
	w := q.Window
	q.Window = w.Wider()
	found, total, err := s.store.Fleets(ctx, q)
	if err != nil {
		return page.Page[KnownFleet]{}, fmt.Errorf("listing fleets: %w", err)
	}
	p := page.Cut(found, w, KnownFleet.Position)
	p.Total = &total
	return p, nil
}

// noFleetFor is the answer about a fleet that is not there or not the caller's, which cannot be told
// apart.
func noFleetFor(id uuid.UUID) error {
	return problem.New(problem.NotFound, "there is no fleet %s; GET /v2/orgs/fleets lists those that you reach", id)
}

// Fleet returns a fleet that the caller sees.
func (s *Service) Fleet(ctx context.Context, who Principal, id uuid.UUID) (KnownFleet, error) {
	found, err := s.Fleets(ctx, who, FleetQuery{ID: id, Window: page.Window{Limit: 1}})
	if err != nil {
		return KnownFleet{}, err
	}
	// ID narrows a partner's list alone.
	if len(found.Items) == 0 || found.Items[0].ID != id {
		return KnownFleet{}, noFleetFor(id)
	}
	return found.Items[0], nil
}

// On returns the grant in force under which the caller reaches a fleet. A fleet that the caller
// does not reach does not exist for it.
func (s *Service) On(ctx context.Context, who Principal, fleet uuid.UUID) (Grant, error) {
	grants, err := Reach(ctx, s.store, who)
	if err != nil {
		return Grant{}, err
	}
	i := slices.IndexFunc(grants, func(g Grant) bool { return g.Fleet == fleet })
	if i < 0 {
		return Grant{}, noFleetFor(fleet)
	}
	return grants[i], nil
}
