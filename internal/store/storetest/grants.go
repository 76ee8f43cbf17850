package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
)

func grants() []rule {
	return []rule{
		{"a reference stands for the grant that lives, or the newest, and one that was deleted for none", grantByReference},
		{"references beside one are told from both sides, so many at most", referencesBeside},
		{"a grant that is added is read as it was", grantIsKept},
		{"a change of a grant keeps its partner, its fleet and when it was made", grantIsChanged},
		{"a grant is answered as it stands by the store's clock", grantStandsByTheClock},
		{"the grant of a partner and a fleet is the one that lives, or else the newest", grantOfTwo},
		{"a second grant cannot live beside the first, however it is made", secondGrantIsRefused},
		{"what has expired by its date gives way", expiredGrantGivesWay},
		{"a reference stands for one fleet of a partner, even after its grant was deleted", referenceIsTaken},
		{"the partner is told of what is new of a grant, in force or not", partnerIsTold},
		{"a grant that changes wakes the connections of its fleet", grantWakes},
	}
}

func grantIsKept(t *testing.T, s *stand) {
	g := granted(s.partner(), s.fleet())
	g.Effective, g.Expiration = at(-5), at(500)
	read := s.grant(g)
	g.ReadAt = noon()
	same(t, "read", read, g)
}

func grantIsChanged(t *testing.T, s *stand) {
	from := s.grant(granted(s.partner(), s.fleet()))
	to := from
	to.Partner, to.Fleet, to.CreatedAt, to.UpdatedAt = uuid.New(), uuid.New(), at(5), at(1)
	to.FleetRef, to.Levels, to.Status = "another", map[resource.Kind]string{resource.KindUser: access.Read}, access.GrantPaused
	s.must(s.ChangeAgreement(t.Context(), from, to))
	want := to
	want.Partner, want.Fleet, want.CreatedAt = from.Partner, from.Fleet, from.CreatedAt
	same(t, "read", got[access.Grant](s)(s.Agreement(t.Context(), from.ID)), want)
}

func grantStandsByTheClock(t *testing.T, s *stand) {
	g := granted(s.partner(), s.fleet())
	g.Expiration = at(10)
	s.grant(g)
	for minute, want := range []string{access.GrantActive, access.GrantExpired} {
		read := got[access.Grant](s)(s.Grant(t.Context(), g.Partner, g.Fleet))
		is(t, "status", read.Status, want)
		is(t, "read at", read.ReadAt, at(10*minute))
		s.later(10 * time.Minute)
	}
}

func grantOfTwo(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	_, err := s.Grant(t.Context(), partner, fleet)
	if !errors.Is(err, access.ErrNotFound) {
		t.Fatalf("none: %v", err)
	}
	var made []uuid.UUID
	for minute, status := range []string{access.GrantPaused, access.GrantCancelled, access.GrantDeleted} {
		g := granted(partner, fleet)
		g.Status, g.CreatedAt, g.UpdatedAt = status, at(minute), at(minute)
		s.must(s.InsertAgreement(t.Context(), g))
		made = append(made, g.ID)
	}
	is(t, "the living one", got[access.Grant](s)(s.Grant(t.Context(), partner, fleet)).ID, made[0])
	var order []uuid.UUID
	for _, g := range got[[]access.Grant](s)(s.Grants(t.Context(), partner)) {
		order = append(order, g.ID)
	}
	same(t, "listed", order, []uuid.UUID{made[0], made[2], made[1]})
	read := got[access.Grant](s)(s.Agreement(t.Context(), made[0]))
	ended := read
	ended.Status, ended.UpdatedAt = access.GrantCancelled, at(9)
	s.must(s.ChangeAgreement(t.Context(), read, ended))
	is(t, "the newest one", got[access.Grant](s)(s.Grant(t.Context(), partner, fleet)).ID, made[2])
}

func secondGrantIsRefused(t *testing.T, s *stand) {
	first := s.grant(granted(s.partner(), s.fleet()))
	second := granted(first.Partner, first.Fleet)
	fails(t, "inserted", s.InsertAgreement(t.Context(), second), access.ErrExists)
	second.Status = access.GrantCancelled
	second = s.grant(second)
	again := second
	again.Status, again.UpdatedAt = access.GrantActive, at(1)
	fails(t, "changed", s.ChangeAgreement(t.Context(), second, again), access.ErrExists)
}

func expiredGrantGivesWay(t *testing.T, s *stand) {
	old := granted(s.partner(), s.fleet())
	old.Expiration = at(10)
	s.grant(old)
	next := granted(old.Partner, old.Fleet)
	next.CreatedAt, next.UpdatedAt = at(10), at(10)
	s.must(s.InsertAgreement(t.Context(), next))
	ended := got[access.Grant](s)(s.Agreement(t.Context(), old.ID))
	is(t, "the old one, before its date by the clock", ended.Status, access.GrantExpired)
}

func referenceIsTaken(t *testing.T, s *stand) {
	first := granted(s.partner(), s.fleet())
	first.Status = access.GrantDeleted
	s.grant(first)
	foreign := granted(first.Partner, s.fleet())
	foreign.FleetRef = first.FleetRef
	fails(t, "inserted", s.InsertAgreement(t.Context(), foreign), access.ErrRefTaken)
	foreign.Partner = s.partner()
	s.grant(foreign)
}

func partnerIsTold(t *testing.T, s *stand) {
	g := granted(s.partner(), s.fleet())
	g.Status = access.GrantPaused
	made := s.subscribe(subscribed(g.Partner, access.EventCreated))
	changed := s.subscribe(subscribed(g.Partner, access.EventUpdated))
	s.grant(g)
	is(t, "told of the making", len(s.waiting(made)), 1)
	is(t, "told of no change", len(s.waiting(changed)), 0)
	to := g
	to.FleetRef, to.UpdatedAt = "another", at(2)
	s.must(s.ChangeAgreement(t.Context(), g, to))
	is(t, "told of a change", len(s.waiting(changed)), 1)
	e := s.waiting(changed)[0].Event
	want := event.Event{ID: e.ID, Name: access.EventUpdated, Partner: g.Partner, Subject: g.ID, Fleet: g.Fleet,
		FleetRef: "another", Own: true, OccurredAt: at(2), Data: e.Data}
	same(t, "told", e, want)
}

func grantWakes(t *testing.T, s *stand) {
	g := granted(s.partner(), s.fleet())
	c := s.connect(connected(g.Fleet))
	s.connect(connected(s.fleet()))
	woken := s.wakes(func() { s.grant(g) })
	same(t, "woken", woken, []fence.Lane{{Kind: fence.Connections, ID: c.ID}})
}

func grantByReference(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	of := func(ref, status string, minute int) access.Grant {
		g := granted(partner, fleet)
		g.FleetRef, g.Status, g.CreatedAt, g.UpdatedAt = ref, status, at(minute), at(minute)
		return s.grant(g)
	}
	deleted := of("a", access.GrantDeleted, 1)
	_, err := s.GrantByRef(t.Context(), partner, "a")
	fails(t, "of one that was deleted", err, access.ErrNotFound)
	of("b", access.GrantExpired, 1)
	ended := of("b", access.GrantExpired, 3)
	is(t, "of those that ended", got[access.Grant](s)(s.GrantByRef(t.Context(), partner, "b")).ID, ended.ID)
	lives := of("b", access.GrantActive, 2)
	is(t, "of one that lives", got[access.Grant](s)(s.GrantByRef(t.Context(), partner, "b")).ID, lives.ID)
	_, err = s.GrantByRef(t.Context(), s.partner(), "b")
	fails(t, "another partner's", err, access.ErrNotFound)
	is(t, "the deleted one's status", deleted.Status, access.GrantDeleted)
}

func referencesBeside(t *testing.T, s *stand) {
	partner := s.partner()
	for _, ref := range []string{"a", "b", "c", "d", "e", "f"} {
		g := granted(partner, s.fleet())
		g.FleetRef = ref
		s.grant(g)
	}
	other := granted(s.partner(), s.fleet())
	other.FleetRef = "cc"
	s.grant(other)
	for ref, want := range map[string][]string{"d": {"b", "c", "e", "f"}, "cc": {"b", "c", "d", "e"}, "a": {"b", "c"}, "z": {"e", "f"}} {
		var beside []string
		for _, g := range got[[]access.Beside](s)(s.GrantsBeside(t.Context(), partner, ref, 2)) {
			beside = append(beside, g.FleetRef)
		}
		slices.Sort(beside)
		same(t, "beside "+ref, beside, want)
	}
}
