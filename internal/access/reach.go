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

// Named are fleets as somebody names them: those whose id is in one list and whose reference in the other, of which an
// empty one narrows nothing.
type Named struct {
	IDs  []uuid.UUID
	Refs []string
}

// ReachesAny tells whether a partner reaches one of the fleets now that are named, at the cost of one look for each name.
func ReachesAny(ctx context.Context, s Store, partner uuid.UUID, n Named) (bool, error) {
	in := func(g Grant, err error) (bool, error) {
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("looking up a grant: %w", err)
		}
		return g.InForce(g.ReadAt) && (len(n.Refs) == 0 || slices.Contains(n.Refs, g.FleetRef)), nil
	}
	for _, id := range n.IDs {
		if reaches, err := in(s.Grant(ctx, partner, id)); reaches || err != nil {
			return reaches, err
		}
	}
	if len(n.IDs) > 0 {
		return false, nil
	}
	for _, ref := range n.Refs {
		if reaches, err := in(s.GrantByRef(ctx, partner, ref)); reaches || err != nil {
			return reaches, err
		}
	}
	return false, nil
}
