package connection

import (
	"context"
	"fmt"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/resource"
)

// refuseNewFleet refuses, where fleets are made on purpose, a reference that would make one.
func (s *Service) refuseNewFleet(ctx context.Context, who access.Principal, b *resource.Object, o *order) error {
	if !s.FleetsOnPurpose || !o.newFleet {
		return nil
	}
	near, err := access.NearGrants(ctx, s.Access, who.Partner.ID, o.grant.FleetRef)
	if err != nil {
		return fmt.Errorf("looking for the fleet that was meant: %w", err)
	}
	meant := ""
	if other := access.NearRef(o.grant.FleetRef, near); other != "" {
		meant = fmt.Sprintf("; did you mean %q?", other)
	}
	b.Refuse("fleet_ref", resource.CodeReference,
		"names no fleet that you know, and this installation makes none by the way: POST /v2/orgs/fleets makes one, "+
			"and so does its operator%s", meant)
	return nil
}

// newFleetWarnings tell a partner that its reference has made a fleet; none if it has not.
func (s *Service) newFleetWarnings(ctx context.Context, who access.Principal, o order) []access.Warning {
	if !o.newFleet {
		return nil
	}
	near, err := access.NearGrants(ctx, s.Access, who.Partner.ID, o.grant.FleetRef)
	if err != nil {
		// The connection is made, and its answer must not fail for what it could say beside.
		s.Log.Warn("references that are nearly a new one were not looked for", "error", err)
	}
	return access.FleetWarnings(o.grant.FleetRef, o.grant.Fleet, near)
}
