package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/fence"
)

// listed are the ids of the grants that a query selects, on one page.
func (s *stand) listed(q access.AgreementQuery) []uuid.UUID {
	s.t.Helper()
	q.Window.Limit = 100
	all, total, err := s.Agreements(s.t.Context(), q)
	s.must(err)
	is(s.t, "the total", total, len(all))
	ids := make([]uuid.UUID, len(all))
	for i, g := range all {
		ids[i] = g.ID
	}
	return ids
}

// reached are the fleets that a query selects, on one page.
func (s *stand) reached(q access.FleetQuery) []access.KnownFleet {
	s.t.Helper()
	q.Window.Limit = 100
	all, total, err := s.Fleets(s.t.Context(), q)
	s.must(err)
	is(s.t, "the total", total, len(all))
	return all
}

func agreements() []rule {
	return []rule{
		{"a change is of a grant that is as it was read, and tells", agreementIsChanged},
		{"of two processes that change a grant one is overtaken", agreementIsOvertaken},
		{"a list of grants is newest first and narrowed by what is asked for", agreementsAreListed},
		{"a partner reaches exactly the fleets whose grants are in force, under its reference", fleetsInForce},
		{"a fleet reaches itself alone", fleetAlone},
	}
}

func agreementIsChanged(t *testing.T, s *stand) {
	read := s.grant(granted(s.partner(), s.fleet()))
	changed := s.subscribe(subscribed(read.Partner, access.EventUpdated))
	deleted := s.subscribe(subscribed(read.Partner, access.EventDeleted))
	to := read
	to.Status, to.Effective, to.Expiration, to.UpdatedAt, to.FleetRef = access.GrantPaused, at(1), at(9), at(2), "another"
	s.must(s.ChangeAgreement(t.Context(), read, to))
	same(t, "read", got[access.Grant](s)(s.Agreement(t.Context(), read.ID)), to)
	end := to
	end.Status, end.UpdatedAt = access.GrantDeleted, at(3)
	fails(t, "as it was before", s.ChangeAgreement(t.Context(), read, end), fence.ErrOvertaken)
	is(t, "told of a deletion that was refused", len(s.waiting(deleted)), 0)
	s.must(s.ChangeAgreement(t.Context(), to, end))
	is(t, "told of the change", len(s.waiting(changed)), 1)
	is(t, "told of the deletion", len(s.waiting(deleted)), 1)
}

func agreementIsOvertaken(t *testing.T, s *stand) {
	read := s.grant(granted(s.partner(), s.fleet()))
	one, two := read, read
	one.Status, one.UpdatedAt = access.GrantPaused, at(1)
	two.Status, two.UpdatedAt = access.GrantCancelled, at(2)
	other := s.beside()
	s.must(s.ChangeAgreement(t.Context(), read, one))
	fails(t, "the second", other.ChangeAgreement(t.Context(), read, two), fence.ErrOvertaken)
}

func agreementsAreListed(t *testing.T, s *stand) {
	partner := s.partner()
	var ids []uuid.UUID
	for minute, status := range []string{access.GrantActive, access.GrantPaused, access.GrantDeleted,
		access.GrantActive, access.GrantExpired} {
		g := granted(partner, s.fleet())
		g.Status, g.CreatedAt, g.UpdatedAt, g.FleetRef = status, at(minute), at(minute), status+string(rune('0'+minute))
		if minute == 3 {
			g.Expiration = at(30)
		}
		s.must(s.InsertAgreement(t.Context(), g))
		ids = append(ids, g.ID)
	}
	s.grant(granted(s.partner(), s.fleet()))
	s.later(time.Hour)
	for _, c := range []struct {
		says string
		q    access.AgreementQuery
		want []uuid.UUID
	}{
		{"all but deleted ones", access.AgreementQuery{Partner: partner}, []uuid.UUID{ids[4], ids[3], ids[1], ids[0]}},
		{"deleted ones", access.AgreementQuery{Partner: partner, Status: access.GrantDeleted}, []uuid.UUID{ids[2]}},
		{"active ones", access.AgreementQuery{Partner: partner, Status: access.GrantActive}, []uuid.UUID{ids[0]}},
		{"expired ones", access.AgreementQuery{Partner: partner, Status: access.GrantExpired}, []uuid.UUID{ids[4], ids[3]}},
		{"a reference", access.AgreementQuery{Partner: partner, FleetRef: "paused1"}, []uuid.UUID{ids[1]}},
	} {
		same(t, c.says, s.listed(c.q), c.want)
	}
}

func fleetsInForce(t *testing.T, s *stand) {
	partner := s.partner()
	dates := []time.Time{{}, at(-1), noon(), at(1)}
	for _, status := range []string{access.GrantActive, access.GrantPaused, access.GrantCancelled, access.GrantExpired} {
		for _, begin := range dates {
			for _, end := range dates {
				g := granted(partner, s.fleet())
				g.Status, g.Effective, g.Expiration = status, begin, end
				s.must(s.InsertAgreement(t.Context(), g))
				found := s.reached(access.FleetQuery{Partner: partner, ID: g.Fleet})
				is(t, "reached from "+begin.String()+" to "+end.String()+" "+status, len(found) == 1, g.InForce(noon()))
				named := s.reached(access.FleetQuery{Partner: partner, Refs: []string{g.FleetRef}})
				is(t, "by reference", len(named), len(found))
				if len(found) == 1 {
					is(t, "the reference", found[0].Ref, g.FleetRef)
				}
			}
		}
	}
}

func fleetAlone(t *testing.T, s *stand) {
	fleet, other := s.fleet(), s.fleet()
	is(t, "itself", s.reached(access.FleetQuery{Self: fleet})[0].ID, fleet)
	is(t, "another", len(s.reached(access.FleetQuery{Self: fleet, ID: other})), 0)
}
