package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Reached looks connections up for callers of the API.
type Reached struct {
	Connections Store
	Access      access.Store
}

// Connection returns a connection that the caller may see, with the grant that lets it. Any other
// does not exist for the caller. So nobody can find out which ids exist.
func (r Reached) Connection(ctx context.Context, who access.Principal, id uuid.UUID) (Connection, access.Grant, error) {
	none := noConnection(id)
	c, err := r.Connections.Connection(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && c.Status == Deleted {
		return c, access.Grant{}, none
	}
	if err != nil {
		return c, access.Grant{}, fmt.Errorf("looking up a connection: %w", err)
	}
	grant, reached, err := access.Reaches(ctx, r.Access, who, c.Fleet)
	if err != nil {
		return c, access.Grant{}, err
	}
	if !reached {
		return c, access.Grant{}, none
	}
	return c, grant, nil
}

func (s *Service) reached(ctx context.Context, who access.Principal, id uuid.UUID) (Connection, access.Grant, error) {
	return Reached{s.Store, s.Access}.Connection(ctx, who, id)
}

// manageable is reached for callers who want to replace what the connection is made of, or end it.
func (s *Service) manageable(ctx context.Context, who access.Principal, id uuid.UUID) (
	Connection, access.Grant, error) {
	c, grant, err := s.reached(ctx, who, id)
	if err == nil {
		err = s.managed(who, c, grant)
	}
	return c, grant, err
}

// adapter returns the spec of the TSP with an id. Ids follow from names (UUIDv5), so they are
// compared and nowhere stored.
func (s *Service) adapter(id uuid.UUID) (tsp.Spec, bool) {
	registry := s.Caller.Registry()
	for _, name := range registry.Names() {
		if name.ID() == id {
			adapter, _ := registry.Adapter(name)
			return adapter.Spec(), true
		}
	}
	return tsp.Spec{}, false
}

// displayName is what people call a TSP.
func (s *Service) displayName(name tsp.Name) string {
	if adapter, ok := s.Caller.Registry().Adapter(name); ok {
		return adapter.Spec().DisplayName
	}
	return string(name)
}

// fleetSpace is the namespace of the UUIDv5 of fleets and grants that partners make.
var fleetSpace = uuid.MustParse("b0a8f8b4-5f1f-5b63-9d6a-1d3c8f6c2a70")

// fleetOf returns the fleet that a new connection is for, as the caller's grant knows it. A
// reference that the partner has not used before stands for a fleet that is not stored yet;
// its id follows from partner and reference, so that two requests at once make one fleet.
func (s *Service) fleetOf(ctx context.Context, who access.Principal, ref string) (
	grant access.Grant, unknown bool, err error) {
	if who.IsFleet() {
		return access.Grant{Fleet: who.Fleet.ID, Status: access.GrantActive}, false, nil
	}
	grant, err = s.Access.GrantByRef(ctx, who.Partner.ID, ref)
	if err == nil {
		return grant, false, mayMake(grant)
	}
	id := uuid.NewSHA1(fleetSpace, fmt.Appendf(nil, "fleet\x00%s\x00%s", who.Partner.ID, ref))
	for errors.Is(err, access.ErrNotFound) {
		if _, err = s.Access.Grant(ctx, who.Partner.ID, id); err != nil {
			break
		}
		// The reference was given to another fleet since. The next id follows from the last one, so that it is
		// found by the same way again.
		id, err = uuid.NewSHA1(fleetSpace, id[:]), access.ErrNotFound
	}
	if !errors.Is(err, access.ErrNotFound) {
		return grant, false, fmt.Errorf("looking up the fleet: %w", err)
	}
	grant = access.Grant{ID: uuid.NewSHA1(fleetSpace, fmt.Appendf(nil, "grant\x00%s", id)), Partner: who.Partner.ID,
		Fleet: id, FleetRef: ref, Status: access.GrantActive, Levels: map[resource.Kind]string{}}
	// The partner vouches for the fleet whose credentials it holds, and so may do all that they
	// allow.
	for _, k := range resource.Kinds() {
		grant.Levels[k] = access.ReadWrite
	}
	return grant, true, nil
}
