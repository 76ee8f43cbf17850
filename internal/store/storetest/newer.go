package storetest

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

func newer() []rule {
	return []rule{
		{"what is asked of a record, and is there or may come to be, is told to whoever retries what is older", newerAreTold},
		{"what was retried as it was is as old as what was asked for first", retriesKeepTheirAge},
		{"newer writes are told in parts, the newest first", newerInParts},
		{"nothing is accepted over a write that came since it was looked for such", passedIsRefused},
	}
}

// updateOf is an update of a record over a connection.
func updateOf(conn, record uuid.UUID) operation.Operation {
	op := queued(conn)
	op.Kind, op.Verb, op.Resource, op.OrderKey = resource.KindVehicle, resource.Update, record, operation.UpdateKey(resource.KindVehicle, record)
	return op
}

// since asks for what is newer than an operation.
func since(op operation.Operation) operation.Since {
	return operation.Since{Connection: op.Connection, OrderKey: op.OrderKey, Resource: op.Resource, Age: op.Age(), Most: 9}
}

// newerThan are the newer operations that wait, and those that have ended.
func (s *stand) newerThan(than operation.Since) (waiting, written []operation.Operation) {
	s.t.Helper()
	return got[[]operation.Operation](s)(s.NewerWaiting(s.t.Context(), than)),
		got[[]operation.Operation](s)(s.NewerWritten(s.t.Context(), than))
}

// unsure lets an operation fail with its outcome unknown.
func (s *stand) unsure(op operation.Operation) operation.Operation {
	s.t.Helper()
	set := settlement(op, operation.Failed)
	set.Operation.CutAt = at(3)
	s.must(s.Settle(s.t.Context(), set))
	return s.read(op)
}

func newerAreTold(t *testing.T, s *stand) {
	conn, record := uuid.New(), uuid.New()
	before := s.settle(s.accept(updateOf(conn, record)), operation.Succeeded)
	old := s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	foreign := updateOf(uuid.New(), record)
	foreign.Partner = uuid.New()
	done, unknown := s.settle(s.accept(foreign), operation.Succeeded), s.unsure(s.accept(updateOf(conn, record)))
	s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	s.settle(s.accept(updateOf(conn, uuid.New())), operation.Succeeded)
	looked := s.settle(s.accept(updateOf(conn, record)), operation.Unknown)
	s.accept(updateOf(conn, uuid.New()))
	waits := s.accept(updateOf(conn, record))
	s = s.crashed()
	waiting, written := s.newerThan(since(old))
	same(t, "waiting", idsOf(waiting), []uuid.UUID{waits.ID, looked.ID})
	same(t, "written", idsOf(written), []uuid.UUID{unknown.ID, done.ID})
	same(t, "as it is stored", written[0].Payload, unknown.Payload)
	_, all := s.newerThan(since(s.settle(s.accept(updateOf(uuid.New(), record)), operation.Failed)))
	is(t, "since the last", len(all), 0)
	_, all = s.newerThan(operation.Since{Resource: record, Most: 9})
	is(t, "of all times", slices.Contains(idsOf(all), before.ID), true)
	s.must(s.Resolve(t.Context(), resolution(unknown, operation.NotApplied)))
	_, written = s.newerThan(since(old))
	same(t, "once one is known not to be there", idsOf(written), []uuid.UUID{done.ID})
}

func retriesKeepTheirAge(t *testing.T, s *stand) {
	conn, record := uuid.New(), uuid.New()
	first, second := s.settle(s.accept(updateOf(conn, record)), operation.Failed), s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	again := func(of operation.Operation, asWas bool) operation.Operation {
		op := updateOf(conn, record)
		if op.RetryOf = of.ID; asWas {
			op.AsOf = of.Age()
		}
		return s.accept(op)
	}
	retry := again(first, true)
	is(t, "its age", s.crashed().read(retry).Age(), first.Seq)
	for what, state := range map[string]operation.State{"once it is there": operation.Succeeded, "while it waits": ""} {
		of := retry
		if state != "" {
			of = s.settle(s.accept(func() operation.Operation { op := updateOf(conn, record); op.AsOf = first.Seq; return op }()), state)
		}
		waiting, written := s.newerThan(since(second))
		is(t, what, slices.Contains(slices.Concat(idsOf(waiting), idsOf(written)), of.ID), false)
		waiting, written = s.newerThan(operation.Since{Connection: conn, OrderKey: of.OrderKey, Resource: record, Most: 9})
		is(t, what+", of all times", slices.Contains(slices.Concat(idsOf(waiting), idsOf(written)), of.ID), true)
	}
	edited := again(s.settle(retry, operation.Failed), false)
	waiting, _ := s.newerThan(since(second))
	same(t, "what was given anew", idsOf(waiting), []uuid.UUID{edited.ID})
}

func newerInParts(t *testing.T, s *stand) {
	conn, record := uuid.New(), uuid.New()
	old := s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	var want []uuid.UUID
	for range 5 {
		want = append(want, s.settle(s.accept(updateOf(conn, record)), operation.Succeeded).ID)
	}
	slices.Reverse(want)
	than := since(old)
	than.Most = 2
	var found []uuid.UUID
	for range 3 {
		_, part := s.newerThan(than)
		found = append(found, idsOf(part)...)
		than.Before = part[len(part)-1].Age()
	}
	same(t, "in parts", found, want)
}

func passedIsRefused(t *testing.T, s *stand) {
	conn, record := uuid.New(), uuid.New()
	failed := s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	for what, pass := range map[string]func(){
		"one that waits": func() { s.accept(updateOf(conn, record)) },
		"one that is there, over another connection": func() { s.settle(s.accept(updateOf(uuid.New(), record)), operation.Succeeded) },
		"one that may be there":                      func() { s.unsure(s.accept(updateOf(uuid.New(), record))) },
	} {
		retry := updateOf(conn, record)
		retry.RetryOf, retry.AsOf = failed.ID, failed.Seq
		retry.Looked = got[int64](s)(s.NewestOperation(t.Context()))
		pass()
		_, err := s.Accept(t.Context(), retry, nil)
		fails(t, what, err, operation.ErrPassed)
		is(t, what+": it was retried", s.read(failed).RetriedBy, uuid.Nil)
	}
	younger := s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	retry := updateOf(conn, record)
	retry.RetryOf, retry.AsOf, retry.Looked = failed.ID, failed.Seq, got[int64](s)(s.NewestOperation(t.Context()))
	again := updateOf(conn, record)
	again.RetryOf, again.AsOf = younger.ID, younger.Seq
	s.settle(s.accept(again), operation.Succeeded)
	_, err := s.Accept(t.Context(), retry, nil)
	fails(t, "a retry of what is newer, which has ended", err, operation.ErrPassed)
	s.settle(s.accept(updateOf(conn, uuid.New())), operation.Succeeded)
	retry = updateOf(conn, record)
	retry.RetryOf, retry.Looked = failed.ID, got[int64](s)(s.NewestOperation(t.Context()))
	s.accept(updateOf(conn, uuid.New()))
	s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	s.accept(retry)
}
