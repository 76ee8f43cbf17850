package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
)

func clients() []rule {
	return []rule{
		{"a client of a partner and one of a fleet are read as they were added, with their secrets", clientIsKept},
		{"what does not exist is not found", unknownIsNotFound},
		{"a second client of an id is refused, and changes nothing of the first", clientIsNotReplaced},
		{"of many changes of a client as it was read one is made", clientIsChangedOnce},
		{"a client that was deleted is gone with its secrets", clientIsDeleted},
		{"the id of a client that was deleted is known as such, and the next client of it begins then", deletedIDStays},
		{"a token stays revoked over a crash until it would have expired, however often it is revoked", tokenIsRevoked},
	}
}

// client makes a client that is not stored.
func client(id string, scopes ...string) access.Client {
	return access.Client{ID: id, Partner: access.Partner{ID: uuid.New(), Name: "of " + id}, Scopes: scopes, Generation: 1,
		Secrets: []access.Secret{{ID: "1", Hash: []byte{1, 2}, CreatedAt: noon()}, {ID: "2", Hash: []byte{3}, CreatedAt: at(1), ExpiresAt: at(60)}}}
}

func clientIsKept(t *testing.T, s *stand) {
	ofPartner, ofFleet := client("p", "a:read", "b:write"), client("f", "a:read")
	ofFleet.Partner, ofFleet.Fleet, ofFleet.Disabled = access.Partner{}, access.Fleet{ID: uuid.New(), Name: "F", NamedBy: access.ByOperator}, true
	for _, c := range []*access.Client{&ofPartner, &ofFleet} {
		s.must(s.InsertClient(t.Context(), *c))
		c.CreatedAt, c.UpdatedAt = noon(), noon()
	}
	ofPartner.Partner.CreatedAt, ofFleet.Fleet.CreatedAt, ofFleet.Fleet.UpdatedAt = noon(), noon(), noon()
	s = s.crashed()
	same(t, "read", got[access.Client](s)(s.Client(t.Context(), "p")), ofPartner)
	same(t, "listed", got[[]access.Client](s)(s.AllClients(t.Context())), []access.Client{ofFleet, ofPartner})
	is(t, "the partner", got[access.Partner](s)(s.Partner(t.Context(), ofPartner.Partner.ID)), ofPartner.Partner)
	found, total, err := s.Partners(t.Context(), access.PartnerQuery{Name: "of p", Window: page.Window{Limit: 2}})
	s.must(err)
	is(t, "partners of the name", total, 1)
	is(t, "found by its name", found[0], ofPartner.Partner)
}

func unknownIsNotFound(t *testing.T, s *stand) {
	_, noClient := s.Client(t.Context(), "nobody")
	fails(t, "a client", noClient, access.ErrNotFound)
	_, noPartner := s.Partner(t.Context(), uuid.New())
	fails(t, "a partner", noPartner, access.ErrNotFound)
	fails(t, "deleted", s.DeleteClient(t.Context(), "nobody"), access.ErrNotFound)
}

func clientIsNotReplaced(t *testing.T, s *stand) {
	c := client("c", "a:read")
	s.must(s.InsertClient(t.Context(), c))
	before := got[access.Client](s)(s.Client(t.Context(), "c"))
	other := client("c", "b:write")
	fails(t, "inserted", s.InsertClient(t.Context(), other), access.ErrClientExists)
	same(t, "read", got[access.Client](s)(s.Client(t.Context(), "c")), before)
	_, err := s.Partner(t.Context(), other.Partner.ID)
	fails(t, "the partner of the refused one", err, access.ErrNotFound)
	other.ID, other.Partner.ID = "another", c.Partner.ID
	s.must(s.InsertClient(t.Context(), other))
	is(t, "the partner's name", got[access.Client](s)(s.Client(t.Context(), "c")).Partner.Name, c.Partner.Name)
}

func clientIsChangedOnce(t *testing.T, s *stand) {
	s.must(s.InsertClient(t.Context(), client("c", "a:read")))
	from := got[access.Client](s)(s.Client(t.Context(), "c"))
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		to := from
		to.Scopes, to.Disabled, to.Generation, to.UpdatedAt = []string{"b:write"}, true, 2, at(i+1)
		to.Secrets = []access.Secret{{ID: "3", Hash: []byte{byte(i)}, CreatedAt: at(i)}}
		all.Go(func() { errs[i] = s.ChangeClient(t.Context(), from, to) })
	}
	all.Wait()
	read := got[access.Client](s)(s.Client(t.Context(), "c"))
	for i, err := range errs {
		if err != nil {
			fails(t, "a later one", err, fence.ErrOvertaken)
			continue
		}
		want := from
		want.Scopes, want.Disabled, want.Generation, want.UpdatedAt = []string{"b:write"}, true, 2, at(i+1)
		want.Secrets = []access.Secret{{ID: "3", Hash: []byte{byte(i)}, CreatedAt: at(i)}}
		same(t, "read", read, want)
		errs[i] = fence.ErrOvertaken
		for _, other := range errs {
			fails(t, "all others", other, fence.ErrOvertaken)
		}
	}
}

func clientIsDeleted(t *testing.T, s *stand) {
	c := client("c", "a:read")
	s.must(s.InsertClient(t.Context(), c))
	s.must(s.DeleteClient(t.Context(), "c"))
	_, err := s.Client(t.Context(), "c")
	fails(t, "read", err, access.ErrNotFound)
	c.Secrets = nil
	s.must(s.InsertClient(t.Context(), c))
	is(t, "secrets of the next of its id", len(got[access.Client](s)(s.Client(t.Context(), "c")).Secrets), 0)
}

func deletedIDStays(t *testing.T, s *stand) {
	ofFleet := client("f", "a:read")
	ofFleet.Partner, ofFleet.Fleet = access.Partner{}, access.Fleet{ID: uuid.New(), Name: "F", NamedBy: access.ByOperator}
	for _, c := range []access.Client{client("c", "a:read"), ofFleet} {
		s.must(s.InsertClient(t.Context(), c))
		is(t, "the first one's beginning", got[access.Client](s)(s.Client(t.Context(), c.ID)).Since, time.Time{})
	}
	s.must(s.DeleteClient(t.Context(), "c"))
	s.must(s.DeleteFleet(t.Context(), ofFleet.Fleet.ID, noon()))
	s = s.crashed()
	for _, id := range []string{"c", "f"} {
		_, err := s.Client(t.Context(), id)
		fails(t, "deleted", err, access.ErrClientDeleted)
	}
	_, err := s.Client(t.Context(), "nobody")
	is(t, "one that never was is told as deleted", errors.Is(err, access.ErrClientDeleted), false)
	s.later(time.Minute)
	s.must(s.InsertClient(t.Context(), client("f", "a:read")))
	is(t, "the next one's beginning", got[access.Client](s)(s.Client(t.Context(), "f")).Since, s.now())
}

func tokenIsRevoked(t *testing.T, s *stand) {
	of := func(issuer, id string) access.TokenID { return access.TokenID{Issuer: issuer, ID: id} }
	for range 2 {
		s.must(s.Revoke(t.Context(), of("i", "t"), at(60)))
	}
	s.later(time.Hour)
	s.must(s.Revoke(t.Context(), of("i", "another"), at(600)))
	s = s.crashed()
	is(t, "revoked", got[bool](s)(s.Revoked(t.Context(), of("i", "t"))), true)
	is(t, "another is", got[bool](s)(s.Revoked(t.Context(), of("i", "yet another"))), false)
	is(t, "another issuer's is", got[bool](s)(s.Revoked(t.Context(), of("j", "t"))), false)
}
