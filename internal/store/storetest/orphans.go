package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func orphans() []rule {
	return []rule{
		{"what only a deleted connection reached is marked as deleted, in portions, and it is settled then", orphansAreMarked},
		{"what another connection reaches belongs to it once its own is deleted", orphansAreGiven},
		{"a connection to the same account takes over what a deleted one left", orphansAreTakenOver},
		{"a fleet that connects anew has its events again", eventsComeBack},
		{"what is saved by a deleted connection is settled anew", lateOrphans},
		{"a deletion that was not settled is, after a crash", orphansAfterCrash},
	}
}

// left settles what deleted connections have left at a minute past noon and tells in how many portions.
func (s *stand) left(minute int) (portions int) {
	s.t.Helper()
	for _, c := range got[[]uuid.UUID](s)(s.Leaving(s.t.Context())) {
		for behind, more := int64(0), true; more; more = behind > 0 {
			behind = got[int64](s)(s.SettleOrphans(s.t.Context(), c, behind, at(minute)))
			portions++
		}
	}
	is(s.t, "left to be settled", len(got[[]uuid.UUID](s)(s.Leaving(s.t.Context()))), 0)
	return portions
}

// deleted deletes a connection.
func (s *stand) deleted(c connection.Connection) {
	s.t.Helper()
	s.must(s.ChangeConnection(s.t.Context(), change(c, connection.Deleted)))
}

// of is a record that a connection brought.
func of(c connection.Connection, r record.Record) record.Record {
	r.Fleet, r.Connection = c.Fleet, c.ID
	return r.Identify()
}

// said is a message that was written at a minute past noon.
func said(c connection.Connection, minute int, source string) record.Record {
	r := written(minute, source, `{"message_text":"hi"}`)
	r.Kind, r.OccurredAt = resource.KindMessage, at(minute)
	return of(c, r)
}

func orphansAreMarked(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	live := s.connect(connected(s.fleet()))
	var all []record.Record
	for i := range 230 {
		r := imported(1, string(rune('a'+i/26))+string(rune('a'+i%26)), `{}`)
		all = append(all, of(c, r))
	}
	other := of(live, imported(1, "x", `{}`))
	s.save(append(all, said(c, 1, "m"))...)
	s.save(other)
	is(t, "before", s.left(2), 0)
	s.deleted(c)
	is(t, "portions", s.left(3), 3)
	for _, r := range append(all, said(c, 1, "m")) {
		read := s.record(r.ID)
		is(t, "deleted at", read.DeletedAt, at(3))
		is(t, "updated at", read.UpdatedAt, at(3))
	}
	is(t, "another fleet's", s.record(other.ID).DeletedAt, time.Time{})
	q := record.Query{Kind: resource.KindVehicle, Fleets: []uuid.UUID{c.Fleet}}
	is(t, "listed", got[int](s)(s.CountRecords(t.Context(), q)), 0)
}

func orphansAreGiven(t *testing.T, s *stand) {
	fleet := s.fleet()
	one, other := s.connect(connected(fleet)), s.connect(connected(fleet))
	r := of(one, imported(1, "1", `{}`))
	s.save(r)
	s.save(of(other, imported(1, "1", `{}`)))
	for len(s.Left()) > 0 {
		<-s.Left()
	}
	s.deleted(one)
	// Hints come after the answer.
	s.flush()
	is(t, "told", len(s.Left()), 1)
	s.left(3)
	read := s.record(r.ID)
	is(t, "connection", read.Connection, other.ID)
	is(t, "deleted at", read.DeletedAt, time.Time{})
	is(t, "updated at", read.UpdatedAt, r.UpdatedAt)
}

func orphansAreTakenOver(t *testing.T, s *stand) {
	fleet := s.fleet()
	one := s.connect(connected(fleet))
	r, gone, m := of(one, imported(1, "1", `{}`)), of(one, imported(1, "2", `{}`)), said(one, 1, "m")
	s.save(r, gone, m)
	s.lose(one.ID, 6, gone.ID)
	elsewhere := connected(fleet)
	elsewhere.Account = "b"
	s.connect(elsewhere)
	s.must(s.ChangeConnection(t.Context(), change(s.connect(connected(fleet)), connection.Cancelled)))
	s.deleted(one)
	heir := s.connect(connected(fleet))
	s.left(7)
	for _, kept := range []record.Record{r, m} {
		read := s.record(kept.ID)
		is(t, "connection", read.Connection, heir.ID)
		is(t, "deleted at", read.DeletedAt, time.Time{})
		is(t, "reached by the heir", got[record.Record](s)(s.Record(t.Context(), heir.ID, kept.ID)).ID, kept.ID)
	}
	is(t, "what the TSP had lost", s.record(gone.ID).DeletedAt, at(6))
	reached := got[[]uuid.UUID](s)(s.ReachedSince(t.Context(), heir.ID, resource.KindVehicle, at(8)))
	same(t, "what the heir's import must meet", reached, []uuid.UUID{r.ID})
}

func eventsComeBack(t *testing.T, s *stand) {
	fleet := s.fleet()
	one := s.connect(connected(fleet))
	r, m := of(one, imported(1, "1", `{}`)), said(one, 1, "m")
	s.save(r, m)
	s.deleted(one)
	s.left(3)
	again := s.connect(connected(fleet))
	s.left(4)
	is(t, "the message, deleted at", s.record(m.ID).DeletedAt, time.Time{})
	is(t, "the message, updated at", s.record(m.ID).UpdatedAt, at(4))
	is(t, "the message, by", s.record(m.ID).Connection, again.ID)
	is(t, "the vehicle, deleted at", s.record(r.ID).DeletedAt, at(3))
	q := record.Query{Kind: resource.KindMessage, Fleets: []uuid.UUID{fleet}, Connection: again.ID}
	is(t, "listed", got[int](s)(s.CountRecords(t.Context(), q)), 1)
	s.save(of(again, imported(5, "1", `{}`)))
	is(t, "once it is imported", s.record(r.ID).DeletedAt, time.Time{})
	is(t, "by", s.record(r.ID).Connection, again.ID)
}

func lateOrphans(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	s.deleted(c)
	s.left(3)
	r := of(c, imported(4, "1", `{}`))
	s.save(r)
	s.left(5)
	is(t, "imported late, deleted at", s.record(r.ID).DeletedAt, at(5))
}

func orphansAfterCrash(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	r := of(c, imported(1, "1", `{}`))
	s.save(r)
	s.deleted(c)
	s = s.crashed()
	s.left(3)
	is(t, "deleted at", s.record(r.ID).DeletedAt, at(3))
}
