package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// schedules are those of a connection.
func (s *stand) schedules(conn uuid.UUID) []record.Schedule {
	s.t.Helper()
	return got[[]record.Schedule](s)(s.SchedulesOf(s.t.Context(), []uuid.UUID{conn}))
}

// schedule makes users of a connection due.
func (s *stand) schedule(conn uuid.UUID, at time.Time) record.Schedule {
	s.t.Helper()
	s.must(s.ScheduleImports(s.t.Context(), conn, []resource.Kind{resource.KindUser}, at))
	return s.schedules(conn)[0]
}

func schedules() []rule {
	return []rule{
		{"a kind is due from its time on, over a crash, and wakes its connection's imports", kindIsDue},
		{"the end of an import is kept, and so is when the next is due", importIsSettled},
		{"a wish that comes while an import runs is not lost by its end", wishIsKept},
		{"a connection that is parked while an import runs stays parked until it is scheduled", parkedStaysParked},
	}
}

func kindIsDue(t *testing.T, s *stand) {
	conn := uuid.New()
	woken := s.wakes(func() {
		s.must(s.ScheduleImports(t.Context(), conn, []resource.Kind{resource.KindUser, resource.KindVehicle}, at(1)))
	})
	same(t, "woken", woken, []fence.Lane{{Kind: fence.Imports, ID: conn}})
	s = s.crashed()
	is(t, "before", len(got[[]uuid.UUID](s)(s.DueImports(t.Context(), at(1).Add(-time.Microsecond)))), 0)
	same(t, "due", got[[]uuid.UUID](s)(s.DueImports(t.Context(), at(1))), []uuid.UUID{conn})
	all := s.schedules(conn)
	want := []record.Schedule{
		{Seq: all[0].Seq, Connection: conn, Kind: resource.KindUser, NextAt: at(1)},
		{Seq: all[1].Seq, Connection: conn, Kind: resource.KindVehicle, NextAt: at(1)},
	}
	same(t, "scheduled", all, want)
}

func importIsSettled(t *testing.T, s *stand) {
	was := s.schedule(uuid.New(), noon())
	next := was
	next.NextAt, next.LastSuccessAt, next.Failures, next.Problem = at(10), at(1), 2, "p"
	s.must(s.SettleImport(t.Context(), fence.Claim{}, was, next))
	same(t, "kept", s.schedules(was.Connection), []record.Schedule{next})
}

func wishIsKept(t *testing.T, s *stand) {
	was := s.schedule(uuid.New(), noon())
	s.beside().schedule(was.Connection, at(1))
	next := was
	next.NextAt, next.LastSuccessAt = at(10), at(2)
	s.must(s.SettleImport(t.Context(), fence.Claim{}, was, next))
	next.NextAt = at(1)
	same(t, "kept", s.schedules(was.Connection), []record.Schedule{next})
}

func parkedStaysParked(t *testing.T, s *stand) {
	was := s.schedule(uuid.New(), noon())
	s.must(s.ParkImports(t.Context(), was.Connection))
	next := was
	next.NextAt = at(10)
	s.must(s.SettleImport(t.Context(), fence.Claim{}, was, next))
	is(t, "due", len(got[[]uuid.UUID](s)(s.DueImports(t.Context(), at(1000)))), 0)
	is(t, "next", s.schedules(was.Connection)[0].NextAt, time.Time{})
	is(t, "scheduled again", s.schedule(was.Connection, at(20)).NextAt, at(20))
}
