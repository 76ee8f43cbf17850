package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func filtersFollow() []rule {
	return []rule{
		{"a subscription that is narrowed to a fleet hears of the one that the fleet is merged into", filterFollowsMerge},
		{"a subscription that is narrowed to a reference hears of the fleet under its new one", filterFollowsReference},
		{"a subscription that would be the same as another by following a fleet stays as it is", filterStays},
	}
}

// narrowed subscribes a partner to operations of some fleets.
func (s *stand) narrowed(partner uuid.UUID, f webhook.Filters) webhook.Subscription {
	s.t.Helper()
	sub := subscribed(partner, event.OperationCreated)
	sub.Filters = &f
	return s.subscribe(sub)
}

func filterFollowsMerge(t *testing.T, s *stand) {
	from, into, partner := s.fleet(), s.fleet(), s.partner()
	gone, stays := s.grant(granted(partner, from)), s.grant(granted(partner, into))
	told := s.subscribe(subscribed(partner, webhook.EventUpdated))
	byID := s.narrowed(partner, webhook.Filters{FleetIDs: []uuid.UUID{from}})
	byRef := s.narrowed(partner, webhook.Filters{FleetRefs: []string{gone.FleetRef, "other"}})
	other := s.narrowed(partner, webhook.Filters{FleetRefs: []string{"third"}})
	s.must(s.MergeFleets(t.Context(), from, into, at(1)))
	same(t, "by its id", s.stored(byID).Filters, &webhook.Filters{FleetIDs: []uuid.UUID{into}})
	same(t, "by its reference", s.stored(byRef).Filters, &webhook.Filters{FleetRefs: []string{stays.FleetRef, "other"}})
	same(t, "another", s.stored(other), other)
	is(t, "told", len(s.waiting(told)), 2)
	e := fact(partner, into)
	e.Name, e.FleetRef = event.OperationCreated, stays.FleetRef
	s.publish(e)
	is(t, "heard by its id", len(s.waiting(byID)), 1)
	is(t, "heard by its reference", len(s.waiting(byRef)), 1)
}

func filterFollowsReference(t *testing.T, s *stand) {
	g := s.grant(granted(s.partner(), s.fleet()))
	sub := s.narrowed(g.Partner, webhook.Filters{FleetRefs: []string{g.FleetRef}})
	to := g
	to.FleetRef, to.UpdatedAt = "renamed", at(1)
	s.must(s.ChangeAgreement(t.Context(), g, to))
	same(t, "after a change", s.stored(sub).Filters, &webhook.Filters{FleetRefs: []string{"renamed"}})
	ended := to
	ended.Status, ended.UpdatedAt = access.GrantCancelled, at(2)
	s.must(s.ChangeAgreement(t.Context(), to, ended))
	again := granted(g.Partner, g.Fleet)
	again.FleetRef = "again"
	s.must(s.InsertAgreement(t.Context(), again))
	same(t, "after a new grant", s.stored(sub).Filters, &webhook.Filters{FleetRefs: []string{"again"}})
}

func filterStays(t *testing.T, s *stand) {
	g := s.grant(granted(s.partner(), s.fleet()))
	first := s.narrowed(g.Partner, webhook.Filters{FleetRefs: []string{g.FleetRef}})
	second := subscribed(g.Partner, event.OperationCreated)
	second.URL, second.Filters = first.URL, &webhook.Filters{FleetRefs: []string{"renamed"}}
	s.subscribe(second)
	to := g
	to.FleetRef, to.UpdatedAt = "renamed", at(1)
	s.must(s.ChangeAgreement(t.Context(), g, to))
	same(t, "the first", s.stored(first), first)
	same(t, "the second", s.stored(second), second)
}
