package access

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Reach lists the fleets that a caller may see, each with the kinds that it may read or write now.
// A partner reaches the fleets whose grants are in force; a fleet reaches itself, with everything.
// A fleet's own grant has no id, partner or reference; without dates it is in force at any time.
func Reach(ctx context.Context, s Store, who Principal) ([]Grant, error) {
	if who.IsFleet() {
		return []Grant{own(who)}, nil
	}
	all, err := s.Grants(ctx, who.Partner.ID)
	if err != nil {
		return nil, fmt.Errorf("listing grants: %w", err)
	}
	return slices.DeleteFunc(all, func(g Grant) bool { return !g.InForce(g.ReadAt) }), nil
}

// own is a fleet's own grant.
func own(who Principal) Grant {
	g := Grant{Fleet: who.Fleet.ID, Status: GrantActive, Levels: map[resource.Kind]string{}}
	for _, k := range resource.Kinds() {
		g.Levels[k] = ReadWrite
	}
	return g
}

// Reaches returns the grant by which a caller sees a fleet now, as Reach lists it, at a cost that does not follow how
// many it reaches; false if it does not.
func Reaches(ctx context.Context, s Store, who Principal, fleet uuid.UUID) (Grant, bool, error) {
	if who.IsFleet() {
		return own(who), fleet == who.Fleet.ID, nil
	}
	g, err := s.Grant(ctx, who.Partner.ID, fleet)
	if errors.Is(err, ErrNotFound) {
		return Grant{}, false, nil
	}
	if err != nil {
		return Grant{}, false, fmt.Errorf("looking up a grant: %w", err)
	}
	return g, g.InForce(g.ReadAt), nil
}
