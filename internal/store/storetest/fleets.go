package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
)

func fleets() []rule {
	return []rule{
		{"a fleet that is added is found by id and name, with what hangs on it", fleetIsFound},
		{"a fleet that is there keeps its name, whoever adds it again", fleetKeepsItsName},
		{"a fleet is added with the grants by which partners know it, or not at all", fleetComesWithGrants},
		{"a fleet is changed as it was read, and only so", fleetIsChanged},
		{"a fleet that is deleted takes its grants and clients along, tells its partners, and takes nothing more", fleetIsDeleted},
		{"a reference of a fleet that was deleted is free again", deletedFleetFreesItsReference},
		{"a fleet with connections is neither deleted nor merged away", connectedFleetStays},
		{"a fleet that is merged into another gives it its grants and clients, whose tokens end", fleetIsMerged},
		{"a merge opens no fleet whose own grant has ended, and tells nobody of those deleted", mergeOpensNothing},
	}
}

// entry returns the one entry of a fleet.
func (s *stand) entry(id uuid.UUID) access.FleetEntry {
	s.t.Helper()
	found := got[[]access.FleetEntry](s)(s.FleetEntries(s.t.Context(), access.FleetSearch{ID: id}))
	is(s.t, "entries", len(found), 1)
	return found[0]
}

func fleetIsFound(t *testing.T, s *stand) {
	f := access.Fleet{ID: uuid.New(), Name: "F", NamedBy: access.ByOperator, Details: `{"city":"Ulm"}`}
	g := granted(s.partner(), f.ID)
	g.FleetRef, g.Expiration = "f-1", at(10)
	s.must(s.InsertFleet(t.Context(), f, g))
	s.must(s.InsertClient(t.Context(), access.Client{ID: "c", Fleet: f}))
	s.connect(connected(f.ID))
	ended := connected(f.ID)
	ended.Status = connection.Deleted
	s.connect(ended)
	f.CreatedAt, f.UpdatedAt = noon(), noon()
	want := access.FleetEntry{Fleet: f, Clients: []string{"c"}, Connections: 1,
		Partners: []access.KnownBy{{Partner: g.Partner.String(), FleetRef: "f-1", Status: access.GrantActive}}}
	same(t, "by id", s.entry(f.ID), want)
	s.fleet()
	same(t, "by name", got[[]access.FleetEntry](s)(s.FleetEntries(t.Context(), access.FleetSearch{Name: "F"})), []access.FleetEntry{want})
	is(t, "all", len(got[[]access.FleetEntry](s)(s.FleetEntries(t.Context(), access.FleetSearch{}))), 2)
	is(t, "by a partner's reference", len(got[[]access.FleetEntry](s)(s.FleetEntries(t.Context(), access.FleetSearch{Name: "f-1"}))), 0)
	s.later(11 * 60e9)
	is(t, "its grant after its date", s.entry(f.ID).Partners[0].Status, access.GrantExpired)
}

func fleetKeepsItsName(t *testing.T, s *stand) {
	f := access.Fleet{ID: uuid.New(), Name: "mine", NamedBy: access.ByFleet}
	s.must(s.InsertFleet(t.Context(), f))
	fails(t, "added again", s.InsertFleet(t.Context(), access.Fleet{ID: f.ID, Name: "theirs"}), access.ErrFleetExists)
	s.must(s.InsertClient(t.Context(), access.Client{ID: "c", Fleet: access.Fleet{ID: f.ID, Name: "theirs"}}))
	s.must(s.InsertAgreement(t.Context(), granted(s.partner(), f.ID)))
	is(t, "name", s.entry(f.ID).Name, "mine")
	is(t, "named by", s.entry(f.ID).NamedBy, access.ByFleet)
}

func fleetComesWithGrants(t *testing.T, s *stand) {
	first := s.grant(granted(s.partner(), s.fleet()))
	g := granted(first.Partner, uuid.New())
	g.FleetRef = first.FleetRef
	fails(t, "under a reference that is taken", s.InsertFleet(t.Context(), access.Fleet{ID: g.Fleet, Name: "n"}, g), access.ErrRefTaken)
	is(t, "fleets", len(got[[]access.FleetEntry](s)(s.FleetEntries(t.Context(), access.FleetSearch{ID: g.Fleet}))), 0)
	sub := s.subscribe(subscribed(g.Partner, access.EventCreated))
	g.FleetRef = "free"
	s.must(s.InsertFleet(t.Context(), access.Fleet{ID: g.Fleet, Name: "n"}, g))
	is(t, "told", len(s.waiting(sub)), 1)
	listed, total, err := s.Fleets(t.Context(), access.FleetQuery{Partner: g.Partner, Refs: []string{"free"}, Window: page.Window{Limit: 2}})
	s.must(err)
	is(t, "listed", total, 1)
	is(t, "under its reference", listed[0].Ref, "free")
}

func fleetIsChanged(t *testing.T, s *stand) {
	id := s.fleet()
	from := s.entry(id).Fleet
	to := from
	to.Name, to.NamedBy, to.Details, to.UpdatedAt = "new", access.ByFleet, `{"city":"Ulm"}`, at(1)
	s.must(s.ChangeFleet(t.Context(), from, to))
	same(t, "read", s.entry(id).Fleet, to)
	fails(t, "changed as it was before", s.ChangeFleet(t.Context(), from, to), fence.ErrOvertaken)
}

func deletedFleetFreesItsReference(t *testing.T, s *stand) {
	old := s.grant(granted(s.partner(), s.fleet()))
	s.must(s.DeleteFleet(t.Context(), old.Fleet, at(1)))
	again := granted(old.Partner, uuid.New())
	again.FleetRef = old.FleetRef
	s.must(s.InsertFleet(t.Context(), access.Fleet{ID: again.Fleet, Name: "again"}, again))
	s.must(s.DeleteFleet(t.Context(), again.Fleet, at(2)))
	third := granted(old.Partner, s.fleet())
	third.FleetRef = old.FleetRef
	s.must(s.InsertAgreement(t.Context(), third))
	fourth := granted(old.Partner, s.fleet())
	fourth.FleetRef = old.FleetRef
	fails(t, "that of a fleet that is there", s.InsertAgreement(t.Context(), fourth), access.ErrRefTaken)
}

func fleetIsDeleted(t *testing.T, s *stand) {
	g := s.grant(granted(s.partner(), s.fleet()))
	sub := s.subscribe(subscribed(g.Partner, access.EventDeleted))
	s.must(s.DeleteFleet(t.Context(), g.Fleet, at(1)))
	is(t, "its grant", got[access.Grant](s)(s.Agreement(t.Context(), g.ID)).Status, access.GrantDeleted)
	is(t, "told", len(s.waiting(sub)), 1)
	_, err := s.Client(t.Context(), g.Fleet.String())
	fails(t, "its client", err, access.ErrNotFound)
	is(t, "found", len(got[[]access.FleetEntry](s)(s.FleetEntries(t.Context(), access.FleetSearch{ID: g.Fleet}))), 0)
	f := access.Fleet{ID: g.Fleet, Name: "again"}
	fails(t, "deleted again", s.DeleteFleet(t.Context(), g.Fleet, at(2)), access.ErrNotFound)
	fails(t, "a grant of nobody", s.InsertAgreement(t.Context(), granted(g.Partner, uuid.New())), access.ErrNotFound)
	fails(t, "a grant", s.InsertAgreement(t.Context(), granted(g.Partner, g.Fleet)), access.ErrNotFound)
	founding := connection.Change{To: connected(g.Fleet), Founds: &connection.Founding{Grant: granted(g.Partner, g.Fleet), Fleet: f}}
	fails(t, "a connection", s.InsertConnection(t.Context(), founding), access.ErrNotFound)
	fails(t, "a connection by its own token", s.InsertConnection(t.Context(), connection.Change{To: connected(g.Fleet)}),
		access.ErrNotFound)
	fails(t, "a client", s.InsertClient(t.Context(), access.Client{ID: "c", Fleet: f}), access.ErrNotFound)
	_, total, err := s.Fleets(t.Context(), access.FleetQuery{Self: g.Fleet, Window: page.Window{Limit: 2}})
	s.must(err)
	is(t, "listed", total, 0)
}

func connectedFleetStays(t *testing.T, s *stand) {
	from, into := s.fleet(), s.fleet()
	c := s.connect(connected(from))
	fails(t, "deleted", s.DeleteFleet(t.Context(), from, at(1)), access.ErrConnected)
	fails(t, "merged", s.MergeFleets(t.Context(), from, into, at(1)), access.ErrConnected)
	is(t, "its clients", len(s.entry(from).Clients), 1)
	s.must(s.ChangeConnection(t.Context(), change(c, connection.Deleted)))
	s.must(s.MergeFleets(t.Context(), from, into, at(1)))
	late := s.ChangeConnection(t.Context(), change(c, connection.Paused))
	fails(t, "what read the connection before both were gone", late, fence.ErrOvertaken)
}

func fleetIsMerged(t *testing.T, s *stand) {
	from, into := s.fleet(), s.fleet()
	both, other := s.partner(), s.partner()
	stays, ends, moves := s.grant(granted(both, into)), s.grant(granted(both, from)), s.grant(granted(other, from))
	sub := s.subscribe(subscribed(both, access.EventUpdated))
	fails(t, "into nobody", s.MergeFleets(t.Context(), from, uuid.New(), at(1)), access.ErrNotFound)
	s.must(s.MergeFleets(t.Context(), from, into, at(1)))
	for id, status := range map[uuid.UUID]string{stays.ID: access.GrantActive, ends.ID: access.GrantCancelled, moves.ID: access.GrantActive} {
		g := got[access.Grant](s)(s.Agreement(t.Context(), id))
		is(t, "status", g.Status, status)
		is(t, "fleet", g.Fleet, into)
	}
	is(t, "told", len(s.waiting(sub)), 1)
	c := got[access.Client](s)(s.Client(t.Context(), from.String()))
	is(t, "the client's fleet", c.Fleet.ID, into)
	is(t, "its generation", c.Generation, 1)
	fails(t, "merged again", s.MergeFleets(t.Context(), from, into, at(2)), access.ErrNotFound)
}

func mergeOpensNothing(t *testing.T, s *stand) {
	from, into, partner, gone := s.fleet(), s.fleet(), s.partner(), s.partner()
	expired := granted(partner, into)
	expired.Expiration = at(1)
	s.grant(expired)
	deleted := granted(partner, from)
	deleted.Status = access.GrantDeleted
	deleted = s.grant(deleted)
	moves, opens := s.grant(granted(partner, from)), s.grant(granted(gone, from))
	cancelled := granted(gone, into)
	cancelled.Status = access.GrantCancelled
	cancelled = s.grant(cancelled)
	updated, told := s.subscribe(subscribed(partner, access.EventUpdated)), s.subscribe(subscribed(partner, access.EventDeleted))
	s.later(2 * 60e9)
	s.must(s.MergeFleets(t.Context(), from, into, at(2)))
	for id, status := range map[uuid.UUID]string{expired.ID: access.GrantExpired, deleted.ID: access.GrantDeleted, moves.ID: access.GrantCancelled,
		opens.ID: access.GrantCancelled, cancelled.ID: access.GrantCancelled} {
		g := got[access.Grant](s)(s.Agreement(t.Context(), id))
		is(t, "status", g.Status, status)
		is(t, "fleet", g.Fleet, into)
	}
	is(t, "told of updates", len(s.waiting(updated)), 1)
	is(t, "told of deletions", len(s.waiting(told)), 0)
	is(t, "the deleted one's change", got[access.Grant](s)(s.Agreement(t.Context(), deleted.ID)).UpdatedAt, deleted.UpdatedAt)
}
