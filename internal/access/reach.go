package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Reach lists the fleets that a caller may see, each with the kinds that it may read or write now.
// A partner reaches the fleets whose grants are in force; a fleet reaches itself, with everything.
// A fleet's own grant has no id, partner or reference; without dates it is in force at any time.
func Reach(ctx context.Context, s Store, who Principal) ([]Grant, error) {
	if who.IsFleet() {
		own := Grant{Fleet: who.Fleet.ID, Status: GrantActive, Levels: map[resource.Kind]string{}}
		for _, k := range resource.Kinds() {
			own.Levels[k] = ReadWrite
		}
		return []Grant{own}, nil
	}
	all, err := s.Grants(ctx, who.Partner.ID)
	if err != nil {
		return nil, fmt.Errorf("listing grants: %w", err)
	}
	return slices.DeleteFunc(all, func(g Grant) bool { return !g.InForce(g.ReadAt) }), nil
}
