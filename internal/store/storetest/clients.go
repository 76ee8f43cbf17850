package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
)

func clients() []rule {
	return []rule{
		{"a client of a partner and one of a fleet are read as they were saved", clientIsKept},
		{"what does not exist is not found", unknownIsNotFound},
		{"a client that is saved again has another secret, and its owner another name", clientIsReplaced},
		{"a fleet is changed when its name is, and only then", fleetIsRenamed},
		{"a fleet is found by its name and by a partner's reference of it that is not deleted", fleetIsFound},
		{"a token stays revoked over a crash until it would have expired, however often it is revoked", tokenIsRevoked},
	}
}

func clientIsKept(t *testing.T, s *stand) {
	partner, fleet := access.Partner{ID: uuid.New(), Name: "P"}, access.Fleet{ID: uuid.New(), Name: "F"}
	for _, c := range []access.Client{
		{ID: "p", SecretHash: []byte{1, 2}, Partner: partner, Scopes: []string{"a:read", "b:write"}},
		{ID: "f", SecretHash: []byte{3}, Fleet: fleet, Scopes: []string{"a:read"}},
	} {
		s.must(s.SaveClient(t.Context(), c))
		same(t, "read", got[access.Client](s)(s.Client(t.Context(), c.ID)), c)
	}
	is(t, "the partner", got[access.Partner](s)(s.Partner(t.Context(), partner.ID)), partner)
}

func unknownIsNotFound(t *testing.T, s *stand) {
	_, noClient := s.Client(t.Context(), "nobody")
	_, noPartner := s.Partner(t.Context(), uuid.New())
	if !errors.Is(noClient, access.ErrNotFound) || !errors.Is(noPartner, access.ErrNotFound) {
		t.Errorf("%v, %v", noClient, noPartner)
	}
}

func clientIsReplaced(t *testing.T, s *stand) {
	c := access.Client{ID: "c", SecretHash: []byte{1}, Partner: access.Partner{ID: uuid.New(), Name: "old"}}
	s.must(s.SaveClient(t.Context(), c))
	c.SecretHash, c.Partner.Name = []byte{2}, "new"
	s.must(s.SaveClient(t.Context(), c))
	read := got[access.Client](s)(s.Client(t.Context(), "c"))
	is(t, "the secret", string(read.SecretHash), "\x02")
	is(t, "the partner", read.Partner, c.Partner)
	is(t, "partners of the old name", len(got[[]access.Partner](s)(s.Partners(t.Context(), "old"))), 0)
	is(t, "partners of the new name", len(got[[]access.Partner](s)(s.Partners(t.Context(), "new"))), 1)
}

func fleetIsRenamed(t *testing.T, s *stand) {
	c := access.Client{ID: "c", SecretHash: []byte{1}, Fleet: access.Fleet{ID: uuid.New(), Name: "old"}}
	for _, name := range []string{"old", "old", "new"} {
		c.Fleet.Name = name
		s.must(s.SaveClient(t.Context(), c))
		s.later(time.Minute)
	}
	named := got[[]access.Fleet](s)(s.FleetsNamed(t.Context(), "new"))
	want := []access.Fleet{{ID: c.Fleet.ID, Name: "new", CreatedAt: noon(), UpdatedAt: at(2)}}
	same(t, "read", named, want)
}

func fleetIsFound(t *testing.T, s *stand) {
	g := s.grant(granted(s.partner(), s.fleet()))
	find := func(name string) int { return len(got[[]access.Fleet](s)(s.FleetsNamed(t.Context(), name))) }
	is(t, "by name", find("f"), 1)
	is(t, "by reference", find(g.FleetRef), 1)
	deleted := g
	deleted.Status, deleted.UpdatedAt = access.GrantDeleted, at(1)
	s.must(s.ChangeAgreement(t.Context(), g, deleted))
	is(t, "by the reference of a deleted grant", find(g.FleetRef), 0)
}

func tokenIsRevoked(t *testing.T, s *stand) {
	for range 2 {
		s.must(s.Revoke(t.Context(), "t", at(60)))
	}
	s.later(time.Hour)
	s.must(s.Revoke(t.Context(), "another", at(600)))
	s = s.crashed()
	is(t, "revoked", got[bool](s)(s.Revoked(t.Context(), "t")), true)
	is(t, "another is", got[bool](s)(s.Revoked(t.Context(), "yet another")), false)
}
