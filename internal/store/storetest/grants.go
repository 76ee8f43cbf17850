package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
)

func grants() []rule {
	return []rule{
		{"a grant that is saved is read as it was, and keeps when it was made", func(t *testing.T, s *stand) {
			g := granted(s.partner(), s.fleet())
			g.Effective, g.Expiration = at(-5), at(500)
			s.grant(g)
			g.Levels, g.UpdatedAt = map[resource.Kind]string{resource.KindUser: access.Read}, at(3)
			read := s.grant(g)
			g.ReadAt = noon()
			if diff := cmp.Diff(g, read); diff != "" {
				t.Errorf("(-saved +read):\n%s", diff)
			}
		}},
		{"a grant is answered as it stands by the store's clock", func(t *testing.T, s *stand) {
			g := granted(s.partner(), s.fleet())
			g.Expiration = at(10)
			s.grant(g)
			for minute, want := range []string{access.GrantActive, access.GrantExpired} {
				read := got[access.Grant](s)(s.Grant(t.Context(), g.Partner, g.Fleet))
				is(t, "status", read.Status, want)
				is(t, "read at", read.ReadAt, at(10*minute))
				s.later(10 * time.Minute)
			}
		}},
		{"the grant of a partner and a fleet is the one that lives, or else the newest", func(t *testing.T, s *stand) {
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
			if diff := cmp.Diff([]uuid.UUID{made[0], made[2], made[1]}, order); diff != "" {
				t.Errorf("(-want +listed):\n%s", diff)
			}
			read := got[access.Grant](s)(s.Agreement(t.Context(), made[0]))
			ended := read
			ended.Status, ended.UpdatedAt = access.GrantCancelled, at(9)
			s.must(s.ChangeAgreement(t.Context(), read, ended))
			is(t, "the newest one", got[access.Grant](s)(s.Grant(t.Context(), partner, fleet)).ID, made[2])
		}},
		{"a second grant cannot live beside the first, however it is made", func(t *testing.T, s *stand) {
			first := s.grant(granted(s.partner(), s.fleet()))
			second := granted(first.Partner, first.Fleet)
			if err := s.SaveGrant(t.Context(), second, access.Fleet{ID: first.Fleet, Name: "renamed"}); !errors.Is(err, access.ErrExists) {
				t.Errorf("saved: %v", err)
			}
			if err := s.InsertAgreement(t.Context(), second); !errors.Is(err, access.ErrExists) {
				t.Errorf("inserted: %v", err)
			}
			second.Status = access.GrantCancelled
			second = s.grant(second)
			again := second
			again.Status, again.UpdatedAt = access.GrantActive, at(1)
			if err := s.ChangeAgreement(t.Context(), second, again); !errors.Is(err, access.ErrExists) {
				t.Errorf("changed: %v", err)
			}
			is(t, "fleets renamed by a refused grant", len(got[[]access.Fleet](s)(s.FleetsNamed(t.Context(), "renamed"))), 0)
		}},
		{"what has expired by its date gives way", func(t *testing.T, s *stand) {
			old := granted(s.partner(), s.fleet())
			old.Expiration = at(10)
			s.grant(old)
			next := granted(old.Partner, old.Fleet)
			next.CreatedAt, next.UpdatedAt = at(10), at(10)
			s.must(s.InsertAgreement(t.Context(), next))
			is(t, "the old one, before its date by the clock", got[access.Grant](s)(s.Agreement(t.Context(), old.ID)).Status, access.GrantExpired)
		}},
		{"a reference stands for one fleet of a partner, even after its grant was deleted", func(t *testing.T, s *stand) {
			first := granted(s.partner(), s.fleet())
			first.Status = access.GrantDeleted
			s.grant(first)
			foreign := granted(first.Partner, s.fleet())
			foreign.FleetRef = first.FleetRef
			if err := s.InsertAgreement(t.Context(), foreign); !errors.Is(err, access.ErrRefTaken) {
				t.Errorf("inserted: %v", err)
			}
			if err := s.SaveGrant(t.Context(), foreign, access.Fleet{ID: foreign.Fleet, Name: "g"}); !errors.Is(err, access.ErrRefTaken) {
				t.Errorf("saved: %v", err)
			}
			foreign.Partner = s.partner()
			s.grant(foreign)
		}},
		{"the partner is told of what is new of a grant, in force or not, and of nothing else", func(t *testing.T, s *stand) {
			g := granted(s.partner(), s.fleet())
			g.Status = access.GrantPaused
			made, changed := s.subscribe(subscribed(g.Partner, access.EventCreated)), s.subscribe(subscribed(g.Partner, access.EventUpdated))
			s.grant(g)
			g.UpdatedAt = at(1)
			s.grant(g)
			is(t, "told of the making", len(s.waiting(made)), 1)
			is(t, "told of no change", len(s.waiting(changed)), 0)
			g.FleetRef, g.UpdatedAt = "another", at(2)
			s.grant(g)
			is(t, "told of a change", len(s.waiting(changed)), 1)
			e := s.waiting(changed)[0].Event
			want := event.Event{ID: e.ID, Name: access.EventUpdated, Partner: g.Partner, Subject: g.ID, Fleet: g.Fleet, FleetRef: "another", OccurredAt: at(2), Data: e.Data}
			if diff := cmp.Diff(want, e); diff != "" {
				t.Errorf("(-want +told):\n%s", diff)
			}
		}},
		{"a grant that changes wakes the connections of its fleet", func(t *testing.T, s *stand) {
			g := granted(s.partner(), s.fleet())
			c := s.connect(connected(g.Fleet))
			s.connect(connected(s.fleet()))
			woken := s.wakes(func() { s.grant(g) })
			if diff := cmp.Diff([]fence.Lane{{Kind: fence.Connections, ID: c.ID}}, woken); diff != "" {
				t.Errorf("(-want +woken):\n%s", diff)
			}
		}},
	}
}
