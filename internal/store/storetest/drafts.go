package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
)

func drafts() []rule {
	return []rule{
		{"a draft is kept over a crash for its purpose, fleet and TSP until its end", draftIsKept},
		{"a draft past its end is erased when another is saved", draftEnds},
		{"a draft becomes a connection's once, and one that is refused makes nothing and costs no other", draftIsUsedOnce},
	}
}

func drafted(fleet uuid.UUID) connection.Draft {
	return connection.Draft{ID: uuid.New(), Purpose: connection.Exchanged, Fleet: fleet, TSP: "samsara",
		Sealed: []byte("s"), EndsAt: at(10)}
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
	s.later(10 * time.Minute)
	other := drafted(uuid.New())
	other.EndsAt = at(30)
	s.must(s.SaveDraft(t.Context(), other))
	is(t, "kept", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), d, noon()))), 0)
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
