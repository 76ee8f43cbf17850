package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
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
		{"executions of a schedule are listed newest first, a page at a time, and no other's", executionsAreListed},
		{"an execution goes when it is too old, and with its connection", executionsGo},
		{"a connection that is parked while an import runs stays parked until it is scheduled", parkedStaysParked},
		{"what is due of an active connection is not parked by who has read it before it was", activeIsNotParked},
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
	s.must(s.SettleImport(t.Context(), fence.Claim{}, ended(was, next)))
	same(t, "kept", s.schedules(was.Connection), []record.Schedule{next})
}

func wishIsKept(t *testing.T, s *stand) {
	was := s.schedule(uuid.New(), noon())
	s.beside().schedule(was.Connection, at(1))
	next := was
	next.NextAt, next.LastSuccessAt = at(10), at(2)
	s.must(s.SettleImport(t.Context(), fence.Claim{}, ended(was, next)))
	next.NextAt = at(1)
	same(t, "kept", s.schedules(was.Connection), []record.Schedule{next})
}

func parkedStaysParked(t *testing.T, s *stand) {
	was := s.schedule(uuid.New(), noon())
	s.must(s.ParkImports(t.Context(), was.Connection))
	next := was
	next.NextAt = at(10)
	s.must(s.SettleImport(t.Context(), fence.Claim{}, ended(was, next)))
	is(t, "due", len(got[[]uuid.UUID](s)(s.DueImports(t.Context(), at(1000)))), 0)
	is(t, "next", s.schedules(was.Connection)[0].NextAt, time.Time{})
	is(t, "scheduled again", s.schedule(was.Connection, at(20)).NextAt, at(20))
}

// ended is the end of an import that began at noon.
func ended(from, to record.Schedule) record.ImportEnd {
	return record.ImportEnd{From: from, To: to, Execution: record.Execution{Began: noon(), Ended: at(1)}}
}

// executed ends an import that began at a minute past noon.
func (s *stand) executed(of record.Schedule, minute int, problem string) record.Execution {
	s.t.Helper()
	e := record.Execution{Began: at(minute), Ended: at(minute + 1), Problem: problem}
	s.must(s.SettleImport(s.t.Context(), fence.Claim{}, record.ImportEnd{From: of, To: of, Execution: e}))
	return e
}

// executions are those of a schedule in a window.
func (s *stand) executions(of record.Schedule, w page.Window) []record.Execution {
	s.t.Helper()
	return got[[]record.Execution](s)(s.ExecutionPage(s.t.Context(), record.ExecutionQuery{Connection: of.Connection,
		Kind: of.Kind, Since: at(1), Window: w}))
}

func executionsAreListed(t *testing.T, s *stand) {
	of := s.schedule(uuid.New(), noon())
	s.executed(s.schedule(uuid.New(), noon()), 3, "")
	s.executed(of, 0, "")
	first, second, third := s.executed(of, 1, ""), s.executed(of, 2, "p"), s.executed(of, 5, "")
	s = s.crashed()
	same(t, "all since", s.executions(of, page.Window{Limit: 9}), []record.Execution{third, second, first})
	same(t, "the first page", s.executions(of, page.Window{Limit: 1}), []record.Execution{third})
	next := page.Window{Limit: 1, Place: page.Position{At: third.Began}}
	same(t, "the next", s.executions(of, next), []record.Execution{second})
	back := page.Window{Limit: 9, Place: page.Position{At: first.Began}, Backwards: true}
	same(t, "backwards", s.executions(of, back), []record.Execution{third, second})
}

func executionsGo(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	of := s.schedule(c.ID, noon())
	s.executed(of, 1, "")
	week := int(record.ExecutionsKept / time.Minute)
	kept := s.executed(of, week+1, "")
	same(t, "a week later", s.executions(of, page.Window{Limit: 9}), []record.Execution{kept, {Began: at(1), Ended: at(2)}})
	last := s.executed(of, week+2, "")
	same(t, "then", s.executions(of, page.Window{Limit: 9}), []record.Execution{last, kept})
	s.deleted(c)
	s.left(3)
	is(t, "of a deleted connection", len(s.executions(of, page.Window{Limit: 9})), 0)
	s.executed(of, week+3, "")
	is(t, "that ends after its deletion", len(s.executions(of, page.Window{Limit: 9})), 0)
}

func activeIsNotParked(t *testing.T, s *stand) {
	c := connected(s.fleet())
	made := connection.Change{To: c, Reschedule: true, Kinds: []resource.Kind{resource.KindUser}}
	s.must(s.InsertConnection(t.Context(), made))
	s.must(s.ParkImports(t.Context(), c.ID))
	same(t, "of an active connection", s.due(c.ID), map[resource.Kind]time.Time{resource.KindUser: noon()})
	s.must(s.ChangeConnection(t.Context(), change(c, connection.Paused)))
	s.must(s.ParkImports(t.Context(), c.ID))
	same(t, "of one that is paused", s.due(c.ID), map[resource.Kind]time.Time{resource.KindUser: {}})
}
