package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func sweeps() []rule {
	return []rule{
		{"a record that nobody sees any more is deleted and a sighting brings it back", recordIsLost},
		{"a record that another connection of the fleet sees is lost to one and not deleted", recordIsSeenByAnother},
		{"what a connection wrote since is not lost", writeIsNotLost},
	}
}

func recordIsLost(t *testing.T, s *stand) {
	gone, kept := imported(1, "1", `{}`), imported(8, "2", `{}`)
	s.save(gone, kept)
	reached := got[[]uuid.UUID](s)(s.ReachedSince(t.Context(), gone.Connection, resource.KindVehicle, at(5)))
	same(t, "reached", reached, []uuid.UUID{gone.ID})
	s.lose(gone.Connection, 6, gone.ID, kept.ID)
	is(t, "deleted at", s.record(gone.ID).DeletedAt, at(6))
	is(t, "updated at", s.record(gone.ID).UpdatedAt, at(6))
	is(t, "one that was seen since, deleted at", s.record(kept.ID).DeletedAt, time.Time{})
	is(t, "for its connection", got[record.Record](s)(s.Record(t.Context(), gone.Connection, gone.ID)).DeletedAt, at(6))
	is(t, "reached", len(got[[]record.Record](s)(s.RecordsOf(t.Context(), gone.Connection, resource.KindVehicle))), 1)
	s.lose(gone.Connection, 7, gone.ID)
	is(t, "lost twice", s.record(gone.ID).DeletedAt, at(6))
	s.save(imported(9, "1", `{}`))
	is(t, "seen again", s.record(gone.ID).DeletedAt, time.Time{})
}

func recordIsSeenByAnother(t *testing.T, s *stand) {
	fleet := s.fleet()
	one, other, ended := s.connect(connected(fleet)), s.connect(connected(fleet)), s.connect(connected(fleet))
	r := imported(1, "1", `{}`)
	r.Fleet = fleet
	for _, c := range []connection.Connection{ended, one, other} {
		r.Connection = c.ID
		s.save(r)
	}
	s.must(s.ChangeConnection(t.Context(), change(ended, connection.Deleted)))
	s.lose(one.ID, 6, r.ID)
	is(t, "for all", s.record(r.ID).DeletedAt, time.Time{})
	is(t, "for the one", got[record.Record](s)(s.Record(t.Context(), one.ID, r.ID)).DeletedAt, at(6))
	is(t, "for the other", got[record.Record](s)(s.Record(t.Context(), other.ID, r.ID)).DeletedAt, time.Time{})
	s.lose(other.ID, 7, r.ID)
	is(t, "when only a deleted connection saw it", s.record(r.ID).DeletedAt, at(7))
}

func writeIsNotLost(t *testing.T, s *stand) {
	r := imported(1, "1", `{}`)
	s.save(r, written(8, "1", `{}`))
	is(t, "reached before", len(got[[]uuid.UUID](s)(s.ReachedSince(t.Context(), r.Connection, r.Kind, at(5)))), 0)
	s.lose(r.Connection, 9, r.ID)
	is(t, "deleted at", s.record(r.ID).DeletedAt, time.Time{})
}
