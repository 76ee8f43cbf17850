package access

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// UpdateFleet changes what a body names of a fleet that the caller sees: the fleet itself its name
// and what it tells of itself, and a partner its own reference.
func (s *Service) UpdateFleet(ctx context.Context, who Principal, id uuid.UUID, raw []byte) (KnownFleet, error) {
	f, err := s.Fleet(ctx, who, id)
	if err != nil {
		return f, err
	}
	table := partnersUpdate()
	if who.IsFleet() {
		table = fleetUpdate()
	}
	b := resource.Read(raw, table)
	to := f.Fleet
	if who.IsFleet() {
		to.Name, to.NamedBy = readName(b, f.Name), ByFleet
		if to.Details, err = readDetails(b, f.Details); err != nil {
			return f, err
		}
	}
	if b.Len() == 0 {
		b.Refuse("", resource.CodeNothing, "there is nothing to update")
	}
	if wrong := b.Problems(); len(wrong) > 0 {
		return f, problem.InvalidBody(wrong...)
	}
	if !who.IsFleet() {
		f.Ref = b.Text("fleet_ref").Or("")
		return f, s.refer(ctx, who, id, f.Ref)
	}
	if to.Name == f.Name {
		to.NamedBy = f.NamedBy
	}
	to.UpdatedAt = fence.Later(f.UpdatedAt, s.clock())
	err = s.store.ChangeFleet(ctx, f.Fleet, to)
	if errors.Is(err, fence.ErrOvertaken) {
		return f, problem.New(problem.Conflict, "somebody else has changed the fleet meanwhile; read it again")
	}
	if err != nil {
		return f, fmt.Errorf("changing a fleet: %w", err)
	}
	f.Fleet = to
	return f, nil
}

// refer lets a partner know a fleet by another reference.
func (s *Service) refer(ctx context.Context, who Principal, fleet uuid.UUID, ref string) error {
	g, err := s.On(ctx, who, fleet)
	if err != nil || g.FleetRef == ref {
		return err
	}
	to := g
	to.FleetRef = ref
	_, err = s.change(ctx, g, to)
	return err
}

// DeleteFleet ends the connections and the grants of a fleet and hides it, with a token of its own.
// Its clients are gone, and their tokens with them.
func (s *Service) DeleteFleet(ctx context.Context, who Principal, id uuid.UUID) error {
	if _, err := s.Fleet(ctx, who, id); err != nil {
		return err
	}
	if !who.IsFleet() {
		return problem.New(problem.Forbidden,
			"a fleet is deleted with a token of its own; a partner may end its share agreement: "+
				"POST /v2/orgs/share-agreements/{share_agreement_id}/cancel")
	}
	// Before the grants: what ends with a connection is told to those whose grants are in force.
	if err := s.Disconnect(ctx, who); err != nil {
		return fmt.Errorf("ending the connections of a fleet: %w", err)
	}
	err := s.store.DeleteFleet(ctx, id, s.clock())
	switch {
	case errors.Is(err, ErrConnected):
		return problem.New(problem.Conflict, "a connection was made meanwhile; delete the fleet again")
	case err != nil && !errors.Is(err, ErrNotFound):
		return fmt.Errorf("deleting a fleet: %w", err)
	}
	return nil
}

// CreateFleet makes the fleet that a partner's body asks for, {fleet_ref, name}, and grants it
// everything of that one, as a connection for an unknown reference does.
func (s *Service) CreateFleet(ctx context.Context, who Principal, raw []byte) (KnownFleet, error) {
	b := resource.Read(raw, fleetCreation())
	ref := b.Text("fleet_ref").Or("")
	f := Fleet{Name: readName(b, ref), NamedBy: ByPartner}
	if wrong := b.Problems(); len(wrong) > 0 {
		return KnownFleet{}, problem.InvalidBody(wrong...)
	}
	near, err := NearGrants(ctx, s.store, who.Partner.ID, ref)
	if err != nil {
		return KnownFleet{}, fmt.Errorf("listing grants: %w", err)
	}
	now := s.clock()
	f.ID, f.CreatedAt, f.UpdatedAt = uuid.Must(uuid.NewV7()), now, now
	g := Everything(who.Partner.ID, f.ID, ref, now)
	err = s.store.InsertFleet(ctx, f, g)
	if errors.Is(err, ErrRefTaken) {
		return KnownFleet{}, problem.New(problem.Conflict,
			"you know a fleet as fleet_ref %q already; GET /v2/orgs/fleets?fleet_refs=%s shows it if you still reach it", ref,
			url.QueryEscape(ref))
	}
	if err != nil {
		return KnownFleet{}, fmt.Errorf("storing a fleet: %w", err)
	}
	// That it was made is no news to whoever asked for it.
	return KnownFleet{Fleet: f, Ref: ref, Warnings: NearWarnings(g, near)}, nil
}

// Partners returns one page of the partners that the caller can grant something to: for a fleet all
// that there are, since it grants by their ids, and for a partner itself.
func (s *Service) Partners(ctx context.Context, who Principal, q PartnerQuery) (page.Page[Partner], error) {
	if !who.IsFleet() {
		if q.ID != uuid.Nil && q.ID != who.Partner.ID {
			return page.Page[Partner]{Total: new(int)}, nil
		}
		q.ID = who.Partner.ID
	}
	w := q.Window
	q.Window = w.Wider()
	found, total, err := s.store.Partners(ctx, q)
	if err != nil {
		return page.Page[Partner]{}, fmt.Errorf("listing partners: %w", err)
	}
	p := page.Cut(found, w, Partner.Position)
	p.Total = &total
	return p, nil
}

// Partner returns a partner that the caller sees.
func (s *Service) Partner(ctx context.Context, who Principal, id uuid.UUID) (Partner, error) {
	found, err := s.Partners(ctx, who, PartnerQuery{ID: id, Window: page.Window{Limit: 1}})
	if err != nil {
		return Partner{}, err
	}
	if i := slices.IndexFunc(found.Items, func(p Partner) bool { return p.ID == id }); i >= 0 {
		return found.Items[i], nil
	}
	return Partner{}, problem.New(problem.NotFound,
		"there is no partner %s; GET /v2/orgs/partners lists those that you can grant to", id)
}
