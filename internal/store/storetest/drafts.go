package storetest

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
)

func drafts() []rule {
	return []rule{
		{"a draft is kept over a crash for its purpose, fleet and TSP until its end", draftIsKept},
		{"a draft past its end is erased when drafts are swept, and no other", draftEnds},
		{"a draft is found by its id for its purpose, fleet and TSP until its end", draftIsFound},
		{"of one maker and purpose as many drafts are kept as may be, and of others as many beside", draftsAreBounded},
		{"a connection that is deleted takes its drafts with it, and no other's", draftsEndWithTheirConnection},
		{"a draft becomes a connection's once, and one that is refused makes nothing and costs no other", draftIsUsedOnce},
	}
}

func drafted(fleet uuid.UUID) connection.Draft {
	return connection.Draft{ID: uuid.New(), Purpose: connection.Exchanged, Fleet: fleet, TSP: "samsara", Maker: uuid.UUID{8},
		Connection: uuid.UUID{9}, Sealed: []byte("s"), EndsAt: at(10)}
}

func draftIsKept(t *testing.T, s *stand) {
	d := drafted(uuid.New())
	s.must(s.SaveDraft(t.Context(), d))
	d.Sealed, d.EndsAt = []byte("later"), at(20)
	s.must(s.SaveDraft(t.Context(), d))
	s = s.crashed()
	kept := func(of connection.Draft, minute int) []connection.Draft {
		of = connection.Draft{Purpose: of.Purpose, Fleet: of.Fleet, TSP: of.TSP}
		return got[[]connection.Draft](s)(s.DraftsOf(t.Context(), of, at(minute)))
	}
	same(t, "kept", kept(d, 19), []connection.Draft{d})
	is(t, "at its end", len(kept(d, 20)), 0)
	for _, alter := range []func(*connection.Draft){
		func(d *connection.Draft) { d.Purpose = connection.PreAuth },
		func(d *connection.Draft) { d.Fleet = uuid.New() },
		func(d *connection.Draft) { d.TSP = "motive" },
	} {
		other := d
		alter(&other)
		is(t, "another's", len(kept(other, 1)), 0)
	}
}

func draftEnds(t *testing.T, s *stand) {
	d := drafted(uuid.New())
	s.must(s.SaveDraft(t.Context(), d))
	other := drafted(uuid.New())
	other.EndsAt = at(30)
	s.must(s.SaveDraft(t.Context(), other))
	s.must(s.DropDrafts(t.Context(), at(10)))
	is(t, "kept", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), d, noon()))), 0)
	is(t, "the other", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), other, noon()))), 1)
}

func draftIsFound(t *testing.T, s *stand) {
	d := drafted(uuid.New())
	s.must(s.SaveDraft(t.Context(), d))
	same(t, "found", got[connection.Draft](s)(s.DraftByID(t.Context(), d, at(9))), d)
	_, err := s.DraftByID(t.Context(), d, at(10))
	fails(t, "at its end", err, connection.ErrNotFound)
	for what, alter := range map[string]func(*connection.Draft){
		"another id":      func(d *connection.Draft) { d.ID = uuid.New() },
		"another purpose": func(d *connection.Draft) { d.Purpose = connection.PreAuth },
		"another fleet":   func(d *connection.Draft) { d.Fleet = uuid.New() },
		"another TSP":     func(d *connection.Draft) { d.TSP = "motive" },
	} {
		other := d
		alter(&other)
		_, err := s.DraftByID(t.Context(), other, at(1))
		fails(t, what, err, connection.ErrNotFound)
	}
}

func draftsAreBounded(t *testing.T, s *stand) {
	fleet := uuid.New()
	var ids []uuid.UUID
	for i := range connection.MostDrafts {
		d := drafted(fleet)
		d.EndsAt = at(10 + i)
		s.must(s.SaveDraft(t.Context(), d))
		ids = append(ids, d.ID)
		d.ID, d.Purpose = uuid.New(), connection.PreAuth
		s.must(s.SaveDraft(t.Context(), d))
	}
	newest := drafted(fleet)
	newest.EndsAt = at(100)
	s.must(s.SaveDraft(t.Context(), newest))
	kept := got[[]connection.Draft](s)(s.DraftsOf(t.Context(), newest, noon()))
	is(t, "those of a code", len(kept), connection.MostDrafts)
	_, err := s.DraftByID(t.Context(), connection.Draft{ID: ids[0], Purpose: newest.Purpose, Fleet: fleet, TSP: newest.TSP}, noon())
	fails(t, "the oldest", err, connection.ErrNotFound)
	auth := newest
	auth.ID, auth.Purpose = uuid.New(), connection.PreAuth
	fails(t, "one pre-auth more", s.SaveDraft(t.Context(), auth), connection.ErrFull)
	auth.Maker = uuid.New()
	s.must(s.SaveDraft(t.Context(), auth))
	again := newest
	again.Sealed = []byte("again")
	s.must(s.SaveDraft(t.Context(), again))
	is(t, "kept when one is replaced", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), newest, noon()))), connection.MostDrafts)
}

func draftsEndWithTheirConnection(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	own, other := drafted(c.Fleet), drafted(c.Fleet)
	own.Connection = c.ID
	s.must(s.SaveDraft(t.Context(), own))
	s.must(s.SaveDraft(t.Context(), other))
	paused := change(c, connection.Paused)
	s.must(s.ChangeConnection(t.Context(), paused))
	is(t, "beside one that is paused", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), own, noon()))), 2)
	s.must(s.ChangeConnection(t.Context(), change(paused.To, connection.Deleted)))
	same(t, "kept", got[[]connection.Draft](s)(s.DraftsOf(t.Context(), own, noon())), []connection.Draft{other})
}

func draftIsUsedOnce(t *testing.T, s *stand) {
	c := connected(s.fleet())
	one, two := drafted(c.Fleet), drafted(c.Fleet)
	s.must(s.SaveDraft(t.Context(), one))
	s.must(s.SaveDraft(t.Context(), two))
	s.must(s.InsertConnection(t.Context(), connection.Change{To: c, Drafts: []uuid.UUID{one.ID}}))
	second := connected(c.Fleet)
	ofUsed := connection.Change{To: second, Drafts: []uuid.UUID{two.ID, one.ID}}
	fails(t, "made of a used one", s.InsertConnection(t.Context(), ofUsed), connection.ErrUsed)
	if _, err := s.Connection(t.Context(), second.ID); !errors.Is(err, connection.ErrNotFound) {
		t.Errorf("it is made: %v", err)
	}
	next := change(c, connection.Paused)
	next.Drafts = []uuid.UUID{one.ID}
	fails(t, "changed by a used one", s.ChangeConnection(t.Context(), next), connection.ErrUsed)
	is(t, "kept", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), two, noon()))), 1)
	is(t, "status", s.connection(c.ID).Status, connection.Active)
}
