package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
)

// FleetQuery selects fleets: those that a partner's grants in force reach, or the fleet Self.
type FleetQuery struct {
	Partner, Self uuid.UUID
	// ID and Refs narrow a partner's; what is zero narrows nothing.
	ID     uuid.UUID
	Refs   []string
	Window Window
}

// KnownFleet is a fleet with the reference under which the caller knows it.
type KnownFleet struct {
	Fleet
	Ref string
}

// Fleets returns one page of the fleets that the caller sees, whether more follow in the
// direction of the window, and how many there are on all pages.
func (s *Service) Fleets(ctx context.Context, who Principal, q FleetQuery) (page []KnownFleet, more bool, total int, err error) {
	if who.IsFleet() {
		q.Self = who.Fleet.ID
		if len(q.Refs) > 0 {
			// References are the partners'; a fleet has none of itself.
			return nil, false, 0, nil
		}
	} else {
		q.Partner = who.Partner.ID
	}
	limit := q.Window.Limit
	q.Window.Limit++
	if page, total, err = s.store.Fleets(ctx, q); err != nil {
		return nil, false, 0, fmt.Errorf("listing fleets: %w", err)
	}
	page, more = cut(page, limit, q.Window)
	return page, more, total, nil
}

// Fleet returns a fleet that the caller sees.
func (s *Service) Fleet(ctx context.Context, who Principal, id uuid.UUID) (KnownFleet, error) {
	page, _, _, err := s.Fleets(ctx, who, FleetQuery{ID: id, Window: Window{Limit: 1}})
	if err != nil {
		return KnownFleet{}, err
	}
	if len(page) == 0 || page[0].ID != id {
		return KnownFleet{}, problem.New(problem.NotFound, "there is no fleet %s; GET /v2/orgs/fleets lists those that you reach", id)
	}
	return page[0], nil
}

// On returns the grant in force under which the caller reaches a fleet.
func (s *Service) On(ctx context.Context, who Principal, fleet uuid.UUID) (Grant, error) {
	grants, err := Reach(ctx, s.store, who)
	if err != nil {
		return Grant{}, err
	}
	i := slices.IndexFunc(grants, func(g Grant) bool { return g.Fleet == fleet })
	if i < 0 {
		return Grant{}, problem.New(problem.NotFound, "there is no fleet %s; GET /v2/orgs/fleets lists those that you reach", fleet)
	}
	return grants[i], nil
}
